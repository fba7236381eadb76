/**
 * A conversation in frames (frames.ts) over the socket that a process of ours has as file descriptor 3.
 *
 * Answers carry the number of their invocation, so that one that comes too late, or twice, is told from the one that is
 * waited for. A streamed answer is paced by credit: the process may be `windowBytes` ahead of who reads.
 */
import type { Socket } from 'node:net'
import type { Conversation, Listener } from './conversation.ts'
import {
  answerFlag,
  creditBytes,
  FrameReader,
  frameType,
  type Part,
  readPart,
  windowBytes,
  writeFrame,
  writeInvocation,
} from './frames.ts'
import type { Invocation, ResultContentType } from './settings.ts'

const emptyEvent = Buffer.from('{}')
const credit = writeFrame(frameType.credit, '')

export class FrameConversation implements Conversation {
  readonly #channel: Socket
  readonly #listener: Listener
  #number = 0
  #isOpen = false
  #isLoading = true
  #hasBegun = false
  #isPaused = false
  /** Of the streamed answer: bytes that came, and frames of credit that were given for them. */
  #bytes = 0
  #credits = 0

  /** `settings` is the JSON that a bootstrap is told first. */
  constructor(channel: Socket, settings: string, responseLimitBytes: number, listener: Listener) {
    this.#channel = channel
    this.#listener = listener
    const reader = new FrameReader(responseLimitBytes, (type, body) => this.#take(type, body))
    channel.on('data', (chunk: Buffer) => {
      if (!reader.push(chunk)) this.#break()
    })
    // A process that dies while we write: its exit says all there is to say.
    channel.on('error', () => {})
    channel.write(writeFrame(frameType.settings, settings))
  }

  begin(invocation: Invocation): void {
    this.#number = (this.#number + 1) >>> 0
    this.#isOpen = true
    this.#hasBegun = false
    this.#isPaused = false
    this.#bytes = 0
    this.#credits = 0
    const { requestId, clientContext, traceId, identity, invokedArn, payload } = invocation
    const head = JSON.stringify({ requestId, clientContext, traceId, identity, invokedArn })
    const [frame, rest] = writeInvocation(head, payload.length === 0 ? emptyEvent : payload)
    if (rest === undefined) {
      this.#channel.write(frame)
      return
    }
    this.#channel.cork()
    this.#channel.write(frame)
    this.#channel.write(rest)
    this.#channel.uncork()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#giveCredit()
  }

  close(): void {
    this.#channel.destroy()
  }

  #break(): void {
    this.#channel.destroy()
    this.#listener.onBroken()
  }

  #take(type: number, body: Buffer): void {
    switch (type) {
      case frameType.log:
        this.#listener.onEvent(body.toString())
        break
      case frameType.text:
        this.#listener.onText(body.toString())
        break
      case frameType.ready:
        if (!this.#isLoading) return
        this.#isLoading = false
        this.#listener.onReady()
        break
      default:
        this.#takePart(type, readPart(type, body))
    }
  }

  #takePart(type: number, part: Part | undefined): void {
    if (part === undefined) {
      this.#break()
      return
    }
    if (part.number !== this.#number || !(this.#isOpen || this.#isLoading)) {
      this.#listener.onEvent(
        part.number === this.#number
          ? 'The function answered a second time; that answer was dropped.'
          : 'The function answered an invocation that is over; that answer was dropped.',
      )
      return
    }
    switch (type) {
      case frameType.begin:
        if (this.#hasBegun || this.#isLoading) return
        this.#hasBegun = true
        this.#listener.onStart(contentTypeOf(part.flags))
        break
      case frameType.chunk:
        this.#takeChunk(part.payload)
        break
      default:
        this.#end(type === frameType.error, part)
    }
  }

  #takeChunk(bytes: Buffer): void {
    if (!this.#hasBegun) {
      this.#break()
      return
    }
    this.#bytes += bytes.length
    if (this.#bytes > this.#credits * creditBytes + windowBytes + creditBytes) {
      this.#break()
      return
    }
    this.#isPaused = !this.#listener.onChunk(ownCopy(bytes)) || this.#isPaused
    if (!this.#isPaused) this.#giveCredit()
  }

  #giveCredit(): void {
    while ((this.#credits + 1) * creditBytes <= this.#bytes) {
      this.#credits++
      this.#channel.write(credit)
    }
  }

  #end(isError: boolean, { flags, peakMemoryKb, payload }: Part): void {
    // The process counts on the credit for everything that it sent.
    this.#giveCredit()
    this.#isOpen = false
    this.#listener.onAnswer(
      {
        payload: ownCopy(payload),
        isError,
        contentType: isError ? 'application/json' : contentTypeOf(flags),
        peakMemoryKb,
        isTimeout: false,
      },
      // While the handler is loaded, the only answer is why it cannot be.
      this.#isLoading || (flags & answerFlag.last) !== 0,
    )
  }
}

/**
 * A copy with memory of its own: what a thread is sent is cloned with all the memory behind it, and Node.js cuts small
 * buffers out of larger pieces.
 */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

function contentTypeOf(flags: number): ResultContentType {
  if ((flags & answerFlag.prelude) !== 0) {
    return 'application/vnd.awslambda.http-integration-response'
  }
  return (flags & answerFlag.streamed) !== 0 ? 'application/octet-stream' : 'application/json'
}
