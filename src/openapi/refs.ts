/**
 * `$ref` within the document (RFC 6901 pointers behind a `#`). Nothing is ever fetched: a reference to
 * another file or host is a reference to nothing.
 *
 * Every use of a reference costs as many values as its target has, out of one allowance: thousands of
 * references to one large object would make a small document as long to convert as a huge one.
 */
import type { Findings } from './findings.ts'
import { invalidDocument } from './import-error.ts'
import { isTree, type Tree } from './tree.ts'

/** A chain of references longer than this is taken for a ring. */
const maxHops = 32
const maxReferredValues = 2_000_000

/** Gives what a value refers to, the value itself where it is no reference, undefined where it leads nowhere. */
export type Resolve = (value: unknown) => unknown

/** Follows references within `root`; says once for each what leads nowhere. */
export function resolver(root: Tree, found: Findings): Resolve {
  const sizes = new WeakMap<object, number>()
  let referred = 0

  return value => {
    let current = value
    for (let hop = 0; hop < maxHops; hop++) {
      const reference = isTree(current) ? current['$ref'] : undefined
      if (typeof reference !== 'string') return current
      current = at(root, reference)
      if (current === undefined) {
        found.warn(`Reference '${reference}' not found. Ignoring.`)
        return undefined
      }
      referred += size(current)
      if (referred > maxReferredValues) throw invalidDocument('too much behind references')
    }
    found.warn(`Reference '${String((value as Tree)['$ref'])}' leads back to itself. Ignoring.`)
    return undefined
  }

  function size(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 1
    let values = sizes.get(value)
    if (values === undefined) {
      values = 1
      for (const item of Object.values(value)) values += size(item)
      sizes.set(value, values)
    }
    return values
  }
}

/** What `#/a/b` names within `root`, or undefined. */
export function at(root: Tree, reference: string): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let current: unknown = root
  for (const part of reference.slice(2).split('/')) {
    const name = decodePart(part)
    if (Array.isArray(current)) current = /^\d{1,9}$/.test(name) ? current[Number(name)] : undefined
    else if (isTree(current)) current = current[name]
    else return undefined
  }
  return current
}

function decodePart(part: string): string {
  let name = part
  if (part.includes('%')) {
    try {
      name = decodeURIComponent(part)
    } catch {
      // Then the percent sign is meant as it stands.
    }
  }
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
