/** What a command could not do, in words for the person who typed it; told without a stack. */
export class CommandFailure extends Error {
  /** 1: it could not be done. 2: it was asked for wrongly. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommandFailure'
    this.exitCode = exitCode
  }
}
