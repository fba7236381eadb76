/**
 * Both runtimes sign whatever they are asked to send as the SDK's own signer does.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { credentials, type Heard, listen } from './fixtures/listener.ts'
import { method, snapshotOf, stage } from './fixtures/pets.ts'
import { unpack } from './fixtures/unpack.ts'
import { generateJavascriptSdk } from './javascript.ts'
import { generateTypescriptSdk } from './typescript.ts'

type Call = (params: unknown, body: unknown, additionalParams: unknown) => Promise<unknown>

const snapshot = snapshotOf({
  '/a/{one}/{rest+}': {
    POST: method({
      operationName: 'send',
      requestParameters: { 'method.request.querystring.q': false },
    }),
  },
})

const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
const step = value.filter(text => text !== '.' && text !== '..')
const calls = fc.record({
  one: step,
  rest: fc.array(step, { minLength: 1, maxLength: 3 }).map(steps => steps.join('/')),
  q: fc.array(value, { maxLength: 3 }),
  more: fc.dictionary(fc.stringMatching(/^[ -~]{1,5}$/), value, { maxKeys: 3 }),
  header: fc.stringMatching(/^[!-~]( {0,3}[!-~]{1,5}){0,3}$/),
  body: fc.oneof(fc.string(), fc.uint8Array({ maxLength: 20 })),
})

const sdks = [
  { language: 'JavaScript', generate: generateJavascriptSdk, load: loadJavascript },
  { language: 'TypeScript', generate: generateTypescriptSdk, load: loadTypescript },
]

for (const { language, generate, load } of sdks) {
  test(`the ${language} SDK's signatures are those of the AWS SDK`, async () => {
    await using listener = await listen()
    await using sdk = await unpack(generate(snapshot, stage, listener.invokeUrl))
    const send = await load(sdk.path)
    await fc.assert(
      fc.asyncProperty(calls, async ({ one, rest, q, more, header, body }) => {
        // '.' may also come to stand between two slashes of `rest`, which the SDK refuses.
        fc.pre(!rest.split('/').some(part => part === '.' || part === '..'))
        const additionalParams = { queryParams: more, headers: { 'X-Amz-Meta': header } }
        await send({ one, rest, q }, body, additionalParams)
        const heard = listener.heard.at(-1)!
        assert.equal(heard.signer, credentials.accessKey)
        assert.equal(
          heard.headers['authorization'],
          await expected(heard, listener.invokeUrl, body),
        )
      }),
      { numRuns: 60 },
    )
  })
}

/** What the AWS SDK would have put into Authorization. */
async function expected(
  heard: Heard,
  invokeUrl: string,
  body: string | Uint8Array,
): Promise<string | undefined> {
  const { pathname, searchParams } = new URL(heard.target, invokeUrl)
  const query: Record<string, string[]> = Object.create(null)
  for (const [name, value] of searchParams) query[name] = [...(query[name] ?? []), value]
  const signed = ['host', 'content-type', 'x-amz-date', 'x-amz-security-token', 'x-amz-meta']
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: credentials.accessKey,
      secretAccessKey: credentials.secretKey,
      sessionToken: credentials.sessionToken,
    },
    region: 'us-east-1',
    service: 'execute-api',
    sha256: Sha256,
    applyChecksum: false,
  })
  const time = String(heard.headers['x-amz-date'])
  const date = time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const request = {
    method: heard.verb,
    protocol: 'http:',
    hostname: new URL(invokeUrl).host,
    path: pathname,
    query,
    headers: Object.fromEntries(signed.map(name => [name, String(heard.headers[name])])),
    body,
  }
  const { headers } = await signer.sign(request, { signingDate: new Date(date) })
  return headers['authorization']
}

/** Node's own SHA-256 in the form that the AWS SDK's signer takes. */
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

async function loadJavascript(folder: string): Promise<Call> {
  const sdk = createRequire(import.meta.url)(join(folder, 'apiGateway-js-sdk/apigClient.js'))
  return sdk.newClient(credentials).send
}

async function loadTypescript(folder: string): Promise<Call> {
  const sdk = await import(pathToFileURL(join(folder, 'apiGateway-ts-sdk/apigClient.ts')).href)
  return sdk.newClient(credentials).send
}
