/** Tells an integration that the client closed its connection. Listens only when somebody asks to be told. */
import type { ServerResponse } from 'node:http'
import type { Cancel } from '../messages/messages.ts'

export class ClientCancel implements Cancel {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get aborted(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished
  }

  onAbort(stop: () => void): void {
    if (this.aborted) {
      stop()
      return
    }
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) stop()
    })
  }
}
