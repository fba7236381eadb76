/**
 * The paths of a document -> the tree of resources: every path with all its ancestors, parents before
 * children.
 *
 *     basePath /v1/shop, path /pets/{id}
 *       ignore   /pets/{id}
 *       prepend  /v1/shop/pets/{id}
 *       split    /shop/pets/{id}          the first segment is taken for the stage
 *
 * Developer guide: "Set the OpenAPI basePath property"; the rules of a path part are CreateResource's.
 */
import type { Findings } from './findings.ts'

export type BasePathMode = 'ignore' | 'prepend' | 'split'

export interface Paths {
  /** Adds a path of the document and its ancestors; the resource's path, or undefined after an error. */
  add(path: string): string | undefined
  /** All resources' paths, parents before children, `/` first. */
  list(): string[]
}

const maxSegments = 50
const maxPathLength = 2048
const maxResources = 20_000
const partPattern = /^(?:[a-zA-Z0-9._\-:$,+]+|\{[a-zA-Z0-9._$-]+:?\+?\})$/

/** Paths under `basePath`, which counts as `mode` says; `known` are those that the API has already. */
export function resourcePaths(
  basePath: string,
  mode: BasePathMode,
  found: Findings,
  known: readonly string[] = [],
): Paths {
  const paths = new Set(['/'])
  /** Parent's path -> the one part with a variable among its children. */
  const variables = new Map<string, string>()
  for (const path of known) {
    const at = path.lastIndexOf('/')
    if (path[at + 1] === '{') variables.set(path.slice(0, at) || '/', path.slice(at + 1))
  }
  const base = mode === 'ignore' ? [] : segments(basePath).slice(mode === 'split' ? 1 : 0)
  return { add, list: () => [...paths] }

  function add(path: string): string | undefined {
    const reason = path.startsWith('/')
      ? place([...base, ...segments(path)])
      : 'it starts with no /'
    if (reason === undefined) return join([...base, ...segments(path)])
    found.fail(`Unable to create resource at path '${path}': ${reason}`)
    return undefined
  }

  function place(parts: readonly string[]): string | undefined {
    const length = parts.reduce((sum, part) => sum + part.length + 1, 0)
    if (parts.length > maxSegments || length > maxPathLength) return 'it is too long'
    let path = '/'
    for (const [index, part] of parts.entries()) {
      const reason = refused(path, part, index === parts.length - 1)
      if (reason !== undefined) return reason
      if (part.startsWith('{')) variables.set(path, part)
      path = path === '/' ? `/${part}` : `${path}/${part}`
      paths.add(path)
    }
    return paths.size > maxResources ? 'there are too many resources' : undefined
  }

  function refused(parent: string, part: string, isLast: boolean): string | undefined {
    if (!partPattern.test(part)) {
      return "Resource's path part only allow a-zA-Z0-9._-: and curly braces at the beginning and the end and an optional plus sign before the closing brace."
    }
    if (part.endsWith('+}') && !isLast) {
      return `Cannot create a child of a resource with a greedy path variable: ${part}`
    }
    const sibling = variables.get(parent)
    if (part.startsWith('{') && sibling !== undefined && sibling !== part) {
      return `A sibling (${sibling}) of this resource already has a variable path part -- only one is allowed`
    }
    return undefined
  }
}

/** The names of the variables of a path, without the greedy one's `+`. */
export function variablesOf(path: string): Set<string> {
  const parts = segments(path).filter(part => part.startsWith('{'))
  return new Set(parts.map(part => part.slice(1, -1).replace(/\+$/, '')))
}

/** `/pets/` and `//pets` are `/pets`. */
function segments(path: string): string[] {
  return path.split('/').filter(part => part !== '')
}

function join(parts: readonly string[]): string {
  return `/${parts.join('/')}`
}
