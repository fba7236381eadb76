/**
 * How the gateway and the runtime inside a function's process speak, whatever the words: `frame-conversation.ts` for
 * our own bootstraps, `runtime-api.ts` for everything that brings its own.
 *
 * The runtime is not trusted. What it says out of turn (a second answer, one for an invocation that is over) is logged
 * by whoever notices and goes no further, so that an environment only ever hears the end of what it began.
 */
import type { Answer } from './answers.ts'
import type { Invocation, ResultContentType } from './settings.ts'

/** The gateway's end. */
export interface Conversation {
  /** Hands over an invocation; `deadlineMs` is in epoch milliseconds. The last one must have ended. */
  begin(invocation: Invocation, deadlineMs: number): void
  /** Whoever reads the streamed answer wants more, after `onChunk` gave false. */
  resume(): void
  close(): void
}

/** What the environment hears. After `onBroken` nothing more. */
export interface Listener {
  /** The handler is loaded: invocations may begin. */
  onReady(): void
  /** One log event. */
  onEvent(text: string): void
  /** Printed text that need not end where a line ends. */
  onText(text: string): void
  /** A streamed answer begins. */
  onStart(contentType: ResultContentType): void
  /** The next bytes of it, which are the listener's to keep; false: stop until `resume`. */
  onChunk(bytes: Buffer): boolean
  /**
   * The end of the invocation, or of loading. `isLast`: the process is about to end. The payload of a streamed answer is
   * empty, unless it failed.
   */
  onAnswer(answer: Answer, isLast: boolean): void
  /** What the runtime sent cannot be understood. */
  onBroken(): void
}
