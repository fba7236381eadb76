/**
 * Where the bytes of one answer go: to whoever reads them as they come, or into one buffer.
 *
 * Between the two ends stands back-pressure: a reader that has enough stops the function's writes until it resumes.
 */
import { type Answer, answeredTooMuch } from './answers.ts'
import type { ResultContentType } from './settings.ts'

/** Reads an answer as it comes. */
export interface AnswerSink {
  /** Once, before the first bytes; never, when the invocation fails before it answers. */
  start(contentType: ResultContentType): void
  /** The bytes are the sink's to keep. False: no more until `Delivery.resume`. */
  write(bytes: Buffer): boolean
}

/** One answer on its way. */
export class Delivery {
  readonly #sink: AnswerSink | undefined
  readonly #limitBytes: number
  #contentType: ResultContentType | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #isAborted = false
  /** Set by the environment: lets the function write on. */
  onResume: (() => void) | undefined

  /** Without a sink the answer is collected. Past `limitBytes` it becomes an error. */
  constructor(sink: AnswerSink | undefined, limitBytes: number) {
    this.#sink = sink
    this.#limitBytes = limitBytes
  }

  start(contentType: ResultContentType): void {
    this.#contentType = contentType
    if (!this.#isAborted) this.#sink?.start(contentType)
  }

  /** False: the reader has enough for now. What nobody wants any more is thrown away. */
  write(bytes: Buffer): boolean {
    this.#bytes += bytes.length
    if (this.#isAborted || this.#bytes > this.#limitBytes) {
      this.#chunks = []
      return true
    }
    if (this.#sink !== undefined) return this.#sink.write(bytes)
    this.#chunks.push(bytes)
    return true
  }

  /** The answer as its caller gets it: what a sink did not see yet goes there now. */
  end(answer: Answer): Answer {
    if (answer.isError) return answer
    if (this.#contentType === undefined) {
      if (this.#sink === undefined) return answer
      this.start(answer.contentType)
      this.write(answer.payload)
    }
    if (this.#bytes > this.#limitBytes) return answeredTooMuch(this.#limitBytes, answer)
    const contentType = this.#contentType ?? answer.contentType
    return { ...answer, contentType, payload: Buffer.concat(this.#chunks) }
  }

  /** The reader wants more. */
  resume(): void {
    this.onResume?.()
  }

  /** The reader is gone: the function runs to its end, and what it still says is dropped. */
  abort(): void {
    this.#isAborted = true
    this.onResume?.()
  }
}
