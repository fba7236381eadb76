/**
 * A body that is not held: its pieces go from a back end to a client as they come, and no faster than they are taken.
 *
 *     source -> start(sink) -> write, write, … -> end | fail
 *                 ^ resume() after a write returned false
 *                 ^ abort()  at any time: the sink hears nothing more
 *
 * Integrations give one where they do not gather an answer; `http/` writes it. Who needs the body whole gathers it with
 * `gatherBody`, and who starts none must abort it, because a connection waits behind it.
 */
import { coarseTimers } from '../base/coarse-timer.ts'
import { GatheredBytes } from '../base/gathered-bytes.ts'

/** Takes a body piece by piece. Exactly one of `end` and `fail` is called, and last. None may throw. */
export interface BodySink {
  /** The piece is the sink's own. false: no more until `resume()`; a piece that was under way may still come. */
  write(piece: Buffer): boolean
  end(): void
  /** What was to come will not; a `Refusal` says how it would have been answered, had nothing been sent yet. */
  fail(error: unknown): void
}

/** Gives a body piece by piece. */
export interface BodyStream {
  /** In bytes, when it is known that exactly so many will come; -1: only the end will tell. */
  readonly lengthBytes: number
  /**
   * All of it, when it is here already, in memory that is used again: valid in the call that hands the stream over, null
   * afterwards. Who takes it then aborts the stream; for all others it flows as usual.
   */
  readonly atHand?: Buffer | null
  /** Lets it flow, into one sink, once; pieces may come before this returns. */
  start(sink: BodySink): void
  /** Goes on after `write` returned false; does nothing else. */
  resume(): void
  /** Nobody wants the rest; does nothing once it ended. Before `start` too. */
  abort(): void
}

/** Whether a body is still to come. */
export function isStream(body: Buffer | string | BodyStream): body is BodyStream {
  return typeof body !== 'string' && !(body instanceof Uint8Array)
}

/** A body where only held ones can come: whoever is mapped or signed gets no stream. */
export function heldBody<Held extends Buffer | null>(body: Held | BodyStream): Held {
  if (body !== null && isStream(body)) throw new Error('A body that is needed whole is streamed')
  return body as Held
}

/** All of it; rejects with what `tooLarge` gives when it is more than `limitBytes`, and with what the source failed of. */
export function gatherBody(
  stream: BodyStream,
  limitBytes: number,
  tooLarge: () => unknown,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const gathered = new GatheredBytes(limitBytes)
    stream.start({
      write(piece) {
        if (gathered.add(piece)) return true
        stream.abort()
        reject(tooLarge())
        return false
      },
      end: () => resolve(gathered.bytes),
      fail: reject,
    })
  })
}

/** What came until it ended, broke off, was more than `enoughBytes` or `limitMs` milliseconds had passed; ends the stream. */
export function gatherPart(
  stream: BodyStream,
  enoughBytes: number,
  limitMs: number,
): Promise<Buffer> {
  return new Promise(resolve => {
    const gathered = new GatheredBytes(Number.POSITIVE_INFINITY)
    const take = (): void => {
      coarseTimers.cancel(limit)
      resolve(gathered.bytes)
    }
    const stop = (): void => {
      stream.abort()
      take()
    }
    const limit = coarseTimers.after(Math.max(0, limitMs), stop)
    stream.start({
      write(piece) {
        gathered.add(piece)
        if (gathered.bytes.length <= enoughBytes) return true
        stop()
        return false
      },
      end: take,
      fail: take,
    })
  })
}
