/**
 * Messages of one turn of the event loop to another thread, sent together: waking a thread costs more than what is said.
 * A single message leaves in the same turn, so nothing waits for others.
 */
export class Outbox<Message> {
  readonly #post: (messages: readonly Message[]) => void
  #messages: Message[] = []

  constructor(post: (messages: readonly Message[]) => void) {
    this.#post = post
  }

  add(message: Message): void {
    if (this.#messages.push(message) === 1) setImmediate(() => this.flush())
  }

  /** Sends what is there now; call it before a message that must come behind. */
  flush(): void {
    if (this.#messages.length === 0) return
    const messages = this.#messages
    this.#messages = []
    this.#post(messages)
  }
}
