import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { FakeClock } from '../base/clock.ts'
import { Fault } from './faults.ts'
import { presign, sign } from './sign.ts'
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

/** Node's own SHA-256 in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data))
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest())
  }
  reset(): void {}
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

interface Example {
  readonly method: string
  readonly path: string
  readonly query: Record<string, string | string[]>
  readonly headers: Record<string, string>
  readonly body: string
  readonly sessionToken: string | undefined
}

const segment = fc.string({ unit: 'grapheme', minLength: 1 }).map(encodeStrictly)
const examples: fc.Arbitrary<Example> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
  path: fc.array(segment).map(segments => `/${segments.join('/')}`),
  query: fc.dictionary(
    fc.stringMatching(/^[a-zA-Z0-9 _.~*'()/%+-]{1,8}$/),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(fc.string(), { minLength: 1 })),
    { noNullPrototype: true, maxKeys: 4 },
  ),
  headers: fc.dictionary(
    fc.stringMatching(/^X-[A-Za-z0-9]{1,8}$/),
    fc.stringMatching(/^[!-~]( {0,3}[!-~]{1,5}){0,3}$/),
    { noNullPrototype: true, maxKeys: 3 },
  ),
  body: fc.string(),
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{8,40}$/), { nil: undefined }),
})

describe('a request signed by the SDK', () => {
  test('is verified in the header form', async () => {
    await fc.assert(
      fc.asyncProperty(examples, async example => {
        const signed = await oracle(example).sign(requestOf(example), { signingDate: now() })
        const request = wireOf(example, signed.query ?? {}, signed.headers)
        const verified = verify(request, options)
        assert.equal(verified.scope.accessKeyId, accessKeyId)
        assert.equal(verified.sessionToken, example.sessionToken)
        assert.equal(verified.isPresigned, false)
        assert.deepEqual(scopeOf(request), verified.scope)
      }),
      { numRuns: 150, seed: 1 },
    )
  })

  test('is verified in the presigned form', async () => {
    await fc.assert(
      fc.asyncProperty(examples, async example => {
        const signed = await oracle(example).presign(requestOf(example), {
          signingDate: now(),
          expiresIn: 60,
        })
        const request = wireOf(example, signed.query ?? {}, signed.headers)
        const verified = verify(request, options)
        assert.equal(verified.isPresigned, true)
        assert.equal(verified.sessionToken, example.sessionToken)
        assert.deepEqual(scopeOf(request), verified.scope)
      }),
      { numRuns: 150, seed: 2 },
    )
  })
})

test('our signer makes the signatures that the SDK makes', async () => {
  await fc.assert(
    fc.asyncProperty(examples, async example => {
      const theirs = await oracle(example).sign(requestOf(example), { signingDate: now() })
      const ours = sign(optionsOf(example, theirs.headers))
      assert.equal(ours['authorization'], theirs.headers['authorization'])
    }),
    { numRuns: 150, seed: 3 },
  )
})

test('what our signer presigns is verified', () => {
  fc.assert(
    fc.property(examples, example => {
      const rawQuery = presign(optionsOf(example, {}), 60)
      const request = { ...wireOf(example, {}, requestOf(example).headers), rawQuery }
      assert.equal(verify(request, options).isPresigned, true)
    }),
    { numRuns: 150, seed: 4 },
  )
})

describe('a signed request that was changed', () => {
  const example = { method: 'POST', path: '/dev/a%20b', query: { x: '1' }, body: '{"a":1}' }
  const base = { ...example, headers: { 'X-One': 'a  b' }, sessionToken: undefined }
  const signed = wireOf(base, base.query, {
    ...requestOf(base).headers,
    ...sign(optionsOf(base, {})),
  })

  test('is verified as long as it was not', () => {
    assert.equal(verify(signed, options).scope.region, 'eu-west-1')
    assert.equal(
      verify({ ...signed, rawHeaders: swap(signed, 'a  b', 'a b') }, options) !== null,
      true,
    )
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
  const base = {
    method: 'PUT',
    path: '/x',
    query: {},
    headers: {},
    body: '',
    sessionToken: undefined,
  }
  const added = sign({ ...optionsOf(base, {}), body: 'UNSIGNED-PAYLOAD' })
  const request = wireOf(base, {}, { ...requestOf(base).headers, ...added })

  test('is verified whatever the body', () => {
    assert.equal(verify({ ...request, body: Buffer.from('any') }, options).scope.date, '20261122')
  })

  test('is refused when the client signed the body', () => {
    const signed = wireOf(base, {}, { ...requestOf(base).headers, ...sign(optionsOf(base, {})) })
    const rawHeaders = [...signed.rawHeaders, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD']
    refused({ ...signed, rawHeaders }, 'InvalidSignatureException', /^The request signature/)
  })
})

describe('time', () => {
  const base = {
    method: 'GET',
    path: '/',
    query: {},
    headers: {},
    body: '',
    sessionToken: undefined,
  }
  const at = (minutes: number): VerifyOptions => ({
    ...options,
    clock: new FakeClock(clock.now() + minutes * 60_000),
  })
  const signed = wireOf(base, {}, { ...requestOf(base).headers, ...sign(optionsOf(base, {})) })
  const presigned = {
    ...signed,
    rawHeaders: ['Host', 'api.example.org'],
    rawQuery: presign(optionsOf(base, {}), 60 * 60),
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

function refused(
  request: SignedRequest,
  code: string,
  message: string | RegExp,
  given: VerifyOptions = options,
): void {
  assert.throws(() => verify(request, given), { name: code, message })
}

function now(): Date {
  return new Date(clock.now())
}

function oracle(example: Example): SignatureV4 {
  const { sessionToken } = example
  return new SignatureV4({
    credentials: {
      accessKeyId,
      secretAccessKey: secret,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    region: 'eu-west-1',
    service: 'execute-api',
    sha256: Sha256,
    applyChecksum: false,
  })
}

function requestOf(example: Example) {
  return {
    method: example.method,
    protocol: 'https:',
    hostname: 'api.example.org',
    path: example.path,
    query: example.query,
    headers: { ...example.headers, host: 'api.example.org' } as Record<string, string>,
    body: example.body,
  }
}

function optionsOf(example: Example, headers: Record<string, string>) {
  const { sessionToken } = example
  const { 'x-amz-content-sha256': claimed, authorization: _, ...rest } = headers
  assert.equal(claimed, undefined)
  return {
    method: example.method,
    rawPath: example.path,
    rawQuery: queryText(example.query),
    headers: { ...requestOf(example).headers, ...rest },
    body: example.body,
    credentials: {
      accessKeyId,
      secretAccessKey: secret,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
    region: 'eu-west-1',
    service: 'execute-api',
    clock,
  }
}

function wireOf(
  example: Example,
  query: Record<string, string | string[] | null>,
  headers: Record<string, string>,
): SignedRequest {
  return {
    method: example.method,
    rawPath: example.path,
    rawQuery: queryText(query),
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(example.body),
  }
}

// As the SDK's own HTTP handler writes it.
function queryText(query: Record<string, string | string[] | null>): string {
  return Object.entries(query)
    .flatMap(([name, values]) =>
      [values ?? []].flat().map(value => `${encodeStrictly(name)}=${encodeStrictly(value)}`),
    )
    .join('&')
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function swap({ rawHeaders }: SignedRequest, from: string, to: string): string[] {
  return rawHeaders.map(text => (text === from ? to : text))
}
