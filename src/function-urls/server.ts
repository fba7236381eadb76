/**
 * Serves function URLs: finds the function, asks whether the caller may, makes the event, calls, and writes the answer.
 * It runs in the main thread, where functions are called from; data-plane threads hand such requests on.
 *
 *     address -> function -> may he? -> preflight? -> body -> event -> function -> answer
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { clientHeader, isClientHeader } from '../base/client-headers.ts'
import { GatheredBytes } from '../base/gathered-bytes.ts'
import { newTraceId } from '../base/request-ids.ts'
import { headLimitBytes, readAnswer, readHead, splitHead } from './answer.ts'
import { type Cors, isPreflight, preflightHeaders, withCors } from './cors.ts'
import { addressOf, type UrlAddress, type UrlRequest, urlEvent } from './request.ts'

/** A function behind a URL, ready to be called. */
export interface UrlFunction {
  readonly urlId: string
  readonly isStreamed: boolean
  readonly cors: Cors | null
  /** Why nobody, or not this caller, may call it; undefined when he may. */
  whyForbidden(request: {
    readonly method: string
    readonly rawHeaders: readonly string[]
  }): string | undefined
  invoke(call: UrlCall): Promise<UrlResult>
  /** Rejects as `invoke` does. */
  stream(call: UrlCall): Promise<UrlStream>
}

export interface UrlCall {
  readonly payload: Buffer
  readonly requestId: string
  readonly traceId: string
}

export interface UrlResult {
  readonly payload: Buffer
  readonly failed: boolean
}

export interface UrlStream {
  /** The answer begins with metadata. */
  readonly hasHead: boolean
  readonly body: AsyncIterable<Uint8Array>
  /** Whether the function failed. */
  readonly failed: Promise<boolean>
}

export interface FunctionUrlParts {
  /** Undefined when no function has such an address. */
  readonly find: (urlId: string) => Promise<UrlFunction | undefined>
  /** What a client is not told. */
  readonly log: (level: 'info' | 'error', message: string, requestId: string) => void
}

/** Lambda's limit, of the event; the body is a part of it. */
const bodyLimitBytes = 6_291_456

export class FunctionUrls {
  readonly #parts: FunctionUrlParts

  constructor(parts: FunctionUrlParts) {
    this.#parts = parts
  }

  /** false: the request is not for a function URL. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const host = request.headers.host ?? ''
    const address = addressOf(host, request.url ?? '/')
    if (address === undefined) return false
    const turn = new Turn(request, response, host, address)
    this.#serve(turn).catch(error => {
      this.#parts.log(
        'error',
        error instanceof Error ? (error.stack ?? '') : String(error),
        turn.requestId,
      )
      turn.refuse(500, 'Internal Server Error')
    })
    return true
  }

  async #serve(turn: Turn): Promise<void> {
    const found = await this.#parts.find(turn.address.urlId)
    if (found === undefined) {
      this.#tell(turn, `no function has the URL id ${turn.address.urlId}`)
      // The answer to an unknown address is a guess.
      turn.refuse(404, 'Not Found')
      return
    }
    const origin = turn.header('origin')
    if (found.cors && origin !== undefined && isPreflight(turn.method, name => turn.header(name))) {
      turn.end(200, preflightHeaders(found.cors, origin), Buffer.alloc(0))
      return
    }
    turn.cors = found.cors
    const why = found.whyForbidden({ method: turn.method, rawHeaders: turn.request.rawHeaders })
    if (why !== undefined) {
      this.#tell(turn, why)
      turn.forbid()
      return
    }
    const body = await readBody(turn.request)
    if (body === undefined) {
      turn.refuse(413, 'Request Entity Too Large')
      return
    }
    const { requestId, traceId } = turn
    const event = urlEvent(turn.read(body), {
      urlId: found.urlId,
      requestId,
      traceId,
      nowMs: Date.now(),
    })
    const call = { payload: Buffer.from(event), requestId, traceId }
    try {
      if (found.isStreamed) await this.#stream(turn, await found.stream(call))
      else this.#answer(turn, await found.invoke(call))
    } catch (error) {
      this.#explain(turn, error)
    }
  }

  #answer(turn: Turn, { payload, failed }: UrlResult): void {
    const answer = failed ? 'the function failed' : readAnswer(payload)
    if (typeof answer === 'string') {
      this.#tell(turn, answer)
      turn.refuse(502, 'Internal Server Error')
      return
    }
    turn.end(answer.status, answer.headers, answer.body)
  }

  async #stream(turn: Turn, stream: UrlStream): Promise<void> {
    let isOpen = false
    let waiting: Buffer = Buffer.alloc(0)
    const open = (status: number, headers: readonly string[]): void => {
      isOpen = true
      turn.begin(status, headers)
    }
    for await (const chunk of stream.body) {
      let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      if (!isOpen && !stream.hasHead) open(200, ['content-type', 'application/octet-stream'])
      if (!isOpen) {
        waiting = Buffer.concat([waiting, bytes])
        const split = splitHead(waiting)
        if (split === undefined && waiting.length > headLimitBytes) break
        if (split === undefined) continue
        const head = readHead(split.head)
        if (typeof head === 'string') {
          this.#tell(turn, head)
          break
        }
        open(head.status, head.headers)
        bytes = split.rest
      }
      if (turn.response.destroyed) return
      if (bytes.length > 0 && !turn.response.write(bytes)) {
        await Promise.race([once(turn.response, 'drain'), once(turn.response, 'close')])
      }
    }
    const failed = await stream.failed
    if (!isOpen && !failed && !stream.hasHead)
      open(200, ['content-type', 'application/octet-stream'])
    if (!isOpen) {
      this.#tell(turn, failed ? 'the function failed' : 'the streamed answer has no metadata')
      turn.refuse(502, 'Internal Server Error')
    } else if (failed) {
      // The status is out: only breaking off says that this is not all.
      turn.response.destroy()
    } else {
      turn.response.end()
    }
  }

  #explain(turn: Turn, error: unknown): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    this.#tell(turn, message)
    if (name === 'TooManyInvocations') {
      const Reason = reasonOf(error)
      turn.fault(429, 'TooManyRequestsException', {
        Reason,
        Type: 'User',
        message: 'Rate Exceeded.',
      })
    } else if (name === 'InvocationTooLarge') {
      turn.refuse(413, 'Request Entity Too Large')
    } else {
      turn.refuse(502, 'Internal Server Error')
    }
  }

  #tell(turn: Turn, reason: string): void {
    this.#parts.log(
      'info',
      `function URL ${turn.method} ${turn.address.rawPath}: ${reason}`,
      turn.requestId,
    )
  }
}

/** One request with its answer. */
class Turn {
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

  read(body: Buffer): UrlRequest {
    const { rawPath, rawQuery } = this.address
    const { rawHeaders } = this.request
    return {
      method: this.method,
      rawPath,
      rawQuery,
      rawHeaders: rawHeaders.filter(
        (_, i) => !isClientHeader(rawHeaders[i - (i % 2)]?.toLowerCase() ?? ''),
      ),
      host: this.host,
      sourceIp: this.header(clientHeader) ?? '',
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

  fault(status: number, type: string, body: object): void {
    const headers = ['content-type', 'application/json', 'x-amzn-ErrorType', type]
    this.end(status, headers, Buffer.from(JSON.stringify(body)))
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'reason' in error
    ? String(error.reason)
    : 'ConcurrentInvocationLimitExceeded'
}

/** Undefined when it is too large. Rejects when the client goes away. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
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
