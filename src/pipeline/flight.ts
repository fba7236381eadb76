/**
 * One call of a back end that several requests wait for: those that missed the cache while the first of them was already
 * asking ("single flight"). The call goes on as long as one of their clients is there, whoever began it. An answer that is
 * for the first of them alone is given to nobody else.
 */
import type { Cancel, HeldReply } from '../messages/messages.ts'

interface Waiting {
  resolve(reply: HeldReply | undefined): void
  reject(error: unknown): void
}

export class Flight {
  /** The request that calls the back end. */
  readonly requestId: string
  readonly #clients = new SharedCancel()
  #waiting: Waiting[] = []

  constructor(requestId: string, client: Cancel) {
    this.requestId = requestId
    this.#clients.add(client)
  }

  /** For the call: aborted when all clients have gone. */
  get cancel(): Cancel {
    return this.#clients
  }

  /** Resolves with the reply of the first, or rejects with what it met; undefined: call for yourself. */
  join(client: Cancel): Promise<HeldReply | undefined> {
    this.#clients.add(client)
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  land(reply: HeldReply | undefined): void {
    for (const { resolve } of this.#take()) resolve(reply)
  }

  fail(error: unknown): void {
    for (const { reject } of this.#take()) reject(error)
  }

  #take(): Waiting[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }
}

class SharedCancel implements Cancel {
  aborted = false
  #present = 0
  readonly #stops: (() => void)[] = []

  add(client: Cancel): void {
    this.#present++
    client.onAbort(() => {
      if (--this.#present > 0) return
      this.aborted = true
      for (const stop of this.#stops) stop()
    })
  }

  onAbort(stop: () => void): void {
    if (this.aborted) stop()
    else this.#stops.push(stop)
  }
}
