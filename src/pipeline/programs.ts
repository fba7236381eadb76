/**
 * The programs that a data-plane thread runs, by API and stage. A new program replaces the old one in one assignment;
 * requests that run keep the one they began with.
 */
import type { LoadedProgram } from './load.ts'

export class Programs {
  readonly #apis = new Map<string, Map<string, LoadedProgram>>()

  get(apiId: string, stage: string): LoadedProgram | undefined {
    return this.#apis.get(apiId)?.get(stage)
  }

  put(loaded: LoadedProgram): void {
    const { apiId, stageName } = loaded.program
    const stages = this.#apis.get(apiId)
    if (stages === undefined) this.#apis.set(apiId, new Map([[stageName, loaded]]))
    else stages.set(stageName, loaded)
  }

  remove(apiId: string, stage: string): void {
    const stages = this.#apis.get(apiId)
    if (stages?.delete(stage) && stages.size === 0) this.#apis.delete(apiId)
  }
}
