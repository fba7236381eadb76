/**
 * Closes connections on which nothing moves. node would give each connection a timer and move it twice with every
 * request, which is a twentieth of what a proxied request costs; here one timer looks at all connections every few
 * seconds, and a request costs nothing.
 *
 * Something moves while bytes are received or a write is taken by the system. So a connection that waits for its next
 * request ends, and one whose client takes nothing of its answer. One whose client waits for an answer does not: a streamed
 * integration may take fifteen minutes to begin, and its own time-outs end it.
 */
import type { Socket } from 'node:net'
import { type Clock, systemClock } from '../base/clock.ts'

interface Quiet {
  /** Bytes moved so far, both ways. */
  moved: number
  /** Since when there have been no more, in the clock's monotonic milliseconds. */
  since: number
}

const lookEveryMs = 5_000

/** Whether a request of the connection is here in full and its answer is not. */
export type IsAwaited = (socket: Socket) => boolean

/** Ends connections after `limitMs` milliseconds of silence, at most five seconds late. */
export class IdleWatch {
  readonly #limitMs: number
  readonly #isAwaited: IsAwaited
  readonly #clock: Clock
  readonly #watched = new Map<Socket, Quiet>()
  #interval: NodeJS.Timeout | null = null

  constructor(limitMs: number, isAwaited: IsAwaited, clock: Clock = systemClock) {
    this.#limitMs = limitMs
    this.#isAwaited = isAwaited
    this.#clock = clock
  }

  /** Watches a connection until it is closed; does not keep the process alive. */
  add(socket: Socket): void {
    this.#watched.set(socket, { moved: movedOn(socket), since: this.#clock.monotonic() })
    this.#interval ??= setInterval(() => this.look(), lookEveryMs).unref()
    socket.once('close', () => this.#remove(socket))
  }

  /** Looks at all connections. The interval does it; a test with a fake clock may. */
  look(): void {
    const now = this.#clock.monotonic()
    for (const [socket, quiet] of this.#watched) {
      const moved = movedOn(socket)
      if (moved !== quiet.moved || (socket.writableLength === 0 && this.#isAwaited(socket))) {
        quiet.moved = moved
        quiet.since = now
      } else if (now - quiet.since >= this.#limitMs) {
        socket.destroy()
      }
    }
  }

  #remove(socket: Socket): void {
    this.#watched.delete(socket)
    if (this.#watched.size > 0 || this.#interval === null) return
    clearInterval(this.#interval)
    this.#interval = null
  }
}

/** What was written but is still waiting here has not moved. */
function movedOn(socket: Socket): number {
  return socket.bytesRead + socket.bytesWritten - socket.writableLength
}
