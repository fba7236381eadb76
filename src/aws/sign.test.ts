/**
 * The SDK's own signer as the oracle: what it signs is verified, and what we sign is the same.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { FakeClock } from '../base/clock.ts'
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
