/** Calls that the AWS SDK's own signers have signed, version 4 and 4A. */
import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { SignatureV4a } from '@smithy/signature-v4a'
import { type Answer, type CallInit, call } from './harness.ts'

/** Node's own SHA-256 in the form that the signers take. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data))
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
  reset(): void {}
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data)
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.from(data)
}

export interface Signing {
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly region?: string
  readonly service?: string
  readonly date?: Date
  readonly version?: '4' | '4A'
  /** The signature goes into the query. */
  readonly presigned?: boolean
}

const dummy = { accessKeyId: 'test', secretAccessKey: 'test' }

/** What is sent, signed: the target with its query and a flat list of headers. */
export async function signed(
  apiId: string,
  target: string,
  { method = 'GET', headers = [], body, stage = 'test' }: CallInit,
  signing: Signing,
): Promise<{ readonly target: string; readonly headers: string[] }> {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const query = Object.fromEntries(new URLSearchParams(at < 0 ? '' : target.slice(at)))
  const given: Record<string, string> = { host: `${apiId}.execute-api.localhost` }
  for (let i = 0; i < headers.length; i += 2) given[String(headers[i])] = String(headers[i + 1])
  const request = {
    method,
    protocol: 'http:',
    hostname: given['host'] as string,
    path: `/${stage}${path}`,
    query,
    headers: given,
    ...(body === undefined ? {} : { body }),
  }
  const { credentials = dummy, region = 'us-east-1', service = 'execute-api' } = signing
  const parts = { credentials, region, service, sha256: Sha256 }
  const signer = signing.version === '4A' ? new SignatureV4a(parts) : new SignatureV4(parts)
  const signingDate = signing.date ?? new Date()
  const result =
    signing.presigned === true && signer instanceof SignatureV4
      ? await signer.presign(request, { signingDate })
      : await signer.sign(request, { signingDate })
  const pairs = Object.entries(result.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  )
  return {
    target: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
    headers: Object.entries(result.headers)
      .filter(([name]) => name !== 'host')
      .flatMap(([name, value]) => [name, String(value)]),
  }
}

/** Signs and calls. */
export async function callSigned(
  port: number,
  apiId: string,
  target: string,
  init: CallInit = {},
  signing: Signing = {},
): Promise<Answer> {
  const made = await signed(apiId, target, init, signing)
  return call(port, apiId, made.target, { ...init, headers: made.headers })
}
