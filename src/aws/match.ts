/**
 * Finds the operation for a method and a raw path. The paths of a service are folded into a tree of
 * segments once; a request then costs one map lookup per segment:
 *
 *     restapis ── {label} ── stages ── {label}     GET: GetStage  PATCH: UpdateStage  …
 *         └ GET: GetRestApis  POST: [mode=import] ImportRestApi, else CreateRestApi
 *
 * Segments are compared raw and decoded afterwards (`read.ts`), because a label may hold an encoded
 * slash: `/tags/arn%3Aaws%3A…%2Fstages%2Fdev`. A fixed segment wins over a label. One slash at the
 * end is forgiven: older Lambda models write `/2015-03-31/functions/`.
 */
import type { Operation } from './table.ts'

/** An operation with the raw text of its labels, in the order of the path. */
export interface Match {
  readonly operation: Operation
  readonly labels: readonly Label[]
}

export interface Label {
  readonly name: string
  /** Still percent-encoded. */
  readonly raw: string
}

/** `rawQuery` comes without its question mark; empty when there is none. */
export type Matcher = (method: string, rawPath: string, rawQuery: string) => Match | undefined

interface Node {
  readonly fixed: Map<string, Node>
  label: Node | null
  /** Per method, the operations that a fixed query tells apart first. */
  readonly operations: Map<string, Operation[]>
}

/** Longer paths than any operation's are turned away without a walk. */
const maxSegments = 32

/** Builds the tree for a service's operations. */
export function compileMatcher(operations: Iterable<Operation>): Matcher {
  const root = newNode()
  for (const operation of operations) insert(root, operation)

  return (method, rawPath, rawQuery) => {
    const segments = split(rawPath)
    if (segments === undefined) return undefined
    const operation = find(root, segments, 0, method, rawQuery)
    return operation && { operation, labels: labelsOf(operation, segments) }
  }
}

/**
 * Splits the path of a management call, `/prod/@connections/abc%3D`, into the API's part (`/prod`)
 * and the operation's (`/@connections/abc%3D`). Undefined when it is no such path.
 */
export function splitConnectionPath(
  rawPath: string,
): { readonly prefix: string; readonly path: string } | undefined {
  for (const marker of ['/@connections/', '/%40connections/']) {
    const at = rawPath.lastIndexOf(marker)
    if (at >= 0) {
      const id = rawPath.slice(at + marker.length)
      return { prefix: rawPath.slice(0, at), path: `/@connections/${id}` }
    }
  }
  return undefined
}

function newNode(): Node {
  return { fixed: new Map(), label: null, operations: new Map() }
}

function insert(root: Node, operation: Operation): void {
  let node = root
  for (const segment of operation.segments) node = child(node, segment)
  const sharing = node.operations.get(operation.method) ?? []
  node.operations.set(operation.method, sharing)
  if (operation.fixedQuery) sharing.unshift(operation)
  else sharing.push(operation)
}

function child(node: Node, segment: string): Node {
  if (isLabel(segment)) {
    node.label ??= newNode()
    return node.label
  }
  const known = node.fixed.get(segment) ?? newNode()
  node.fixed.set(segment, known)
  return known
}

function split(rawPath: string): string[] | undefined {
  if (!rawPath.startsWith('/')) return undefined
  const end = rawPath.length > 1 && rawPath.endsWith('/') ? -1 : undefined
  const segments = rawPath.slice(1, end).split('/', maxSegments + 1)
  return segments.length > maxSegments ? undefined : segments
}

// Depth is bounded by the tree, and each level tries at most two branches.
function find(
  node: Node,
  segments: readonly string[],
  index: number,
  method: string,
  rawQuery: string,
): Operation | undefined {
  const segment = segments[index]
  if (segment === undefined) {
    return node.operations.get(method)?.find(operation => isAskedFor(operation, rawQuery))
  }
  const fixed = node.fixed.get(segment)
  const found = fixed && find(fixed, segments, index + 1, method, rawQuery)
  if (found) return found
  if (node.label && segment !== '') return find(node.label, segments, index + 1, method, rawQuery)
  return undefined
}

function isAskedFor({ fixedQuery }: Operation, rawQuery: string): boolean {
  if (fixedQuery === null) return true
  // Names and values of fixed queries are plain letters: no client encodes them.
  return rawQuery.split('&').includes(`${fixedQuery[0]}=${fixedQuery[1]}`)
}

function labelsOf(operation: Operation, segments: readonly string[]): Label[] {
  const labels: Label[] = []
  for (const [index, segment] of operation.segments.entries()) {
    if (isLabel(segment)) labels.push({ name: segment.slice(1, -1), raw: segments[index] ?? '' })
  }
  return labels
}

function isLabel(segment: string): boolean {
  return segment.startsWith('{')
}
