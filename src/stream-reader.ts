/**
 * A streamed invocation of the runner, which pushes, as something that is read: chunks wait here while the reader is busy,
 * and the function is held back when too many do.
 */
import type { RunStream, RunStreamEnd } from './control/lambda/context.ts'
import type { AnswerSink } from './lambda/delivery.ts'
import type { StreamedInvocation } from './lambda/runner.ts'

const waitingLimitBytes = 256 * 1024

/**
 * Resolves when the function begins to answer, or has ended without; rejects as the runner does. `start` is called at once.
 */
export function readStream(start: (sink: AnswerSink) => StreamedInvocation): Promise<RunStream> {
  return new Promise((resolve, reject) => {
    const chunks = new Chunks()
    const invocation = start({
      start: contentType => resolve({ contentType, body: chunks, end }),
      write: bytes => chunks.add(bytes),
    })
    chunks.attach(invocation)
    const end: Promise<RunStreamEnd> = invocation.result.then(
      ({ functionError, payload, logTail }) => ({
        logTail,
        error: functionError === undefined ? undefined : payload,
      }),
      (error: unknown) => {
        reject(error)
        const errorMessage = error instanceof Error ? error.message : String(error)
        const text = JSON.stringify({ errorType: 'Runtime.Unknown', errorMessage })
        return { logTail: '', error: Buffer.from(text) }
      },
    )
    void end.then(() => {
      chunks.close()
      // Of no effect when it has begun.
      resolve({ contentType: 'application/octet-stream', body: chunks, end })
    })
  })
}

/** Read once, by one reader. */
class Chunks implements AsyncIterableIterator<Uint8Array> {
  readonly #waiting: Buffer[] = []
  #bytes = 0
  #isClosed = false
  #isHeld = false
  #reader: ((result: IteratorResult<Uint8Array>) => void) | null = null
  #invocation: StreamedInvocation | null = null

  attach(invocation: StreamedInvocation): void {
    this.#invocation = invocation
  }

  /** False: no more for now. */
  add(bytes: Buffer): boolean {
    if (this.#reader !== null) {
      this.#reader({ done: false, value: bytes })
      this.#reader = null
      return true
    }
    this.#waiting.push(bytes)
    this.#bytes += bytes.length
    this.#isHeld = this.#bytes >= waitingLimitBytes
    return !this.#isHeld
  }

  close(): void {
    this.#isClosed = true
    this.#reader?.({ done: true, value: undefined })
    this.#reader = null
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#waiting.shift()
    if (chunk !== undefined) {
      this.#bytes -= chunk.length
      if (this.#isHeld && this.#bytes < waitingLimitBytes / 2) {
        this.#isHeld = false
        this.#invocation?.resume()
      }
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined })
    return new Promise(resolve => {
      this.#reader = resolve
    })
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#waiting.length = 0
    this.#invocation?.abort()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
