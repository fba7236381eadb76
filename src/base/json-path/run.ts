/**
 * The state of one reading and the words that the compiled parts of a path share. A path is a chain
 * of closures, each handed the next one; values that reach the end are collected in `Run.found`.
 */

/** One reading of a document. */
export interface Run {
  readonly root: unknown
  readonly found: unknown[]
  /** Values that may still be looked at; below zero the reading is given up. */
  budget: number
}

/**
 * Takes a value further along the path; false gives the whole reading up: what the path names does
 * not exist.
 */
export type Visit = (value: unknown, run: Run) => boolean

/** A path made ready: reads from `item`, or from `root` if it begins with `$`. */
export interface CompiledPath {
  readonly isDefinite: boolean
  readonly read: (item: unknown, run: Run) => unknown
  /** As Jayway's exists check: every property on the way must be there. */
  readonly exists: (item: unknown, run: Run) => boolean
}

/**
 * The answer of a definite path that leads nowhere, of a path that cannot be applied, and of one
 * that takes too long.
 */
export const NOT_FOUND: unique symbol = Symbol('not found')

/** At most this many values are looked at in one reading: wildcards in a row multiply. */
export const maxVisits = 2_000_000

/** Deeper than this `..` does not look; deeper documents are refused where bodies are parsed. */
export const maxScanDepth = 2000

export function newRun(root: unknown, budget: number): Run {
  return { root, found: [], budget }
}
