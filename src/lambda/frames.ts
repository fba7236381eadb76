/**
 * The frames that the gateway and a function's process exchange over an inherited socket:
 *
 *     +----------------------+-----------+------------------+
 *     | length of body, u32  | type, u8  | body             |     numbers are little-endian
 *     +----------------------+-----------+------------------+
 *
 * A function's process is not trusted: each type has its largest size, and anything else ends the environment.
 * The other end of it is `bootstraps/node-channel.mjs`.
 */

/** Types up to 15 go to the process, the others come from it. */
export const frameType = Object.freeze({
  /** JSON: what the process needs to know once. */
  settings: 1,
  /** u16 length, that many bytes of JSON about the invocation, then the event. */
  invoke: 2,
  /** Another `creditBytes` of a streamed answer were taken by whoever wants them; empty. */
  credit: 3,
  /** The handler is loaded; empty. */
  ready: 16,
  /** One log event, text. */
  log: 17,
  /** Text that was printed as it was, not ending where a line ends. */
  text: 18,
  /** u32 number of the invocation, u8 flags, u32 peak memory in KB, then the answer. */
  result: 19,
  /** As `result`; the answer is AWS's JSON description of an error. */
  error: 20,
  /** u32 number of the invocation, u8 flags: the answer is streamed, and begins. */
  begin: 21,
  /** u32 number of the invocation, then bytes of a streamed answer. */
  chunk: 22,
})

/**
 * Invocations are numbered by both ends, from 1 on. A streamed answer runs ahead of its reader by at most
 * `windowBytes`; for each `creditBytes` that were read, all over the one invocation, the process gets a frame.
 */
export const creditBytes = 256 * 1024
export const windowBytes = 4 * creditBytes

/** Flags of the frames `result` and `error`. */
export const answerFlag = Object.freeze({ last: 1, streamed: 2, prelude: 4 })

const headerBytes = 5
const numberBytes = 4
const answerHeadBytes = numberBytes + 5
// The bootstrap cuts log events at 256 Ki characters, of up to four bytes each.
const logLimitBytes = 1024 * 1024 + 1024
// Below this, copying is cheaper than a second buffer in the write.
const copyLimitBytes = 16 * 1024

/** The one thing that the reader asks of where frames go. */
export type OnFrame = (type: number, body: Buffer) => void

/** Cuts a stream of bytes into frames; bodies are only valid during the call of `onFrame`. */
export class FrameReader {
  readonly #onFrame: OnFrame
  readonly #answerLimitBytes: number
  readonly #header = Buffer.alloc(headerBytes)
  /** The frame that has begun but not ended: its header, then its body, and how much of it is there. */
  #partial: Buffer = this.#header
  #have = 0

  /** `answerLimitBytes` is the largest payload of an answer. */
  constructor(answerLimitBytes: number, onFrame: OnFrame) {
    this.#answerLimitBytes = answerLimitBytes
    this.#onFrame = onFrame
  }

  /** Takes the next bytes; false when they are no frames, after which the reader must not be used. */
  push(chunk: Buffer): boolean {
    let at = 0
    while (at < chunk.length) {
      if (this.#have === 0 && this.#partial === this.#header) {
        const end = this.#takeWhole(chunk, at)
        if (end === -1) return false
        if (end !== at) {
          at = end
          continue
        }
      }
      const count = chunk.copy(this.#partial, this.#have, at)
      at += count
      this.#have += count
      if (this.#have === this.#partial.length && !this.#advance()) return false
    }
    return true
  }

  /** The common case, a frame that lies whole in the chunk: its end, or `at` if it does not, or -1. */
  #takeWhole(chunk: Buffer, at: number): number {
    if (chunk.length - at < headerBytes) return at
    const length = chunk.readUInt32LE(at)
    const type = chunk[at + 4] as number
    if (length > this.#limitOf(type)) return -1
    const end = at + headerBytes + length
    if (end > chunk.length) return at
    this.#onFrame(type, chunk.subarray(at + headerBytes, end))
    return end
  }

  /** From a complete header to its body, from a complete body to the next header. */
  #advance(): boolean {
    const length = this.#header.readUInt32LE(0)
    const type = this.#header[4] as number
    if (this.#partial === this.#header) {
      if (length > this.#limitOf(type)) return false
      this.#have = 0
      this.#partial = Buffer.allocUnsafe(length)
      if (length > 0) return true
    }
    const body = this.#partial
    this.#partial = this.#header
    this.#have = 0
    this.#onFrame(type, body)
    return true
  }

  #limitOf(type: number): number {
    switch (type) {
      case frameType.ready:
        return 0
      case frameType.log:
      case frameType.text:
        return logLimitBytes
      case frameType.result:
      case frameType.error:
        // What describes an error may be a little larger than what is too large.
        return this.#answerLimitBytes + answerHeadBytes + logLimitBytes
      case frameType.begin:
        return numberBytes + 1
      case frameType.chunk:
        return numberBytes + creditBytes
      default:
        return -1
    }
  }
}

/** What a frame says of one invocation; `payload` is a view that is valid as long as the body. */
export interface Part {
  readonly number: number
  readonly flags: number
  readonly peakMemoryKb: number
  readonly payload: Buffer
}

/** Reads a frame of the types `result`, `error`, `begin` and `chunk`; undefined when it is too short. */
export function readPart(type: number, body: Buffer): Part | undefined {
  const isAnswer = type === frameType.result || type === frameType.error
  const isBegin = type === frameType.begin
  const headBytes = isAnswer ? answerHeadBytes : numberBytes + (isBegin ? 1 : 0)
  if (body.length < headBytes) return undefined
  return {
    number: body.readUInt32LE(0),
    flags: isAnswer || isBegin ? (body[numberBytes] as number) : 0,
    peakMemoryKb: isAnswer ? body.readUInt32LE(numberBytes + 1) : 0,
    payload: body.subarray(headBytes),
  }
}

/** A whole frame whose body is `text`. */
export function writeFrame(type: number, text: string): Buffer {
  const length = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(headerBytes + length)
  bytes.writeUInt32LE(length, 0)
  bytes[4] = type
  bytes.write(text, headerBytes)
  return bytes
}

/** The frame `invoke` in one buffer, or in two when the payload is large. `head` is JSON below 64 KB. */
export function writeInvocation(head: string, payload: Buffer): readonly [Buffer, Buffer?] {
  const headLength = Buffer.byteLength(head)
  const isCopied = payload.length <= copyLimitBytes
  const ownBytes = headerBytes + 2 + headLength
  const bytes = Buffer.allocUnsafe(ownBytes + (isCopied ? payload.length : 0))
  bytes.writeUInt32LE(2 + headLength + payload.length, 0)
  bytes[4] = frameType.invoke
  bytes.writeUInt16LE(headLength, headerBytes)
  bytes.write(head, headerBytes + 2)
  if (!isCopied) return [bytes, payload]
  payload.copy(bytes, ownBytes)
  return [bytes]
}
