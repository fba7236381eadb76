/** Those who work for a request and are told when its client has gone. */
import type { Cancel } from '../messages/messages.ts'

export abstract class CancelList implements Cancel {
  #stops: (() => void)[] | null = null

  /** The client has gone without its answer. */
  abstract get aborted(): boolean

  onAbort(stop: () => void): void {
    if (this.aborted) {
      stop()
      return
    }
    this.#stops ??= []
    this.#stops.push(stop)
  }

  /** Tells them. */
  stop(): void {
    if (this.#stops !== null) for (const stop of this.#stops) stop()
  }
}
