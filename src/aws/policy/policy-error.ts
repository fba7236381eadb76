/** A policy document that cannot be used. The message has AWS's words where they are known from its answers. */
export class PolicyError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PolicyError'
  }
}
