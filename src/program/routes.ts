/**
 * The match tree of an API: one node per path segment.
 *
 *     /                        GET /pets/7/toys
 *     ├─ pets                  pets        static child
 *     │  ├─ all                7           no static child `7`, so the variable child {id}
 *     │  └─ {id}               toys        static child
 *     │     └─ toys ── GET  <- here
 *     └─ {proxy+} ── ANY       taken only when nothing above fits
 *
 * At each node: static child, then `{name}`, then `{name+}`; the first resource that also has the verb (or `ANY`)
 * wins. A tree has one node per resource, and a node stands at one depth only, so a request visits each node at
 * most once: time is bounded by the size of the API, whatever the path looks like.
 *
 * "Set up API resources" in the developer guide. Guesses: a more specific resource that lacks the verb gives way to
 * a less specific one; `{name}` never takes an empty segment; one trailing slash is ignored and no more.
 */
import { nearestRoutes } from './nearest-routes.ts'
import type { NearRoute, Route, RouteMatch, RouteTree } from './program.ts'
import { ProgramError } from './program-error.ts'

/** The verbs that a method can have, `ANY` aside; others never match. */
const verbs: ReadonlySet<string> = new Set([
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
])

interface Entry {
  readonly route: Route
  /** Names of the variables on the way, from the root. */
  readonly names: readonly string[]
  /** The match itself when there are no variables: nothing is allocated then. */
  readonly match: RouteMatch | null
}

interface Node {
  /** By hash of the segment; the rare collision is a list. */
  readonly statics: Map<number, StaticChild[]>
  param: Node | null
  /** Entries of `{name+}` under this node. */
  greedy: Map<string, Entry> | null
  entries: Map<string, Entry> | null
}

interface StaticChild {
  readonly segment: string
  readonly node: Node
}

const noParameters: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

/** Builds the tree. Throws `ProgramError` for two routes with one path and verb, and for children of `{name+}`. */
export function buildRouteTree(routes: readonly Route[]): RouteTree {
  const root = newNode()
  const exact = new Map<string, Map<string, Entry>>()
  for (const route of routes) insert(root, exact, route)
  const all = Object.freeze([...routes])
  return Object.freeze({
    match: (verb: string, path: string) => matchRoute(root, exact, verb, path),
    nearest: (verb: string, path: string, limit: number): readonly NearRoute[] =>
      nearestRoutes(all, verb, path, limit),
    all,
  })
}

function newNode(): Node {
  return { statics: new Map(), param: null, greedy: null, entries: null }
}

function insert(root: Node, exact: Map<string, Map<string, Entry>>, route: Route): void {
  const place = { method: route.httpMethod, path: route.resourcePath }
  if (!route.resourcePath.startsWith('/'))
    throw new ProgramError(place, 'the path must begin with /')
  const segments = route.resourcePath === '/' ? [] : route.resourcePath.slice(1).split('/')
  const names: string[] = []
  let node = root
  for (const [i, segment] of segments.entries()) {
    const name = variableName(segment)
    if (name === undefined) {
      node = staticChild(node, segment)
    } else if (name.endsWith('+')) {
      if (i < segments.length - 1) {
        throw new ProgramError(
          place,
          `${segment} takes the rest of the path, so nothing may follow it`,
        )
      }
      names.push(name.slice(0, -1))
      node.greedy ??= new Map()
      addEntry(node.greedy, route, names)
      return
    } else {
      names.push(name)
      node.param ??= newNode()
      node = node.param
    }
  }
  node.entries ??= new Map()
  addEntry(node.entries, route, names)
  if (names.length === 0) exact.set(route.resourcePath, node.entries)
}

function staticChild(node: Node, segment: string): Node {
  const hash = hashSegment(segment, 0, segment.length)
  let children = node.statics.get(hash)
  if (children === undefined) {
    children = []
    node.statics.set(hash, children)
  }
  let child = children.find(one => one.segment === segment)
  if (child === undefined) {
    child = { segment, node: newNode() }
    children.push(child)
  }
  return child.node
}

function addEntry(entries: Map<string, Entry>, route: Route, names: readonly string[]): void {
  if (entries.has(route.httpMethod)) {
    const place = { method: route.httpMethod, path: route.resourcePath }
    throw new ProgramError(place, 'another resource has the same path and verb')
  }
  const match = names.length === 0 ? Object.freeze({ route, pathParameters: noParameters }) : null
  entries.set(route.httpMethod, { route, names: Object.freeze([...names]), match })
}

/** `id` of `{id}`, `proxy+` of `{proxy+}`; undefined: a static segment. */
function variableName(segment: string): string | undefined {
  return segment.length > 2 && segment.startsWith('{') && segment.endsWith('}')
    ? segment.slice(1, -1)
    : undefined
}

/** Where the values of the variables on the current way start and end; matching never waits, so one is enough. */
const starts: number[] = []
const ends: number[] = []

function matchRoute(
  root: Node,
  exact: ReadonlyMap<string, Map<string, Entry>>,
  verb: string,
  path: string,
): RouteMatch | undefined {
  // A wholly static route wins over all others, and one lookup finds it.
  const found = exact.get(path)
  if (found !== undefined) {
    const entry = pick(found, verb)
    if (entry !== undefined) return entry.match as RouteMatch
  }
  const end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length
  const entry = walk(root, verb, path, 1, end, 0)
  if (entry === undefined) return undefined
  return entry.match ?? { route: entry.route, pathParameters: readParameters(entry, path) }
}

function readParameters(entry: Entry, path: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null)
  for (let i = 0; i < entry.names.length; i++) {
    values[entry.names[i] as string] = path.slice(starts[i], ends[i])
  }
  return values
}

function pick(entries: Map<string, Entry>, verb: string): Entry | undefined {
  return verbs.has(verb) ? (entries.get(verb) ?? entries.get('ANY')) : undefined
}

/** `start`: of the next segment; past `end`: the path is used up. `depth`: variables so far. */
function walk(
  node: Node,
  verb: string,
  path: string,
  start: number,
  end: number,
  depth: number,
): Entry | undefined {
  if (start > end || (start === end && start === 1)) {
    return node.entries === null ? undefined : pick(node.entries, verb)
  }
  let stop = start
  let hash = hashSeed
  for (; stop < end; stop++) {
    const code = path.charCodeAt(stop)
    if (code === slash) break
    hash = hashStep(hash, code)
  }
  const children = node.statics.get(hash)
  if (children !== undefined) {
    for (const child of children) {
      if (child.segment.length !== stop - start || !path.startsWith(child.segment, start)) continue
      const entry = walk(child.node, verb, path, stop + 1, end, depth)
      if (entry !== undefined) return entry
    }
  }
  if (node.param !== null && stop > start) {
    const entry = walk(node.param, verb, path, stop + 1, end, depth + 1)
    if (entry !== undefined) {
      starts[depth] = start
      ends[depth] = stop
      return entry
    }
  }
  if (node.greedy === null || start >= end) return undefined
  const entry = pick(node.greedy, verb)
  if (entry === undefined) return undefined
  starts[depth] = start
  ends[depth] = end
  return entry
}

const slash = 47
const hashSeed = 5381

/** Comparing in place by a hash saves the substring that a Map of texts would need; see bench/micro/match.ts. */
function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 33) ^ code) & 0x3fffffff
}

function hashSegment(text: string, start: number, end: number): number {
  let hash = hashSeed
  for (let i = start; i < end; i++) hash = hashStep(hash, text.charCodeAt(i))
  return hash
}
