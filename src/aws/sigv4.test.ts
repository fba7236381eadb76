import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../base/clock.ts'
import { Fault } from './faults.ts'
import { presign, type SignOptions, sign } from './sign.ts'
import { type VerifyOptions, verify } from './sigv4.ts'
import { type SignedRequest, scopeOf } from './sigv4-claim.ts'

const clock = new FakeClock(Date.UTC(2026, 10, 22, 12))
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const accessKeyId = 'AKIDEXAMPLE'
const options: VerifyOptions = {
  clock,
  service: 'execute-api',
  region: 'eu-west-1',
  lookupSecret: id => (id === accessKeyId ? secret : undefined),
}

describe('a signed request that was changed', () => {
  const body = '{"a":1}'
  const signed = signedRequest({ method: 'POST', rawPath: '/dev/a%20b', rawQuery: 'x=1', body })

  test('is verified as long as it says the same', () => {
    assert.equal(verify(signed, options).scope.region, 'eu-west-1')
    assert.equal(verify({ ...signed, rawQuery: '%78=1' }, options).isPresigned, false)
    const rawHeaders = swap(signed, 'a  b', ' a b ')
    assert.equal(verify({ ...signed, rawHeaders }, options).isPresigned, false)
  })

  const changes: Record<string, Partial<SignedRequest>> = {
    method: { method: 'PUT' },
    path: { rawPath: '/prod/a%20b' },
    query: { rawQuery: 'x=2' },
    'added query': { rawQuery: 'x=1&y=2' },
    header: { rawHeaders: swap(signed, 'a  b', 'c') },
    host: { rawHeaders: swap(signed, 'api.example.org', 'other.example.org') },
    body: { body: Buffer.from('{"a":2}') },
  }
  for (const [name, change] of Object.entries(changes)) {
    test(`is refused when its ${name} is another`, () => {
      refused(
        { ...signed, ...change },
        'InvalidSignatureException',
        /^The request signature we calc/,
      )
    })
  }

  test('is told what should have been signed', () => {
    refused(
      { ...signed, method: 'PUT' },
      'InvalidSignatureException',
      /\n\nThe Canonical String for this request should have been\n'PUT\n\/dev\/a%2520b\nx=1\n/,
    )
  })
})

describe('an unsigned payload', () => {
  const request = signedRequest({ method: 'PUT', body: 'UNSIGNED-PAYLOAD' })

  test('is verified whatever the body', () => {
    assert.equal(verify({ ...request, body: Buffer.from('any') }, options).scope.date, '20261122')
  })

  test('is refused when the client signed the body', () => {
    const signed = signedRequest({ method: 'PUT' })
    const rawHeaders = [...signed.rawHeaders, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD']
    refused({ ...signed, rawHeaders }, 'InvalidSignatureException', /^The request signature/)
  })
})

describe('time', () => {
  const at = (minutes: number): VerifyOptions => ({
    ...options,
    clock: new FakeClock(clock.now() + minutes * 60_000),
  })
  const signed = signedRequest({})
  const presigned = {
    ...signed,
    rawQuery: presign(toSign({}), 60 * 60),
    rawHeaders: signed.rawHeaders.slice(0, 4),
  }

  for (const minutes of [-5, 0, 5]) {
    test(`lets a signature pass ${minutes} minutes later`, () => {
      assert.equal(verify(signed, at(minutes)).isPresigned, false)
    })
  }

  test('refuses a signature that is too old', () => {
    refused(
      signed,
      'InvalidSignatureException',
      'Signature expired: 20261122T120000Z is now earlier than 20261122T120100Z (20261122T120600Z - 5 min.)',
      at(6),
    )
  })

  test('refuses a signature from the future', () => {
    refused(
      signed,
      'InvalidSignatureException',
      'Signature not yet current: 20261122T120000Z is still later than 20261122T115900Z (20261122T115400Z + 5 min.)',
      at(-6),
    )
  })

  test('lets a presigned URL pass until it expires', () => {
    assert.equal(verify(presigned, at(60)).isPresigned, true)
    refused(presigned, 'InvalidSignatureException', /^Signature expired: 20261122T130000Z/, at(61))
  })
})

describe('a signature that is not whole or not for us', () => {
  const credential = `${accessKeyId}/20261122/eu-west-1/execute-api/aws4_request`
  const whole = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=00`
  const date = ['X-Amz-Date', '20261122T120000Z']

  const cases: {
    name: string
    headers: string[]
    query?: string
    code: string
    message: string | RegExp
  }[] = [
    {
      name: 'none',
      headers: [],
      code: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    },
    {
      name: 'a bearer token',
      headers: ['Authorization', 'Bearer abc'],
      code: 'IncompleteSignatureException',
      message:
        "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.",
    },
    {
      name: 'one word',
      headers: ['Authorization', 'abc'],
      code: 'IncompleteSignatureException',
      message:
        "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'abc'.",
    },
    {
      name: 'basic credentials that end in =',
      headers: ['Authorization', 'Basic YQ=='],
      code: 'IncompleteSignatureException',
      message:
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=Basic YQ==",
    },
    {
      name: 'no date',
      headers: ['Authorization', whole],
      code: 'IncompleteSignatureException',
      message: `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=${whole}`,
    },
    {
      name: 'another algorithm',
      headers: ['Authorization', whole.replace('HMAC-SHA256', 'MAGIC'), ...date],
      code: 'IncompleteSignatureException',
      message: "Unsupported AWS 'algorithm': 'AWS4-MAGIC'.",
    },
    {
      name: 'a credential of four parts',
      headers: ['Authorization', whole.replace('/eu-west-1', ''), ...date],
      code: 'IncompleteSignatureException',
      message: /^Credential must have exactly 5 slash-delimited elements/,
    },
    {
      name: 'another service',
      headers: ['Authorization', whole.replace('execute-api', 'apigateway'), ...date],
      code: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'execute-api'. ",
    },
    {
      name: 'another region and another day',
      headers: [
        'Authorization',
        whole.replace('eu-west-1', 'us-east-1').replace('20261122', '20261121'),
        ...date,
      ],
      code: 'InvalidSignatureException',
      message:
        "Credential should be scoped to a valid Region, not 'us-east-1'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261121' != '20261122', from '20261122T120000Z'. ",
    },
    {
      name: 'the host not signed',
      headers: [
        'Authorization',
        whole.replace('SignedHeaders=host', 'SignedHeaders=x-one'),
        ...date,
      ],
      code: 'InvalidSignatureException',
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization. ",
    },
    {
      name: 'an unknown key',
      headers: ['Authorization', whole.replace(accessKeyId, 'AKIDOTHER'), ...date],
      code: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    },
    {
      name: 'a presigned URL without its signature',
      headers: [],
      query: `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-SignedHeaders=host`,
      code: 'IncompleteSignatureException',
      message:
        "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.",
    },
  ]

  for (const { name, headers, query, code, message } of cases) {
    test(`is refused: ${name}`, () => {
      const rawHeaders = ['Host', 'api.example.org', ...headers]
      refused({ method: 'GET', rawPath: '/', rawQuery: query ?? '', rawHeaders }, code, message)
    })
  }
})

test('a path is signed normalised, or as it is, but not otherwise', () => {
  const signed = signedRequest({ rawPath: '/dev//a/../b/./' })
  assert.equal(verify(signed, options).isPresigned, false)
  assert.equal(verify({ ...signed, rawPath: '/dev/b/' }, options).isPresigned, false)
  refused({ ...signed, rawPath: '/dev/b' }, 'InvalidSignatureException', /^The request signature/)
})

test('any bytes at all are verified or refused with a fault', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.constantFrom(
      'AWS4-HMAC-SHA256 ',
      'Credential=a/b/c/d/e,',
      'Signature=',
      'X-Amz-Date=%',
      '%zz',
    ),
  )
  const texts = fc.array(text, { maxLength: 6 }).map(parts => parts.join(''))
  fc.assert(
    fc.property(texts, texts, texts, texts, (rawPath, rawQuery, authorization, date) => {
      const rawHeaders = ['authorization', authorization, 'x-amz-date', date, 'host', 'h']
      const request = { method: 'GET', rawPath, rawQuery, rawHeaders }
      scopeOf(request)
      assert.throws(() => verify(request, options), Fault)
    }),
    { numRuns: 1000, seed: 5 },
  )
})

/** A request to sign, with what the tests don't care about filled in. */
function toSign(part: Partial<SignOptions>): SignOptions {
  return {
    method: 'GET',
    rawPath: '/',
    rawQuery: '',
    headers: { Host: 'api.example.org', 'X-One': 'a  b' },
    credentials: { accessKeyId, secretAccessKey: secret },
    region: 'eu-west-1',
    service: 'execute-api',
    clock,
    ...part,
  }
}

/** The same, signed, as it arrives. */
function signedRequest(part: Partial<SignOptions>): SignedRequest {
  const options = toSign(part)
  return {
    method: options.method,
    rawPath: options.rawPath,
    rawQuery: options.rawQuery ?? '',
    rawHeaders: Object.entries({ ...options.headers, ...sign(options) }).flat(),
    body: Buffer.from(options.body ?? ''),
  }
}

function refused(
  request: SignedRequest,
  code: string,
  message: string | RegExp,
  given: VerifyOptions = options,
): void {
  assert.throws(() => verify(request, given), { name: code, message })
}

function swap({ rawHeaders }: SignedRequest, from: string, to: string): string[] {
  return rawHeaders.map(text => (text === from ? to : text))
}
