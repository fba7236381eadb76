/**
 * Why a deployment cannot be compiled. The control plane hands the message to whoever deploys; the program that ran
 * before goes on running.
 */

/** Where in the API something is wrong; both absent: the API or the stage as a whole. */
export interface Place {
  readonly method?: string
  readonly path?: string
}

/** A definition that cannot run. `message` names method, path and what is wrong. */
export class ProgramError extends Error {
  readonly method: string | undefined
  readonly path: string | undefined

  constructor(place: Place, problem: string, options?: ErrorOptions) {
    const at = [place.method, place.path].filter(part => part !== undefined).join(' ')
    super(at === '' ? problem : `${at}: ${problem}`, options)
    this.name = 'ProgramError'
    this.method = place.method
    this.path = place.path
  }
}

/** Runs `compile`; what it throws becomes a `ProgramError` at `place` that begins with `what`. */
export function at<T>(place: Place, what: string, compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    if (error instanceof ProgramError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new ProgramError(place, `${what}: ${reason}`, { cause: error })
  }
}
