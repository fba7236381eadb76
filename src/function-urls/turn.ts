/**
 * One request to a function URL with its answer: what is read of it, and how Lambda writes answers and refusals.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from '../aws/faults.ts'
import type { SignedRequest } from '../aws/sigv4-claim.ts'
import { clientOf, isClientHeader } from '../base/client-headers.ts'
import { GatheredBytes } from '../base/gathered-bytes.ts'
import { newTraceId } from '../base/request-ids.ts'
import { type Cors, withCors } from './cors.ts'
import type { UrlAddress, UrlRequest } from './request.ts'

/** Lambda's limit, of the event; the body is a part of it. */
const bodyLimitBytes = 6_291_456

/** One request with its answer. */
export class Turn {
  readonly requestId = randomUUID()
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly host: string
  readonly address: UrlAddress
  readonly method: string
  readonly traceId: string
  cors: Cors | null = null

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    host: string,
    address: UrlAddress,
  ) {
    this.request = request
    this.response = response
    this.host = host
    this.address = address
    this.method = request.method ?? 'GET'
    const given = this.header('x-amzn-trace-id')
    this.traceId = given?.includes('Root=') ? given : newTraceId(Date.now())
  }

  header(lowerName: string): string | undefined {
    const value = this.request.headers[lowerName]
    return Array.isArray(value) ? value.join(', ') : value
  }

  /** The headers that the client sent: name, value, name, value… */
  get rawHeaders(): string[] {
    const { rawHeaders } = this.request
    return rawHeaders.filter(
      (_, i) => !isClientHeader(rawHeaders[i - (i % 2)]?.toLowerCase() ?? ''),
    )
  }

  /** What a signature covers, but for the body: the path as sent, with whatever leads to the function. */
  get signedPart(): SignedRequest {
    const target = this.request.url ?? '/'
    const question = target.indexOf('?')
    return {
      method: this.method,
      rawPath: question < 0 ? target : target.slice(0, question),
      rawQuery: this.address.rawQuery,
      rawHeaders: this.rawHeaders,
    }
  }

  read(body: Buffer): UrlRequest {
    const { rawPath, rawQuery } = this.address
    return {
      method: this.method,
      rawPath,
      rawQuery,
      rawHeaders: this.rawHeaders,
      host: this.host,
      sourceIp: clientOf(this.request.headers).sourceIp ?? '',
      body,
    }
  }

  /** The status and the headers, with Lambda's own. */
  begin(status: number, headers: readonly string[]): void {
    const given = this.cors === null ? headers : withCors(headers, this.cors, this.header('origin'))
    const own = ['x-amzn-RequestId', this.requestId, 'X-Amzn-Trace-Id', this.traceId]
    // What was not read of the body would otherwise be taken for the next request.
    const closing = this.request.complete ? [] : ['Connection', 'close']
    this.response.writeHead(status, [...own, ...given, ...closing])
  }

  end(status: number, headers: readonly string[], body: Buffer): void {
    const isEmpty = status === 204 || status === 304
    const length = isEmpty ? [] : ['Content-Length', String(body.length)]
    this.begin(status, [...headers, ...length])
    this.response.end(isEmpty || this.method === 'HEAD' ? undefined : body)
  }

  /** The text alone, as AWS writes it. */
  refuse(status: number, text: string): void {
    if (this.response.headersSent) this.response.destroy()
    else this.end(status, ['content-type', 'application/json'], Buffer.from(text))
  }

  forbid(): void {
    this.fault(403, 'AccessDeniedException', {
      Message:
        'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
    })
  }

  /** As Lambda's own API answers, which keeps to itself what should have been signed; seen in public reports. */
  refuseSignature({ name, message }: Fault): void {
    const [text = ''] = message.split('\n', 1)
    this.fault(403, name, { message: text })
  }

  fault(status: number, type: string, body: object): void {
    const headers = ['content-type', 'application/json', 'x-amzn-ErrorType', type]
    this.end(status, headers, Buffer.from(JSON.stringify(body)))
  }
}

/** Undefined when it is too large. Rejects when the client goes away. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const gathered = new GatheredBytes(bodyLimitBytes)
    request.on('data', (chunk: Buffer) => {
      if (!gathered.add(chunk)) resolve(undefined)
    })
    request.on('end', () => resolve(gathered.bytes))
    request.on('error', reject)
    request.on('close', () => reject(new Error('the client went away')))
  })
}
