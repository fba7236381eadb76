/**
 * Serves function URLs: finds the function, asks whether the caller may, makes the event, calls, and writes the answer.
 * It runs in the main thread, where functions are called from; data-plane threads hand such requests on.
 *
 *     address -> function -> preflight? -> who signs? -> body -> is the signature right? -> may he? -> event -> function -> answer
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault, MissingAuthenticationTokenException } from '../aws/faults.ts'
import type { FindIdentity, SigningIdentity } from '../aws/identity.ts'
import { clientOf } from '../base/client-headers.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { headLimitBytes, readAnswer, readHead, splitHead } from './answer.ts'
import { type Cors, isPreflight, preflightHeaders } from './cors.ts'
import { addressOf, urlEvent } from './request.ts'
import { claimedSigner } from './signer.ts'
import { readBody, Turn } from './turn.ts'

/** A function behind a URL, ready to be called. */
export interface UrlFunction {
  readonly urlId: string
  readonly isStreamed: boolean
  readonly cors: Cors | null
  readonly region: string
  /** The owner. */
  readonly account: string
  /** AWS_IAM: requests must be signed. */
  readonly isSigned: boolean
  /** Why nobody, or not this caller, may call it; undefined when he may. */
  whyForbidden(caller: UrlCaller): string | undefined
  invoke(call: UrlCall): Promise<UrlResult>
  /** Rejects as `invoke` does. */
  stream(call: UrlCall): Promise<UrlStream>
}

/** Who calls, as policies ask about it. */
export interface UrlCaller {
  /** null: the URL asks for no signature. */
  readonly signer: SigningIdentity | null
  readonly sourceIp: string | undefined
  readonly isTls: boolean
  readonly userAgent: string
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
  /** Who may sign, as it is now. */
  readonly findIdentity: FindIdentity
  /** What a client is not told. */
  readonly log: (level: 'info' | 'error', message: string, requestId: string) => void
}

const clock: Clock = systemClock

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
    const admitted = await this.#admit(turn, found)
    if (admitted === undefined) return
    const { body, signer } = admitted
    const { requestId, traceId } = turn
    const event = urlEvent(turn.read(body), {
      urlId: found.urlId,
      account: found.account,
      signer,
      requestId,
      traceId,
      nowMs: clock.now(),
    })
    const call = { payload: Buffer.from(event), requestId, traceId }
    try {
      if (found.isStreamed) await this.#stream(turn, await found.stream(call))
      else this.#answer(turn, await found.invoke(call))
    } catch (error) {
      this.#explain(turn, error)
    }
  }

  /** The body, and who signed it; undefined when the request was refused. */
  async #admit(
    turn: Turn,
    found: UrlFunction,
  ): Promise<{ body: Buffer; signer: SigningIdentity | null } | undefined> {
    try {
      // What is wrong for certain is refused before the body is here.
      const claimed = found.isSigned
        ? claimedSigner(turn.signedPart, {
            clock,
            region: found.region,
            findIdentity: this.#parts.findIdentity,
          })
        : null
      if (claimed === null && this.#forbids(turn, found, null)) return undefined
      const body = await readBody(turn.request)
      if (body === undefined) {
        turn.refuse(413, 'Request Entity Too Large')
        return undefined
      }
      const signer = claimed === null ? null : claimed.verified(body)
      if (signer !== null && this.#forbids(turn, found, signer)) return undefined
      return { body, signer }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const isUnsigned = error instanceof MissingAuthenticationTokenException
      this.#tell(
        turn,
        isUnsigned
          ? 'the URL asks for a signature (AWS_IAM) and the request has none'
          : error.message,
      )
      if (isUnsigned) turn.forbid()
      else turn.refuseSignature(error)
      return undefined
    }
  }

  #forbids(turn: Turn, found: UrlFunction, signer: SigningIdentity | null): boolean {
    const userAgent = turn.header('user-agent') ?? ''
    const why = found.whyForbidden({ signer, userAgent, ...clientOf(turn.request.headers) })
    if (why === undefined) return false
    this.#tell(turn, why)
    turn.forbid()
    return true
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

function reasonOf(error: unknown): string {
  return error instanceof Error && 'reason' in error
    ? String(error.reason)
    : 'ConcurrentInvocationLimitExceeded'
}
