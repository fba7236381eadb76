/**
 * AWS_PROXY to Lambda with `responseTransferMode` STREAM: the function's answer goes to the client as it is written.
 *
 *     {"statusCode":200,"headers":{…},"multiValueHeaders":{…},"cookies":[…]} 8 x NUL body…
 *
 * The NULs must come within the first 16 KB; an answer without them, or with metadata of another form, is a 500.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
import { CoarseTimeout, coarseTimers } from '../base/coarse-timer.ts'
import type { BodySink, BodyStream } from '../messages/body-stream.ts'
import { Refusal } from '../messages/refusals.ts'
import { type ProxyAnswer, parseProxyMetadata } from './lambda-proxy-answer.ts'

/** What an answer is held to. */
export interface StreamTimes {
  /** The whole answer. */
  readonly timeoutMs: number
  /** The longest silence within it. */
  readonly idleTimeoutMs: number
}

/** What stands before the body of a streamed answer, and the body. */
export interface OpenedAnswer {
  readonly head: ProxyAnswer
  readonly body: BodyStream
}

const headLimitBytes = 16 * 1024
const delimiter = Buffer.alloc(8)

/** Reads the metadata. Rejects with a `Refusal`: the form is wrong, the function failed, or the time is up. */
export function openProxyStream(source: BodyStream, times: StreamTimes): Promise<OpenedAnswer> {
  return new Promise((resolve, reject) => {
    source.start(new HeadReader(source, times, resolve, reject))
  })
}

/** The metadata of a streaming function's answer that was not streamed; undefined when it is none. */
export function metadataOf(payload: Buffer): ProxyAnswer | string | undefined {
  const end = payload.subarray(0, headLimitBytes).indexOf(delimiter)
  return end < 0 ? undefined : parseProxyMetadata(payload.subarray(0, end))
}

class Expiry extends CoarseTimeout {
  readonly #expire: () => void

  constructor(expire: () => void) {
    super()
    this.#expire = expire
  }

  override onTimeout(): void {
    this.#expire()
  }
}

/** Reads up to the delimiter; what follows is its body, which holds a piece until somebody starts it. */
class HeadReader implements BodySink, BodyStream {
  readonly lengthBytes = -1
  readonly #source: BodyStream
  readonly #times: StreamTimes
  readonly #resolve: (answer: OpenedAnswer) => void
  readonly #reject: (error: unknown) => void
  readonly #whole: Expiry
  readonly #silence: Expiry
  #head: Buffer | null = Buffer.alloc(0)
  #first: Buffer | null = null
  #sink: BodySink | null = null
  #end: { readonly error: unknown; readonly failed: boolean } | null = null

  constructor(
    source: BodyStream,
    times: StreamTimes,
    resolve: (answer: OpenedAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#source = source
    this.#times = times
    this.#resolve = resolve
    this.#reject = reject
    const late = (what: string) => () => {
      source.abort()
      this.fail(new Refusal('INTEGRATION_TIMEOUT', { reason: what }))
    }
    this.#whole = new Expiry(late(`the function did not end its answer in ${times.timeoutMs} ms`))
    this.#silence = new Expiry(late(`the function said nothing for ${times.idleTimeoutMs} ms`))
    coarseTimers.arm(this.#whole, times.timeoutMs)
    coarseTimers.arm(this.#silence, times.idleTimeoutMs)
  }

  write(piece: Buffer): boolean {
    if (this.#sink !== null) {
      const wantsMore = this.#sink.write(piece)
      // A client that is slow is no silence of the function's.
      coarseTimers.cancel(this.#silence)
      if (wantsMore) coarseTimers.arm(this.#silence, this.#times.idleTimeoutMs)
      return wantsMore
    }
    if (this.#head === null) {
      this.#first = this.#first === null ? piece : Buffer.concat([this.#first, piece])
      return false
    }
    this.#head = Buffer.concat([this.#head, piece])
    return this.#readHead(this.#head)
  }

  end(): void {
    this.#close(null, false)
  }

  fail(error: unknown): void {
    this.#close(error, true)
  }

  start(sink: BodySink): void {
    this.#sink = sink
    const first = this.#first
    this.#first = null
    const wantsMore = first === null || first.length === 0 || sink.write(first)
    if (this.#end !== null) this.#finish(sink)
    else if (wantsMore) this.resume()
  }

  resume(): void {
    coarseTimers.arm(this.#silence, this.#times.idleTimeoutMs)
    this.#source.resume()
  }

  abort(): void {
    this.#stopClocks()
    this.#source.abort()
  }

  #readHead(head: Buffer): boolean {
    const at = head.subarray(0, headLimitBytes).indexOf(delimiter)
    if (at < 0) {
      if (head.length < headLimitBytes) return true
      this.#refuse(`the first ${headLimitBytes} bytes have no 8 NULs that end the metadata`)
      return false
    }
    const metadata = parseProxyMetadata(head.subarray(0, at))
    if (typeof metadata === 'string') {
      this.#refuse(metadata)
      return false
    }
    this.#head = null
    this.#first = head.subarray(at + delimiter.length)
    coarseTimers.cancel(this.#silence)
    this.#resolve({ head: metadata, body: this })
    return false
  }

  #refuse(problem: string): void {
    this.abort()
    this.#reject(malformed(problem))
  }

  #close(error: unknown, failed: boolean): void {
    this.#stopClocks()
    if (this.#head !== null) {
      this.#reject(failed ? refusalFor(error) : malformed('the answer ended within its metadata'))
      return
    }
    this.#end = { error, failed }
    if (this.#sink !== null && this.#first === null) this.#finish(this.#sink)
  }

  #finish(sink: BodySink): void {
    if (this.#end?.failed) sink.fail(this.#end.error)
    else sink.end()
  }

  #stopClocks(): void {
    coarseTimers.cancel(this.#whole)
    coarseTimers.cancel(this.#silence)
  }
}

function refusalFor(error: unknown): unknown {
  if (error instanceof Refusal) return error
  const reason = `the function failed: ${error instanceof Error ? error.message : String(error)}`
  return new Refusal('INTEGRATION_FAILURE', { status: 502, reason })
}

/** That AWS's 500 is of this type is a guess. */
function malformed(problem: string): Refusal {
  return new Refusal('API_CONFIGURATION_ERROR', {
    reason: `Malformed streaming Lambda proxy response: ${problem}`,
  })
}
