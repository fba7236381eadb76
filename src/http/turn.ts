/**
 * What the data plane knows of a request's way back, whether the request came through node:http (conversation.ts) or was
 * taken straight from its socket (direct-connection.ts). Each turn is answered once, by one of its methods.
 */
import type { Cancel, HeldReply, StreamedReply } from '../messages/messages.ts'

/** Hears once how it went: the bytes of the body that were handed to the client's connection, and what broke it off. */
export type StreamEnd = (sentBytes: number, problem: unknown) => void

/** A request that waits for its answer; aborted once the client has gone without it. */
export interface Turn extends Cancel {
  /** Sends an answer that is here in full. `headers` become those of the answer; a lent body is not there any more afterwards. */
  answer(reply: HeldReply, headers: string[], isLent: boolean): void
  /** Sends an answer whose body is still to come. */
  stream(reply: StreamedReply, headers: string[], done: StreamEnd): void
  /** `{"message": …}`, for requests that belong to no API. */
  say(status: number, message: string, headers?: readonly string[]): void
  /** After a fault of ours: 500, or the end of the connection when a part of an answer was sent. */
  crash(): void
  /** The client has gone while it sent its request: nothing is answered. */
  leave(): void
  /** The connection ends with this answer. */
  closeBehind(): void
}
