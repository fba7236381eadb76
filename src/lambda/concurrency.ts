/**
 * How many invocations of functions run or wait at once: of the account, and of functions that have a share of it
 * reserved, which is then also the most they get.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { TooManyInvocations } from './refusals.ts'

/** One per runner. */
export class Concurrency {
  readonly #accountLimit: number
  readonly #reserved = new Map<string, number>()
  #unreserved = 0

  /** `accountLimit` is for the functions without a reserved share. */
  constructor(accountLimit: number) {
    this.#accountLimit = accountLimit
  }

  /** One more invocation of the function, named by its ARN without qualifier. Throws `TooManyInvocations`. */
  take(functionArn: string, reserved: number | undefined): void {
    if (reserved === undefined) {
      if (this.#unreserved >= this.#accountLimit) throw new TooManyInvocations('Rate Exceeded.')
      this.#unreserved++
      return
    }
    const running = this.#reserved.get(functionArn) ?? 0
    if (running >= reserved) {
      throw new TooManyInvocations(
        'Rate Exceeded.',
        'ReservedFunctionConcurrentInvocationLimitExceeded',
      )
    }
    this.#reserved.set(functionArn, running + 1)
  }

  /** It is over. */
  give(functionArn: string, reserved: number | undefined): void {
    if (reserved === undefined) {
      this.#unreserved--
      return
    }
    const left = (this.#reserved.get(functionArn) ?? 1) - 1
    if (left <= 0) this.#reserved.delete(functionArn)
    else this.#reserved.set(functionArn, left)
  }
}
