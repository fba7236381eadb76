/**
 * What an API has already when a document is merged into it. The document may refer to these things by name as if
 * it defined them. That AWS resolves such names is documented only for the API that comes out of a merge ("items
 * that are not defined in the imported definition are left alone"); that it looks them up is a guess.
 */
import type { Authorizer } from '../aws/rest-api.ts'

export interface Known {
  readonly models: ReadonlySet<string>
  readonly requestValidators: ReadonlySet<string>
  /** By name. */
  readonly authorizers: ReadonlyMap<string, Authorizer['type']>
  /** Of all resources. */
  readonly paths: readonly string[]
}

/** An API that has nothing yet. */
export const nothingKnown: Known = Object.freeze({
  models: new Set<string>(),
  requestValidators: new Set<string>(),
  authorizers: new Map<string, Authorizer['type']>(),
  paths: [],
})
