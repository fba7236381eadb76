/**
 * Which invocations the last requests made, so that `explain` can show what the functions printed: request id -> function
 * and invocation. In memory and bounded, as the decision records are.
 */

export interface MadeCall {
  readonly functionArn: string
  /** The function's own request id. */
  readonly invocationId: string
}

const requestsKept = 10_000
const callsPerRequest = 8

export class CallLedger {
  readonly #calls = new Map<string, MadeCall[]>()

  add(requestId: string, call: MadeCall): void {
    const known = this.#calls.get(requestId)
    if (known !== undefined) {
      if (known.length < callsPerRequest) known.push(call)
      return
    }
    this.#calls.set(requestId, [call])
    if (this.#calls.size <= requestsKept) return
    // A Map remembers the order in which its keys were put in.
    for (const oldest of this.#calls.keys()) {
      this.#calls.delete(oldest)
      break
    }
  }

  /** In the order in which they were made. */
  of(requestId: string): readonly MadeCall[] {
    return this.#calls.get(requestId) ?? []
  }
}
