/**
 * Finds functions by ARN and remembers what was found, with its resource policy, until the Lambda API says that it changed:
 * a warm call does not touch the store. What was found is also kept on disk, for a start without a store.
 *
 *     ARN -> remembered? -> the store -> the disk          (no store: remembered? -> the disk)
 */
import type { FunctionHost } from './control/lambda/context.ts'
import { type ResolvedFunction, resolveFunction } from './control/lambda/resolve.ts'
import type { KeptFunctions } from './kept-functions.ts'
import type { Store } from './store/store.ts'

export interface LookupParts {
  /** Null when it cannot be opened. */
  readonly store: Store | null
  readonly kept: KeptFunctions
  readonly host: FunctionHost
  readonly logError: (message: string) => void
}

export class FunctionLookups {
  readonly #parts: LookupParts
  /** ARN as it was asked for -> what was found; the promise is shared by those who ask at once. */
  readonly #found = new Map<string, Promise<ResolvedFunction | undefined>>()

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  /** What the ARN leads to, as it was found before or is now; undefined when it leads nowhere. */
  find(arn: string): Promise<ResolvedFunction | undefined> {
    const known = this.#found.get(arn)
    if (known !== undefined) return known
    const found = this.#lookUp(arn)
    this.#found.set(arn, found)
    // A failed look-up is not remembered, nor that nothing is there: it may come.
    const forget = (): void => {
      if (this.#found.get(arn) === found) this.#found.delete(arn)
    }
    found.then(result => result ?? forget(), forget)
    return found
  }

  /** Looks up again what was remembered of a function, at once, so that what lies on disk is what holds now. */
  again(functionArn: string): Promise<ResolvedFunction | undefined>[] {
    return this.#namesOf(functionArn).map(arn => {
      this.#found.delete(arn)
      return this.find(arn)
    })
  }

  /** Forgets a function that was deleted, on disk too; gives the ARNs that it was known by. */
  forget(functionArn: string): string[] {
    const names = this.#namesOf(functionArn)
    for (const arn of names) {
      this.#found.delete(arn)
      this.#parts.kept.remove(arn).catch(error => this.#parts.host.report(error))
    }
    return names
  }

  /** The function's ARN and those with a version or alias behind it, as far as they were asked for. */
  #namesOf(functionArn: string): string[] {
    return [...this.#found.keys()].filter(
      arn => arn === functionArn || arn.startsWith(`${functionArn}:`),
    )
  }

  async #lookUp(arn: string): Promise<ResolvedFunction | undefined> {
    const { store, kept, host, logError } = this.#parts
    if (store === null) return kept.get(arn)
    const found = await resolveFunction(store, host, arn)
    try {
      if (found === undefined) await kept.remove(arn)
      else await kept.put(arn, found)
    } catch (error) {
      // A full disk keeps nobody from calling the function.
      logError(`the function ${arn} cannot be kept for a start without the store: ${error}`)
    }
    return found
  }
}
