/**
 * Where documentation parts apply. A part is about one place of an API; a place that has none of its own takes that of
 * a more general one, where the type of the part allows it:
 *
 *     RESPONSE  path /pets/{id}  method GET  statusCode 404      its own part, else that of
 *     RESPONSE  path /pets/{id}  method *    statusCode 404
 *     RESPONSE  path /pets       method GET  statusCode *        and so on, up to
 *     RESPONSE  path /           method *    statusCode *
 *
 * Developer guide: "Representation of API documentation in API Gateway". The path counts first, then the status code;
 * that the method comes last is a guess.
 */
import type { DocumentationPart } from '../aws/rest-api.ts'
import { emptyTree, isTree, type Tree } from './tree.ts'

export type Location = DocumentationPart['location']
export type OwnPart = Omit<DocumentationPart, 'id'>

/** Finds what is said about a place; an empty object where nothing is. */
export type Documented = (location: Location) => Tree

/** Places of these types speak for themselves only. */
const notInherited = new Set(['API', 'AUTHORIZER', 'MODEL', 'RESOURCE'])

/** One text for all ways of writing one location: what it leaves out has a default. */
export function locationKey(location: Location): string {
  const { type, path = '/', method = '*', statusCode = '*', name = '' } = location
  return JSON.stringify([type, path, method, statusCode, name])
}

/** Stands ready to answer for every place of an API that these parts document. */
export function documented(parts: readonly OwnPart[]): Documented {
  const properties = new Map<string, Tree>()
  for (const part of parts) {
    const value = propertiesOf(part)
    if (isTree(value)) properties.set(locationKey(part.location), value)
  }
  if (properties.size === 0) return () => emptyTree
  return location => {
    if (notInherited.has(location.type)) return properties.get(locationKey(location)) ?? emptyTree
    for (const general of generalized(location)) {
      const found = properties.get(locationKey(general))
      if (found !== undefined) return found
    }
    return emptyTree
  }
}

/** The content of a part; its text where that is not JSON. */
export function propertiesOf({ properties }: OwnPart): unknown {
  try {
    return JSON.parse(properties)
  } catch {
    return properties
  }
}

/** The location itself and all that are more general, the most special first. */
function* generalized({ path = '/', method = '*', statusCode, ...rest }: Location) {
  const methods = method === '*' ? ['*'] : [method, '*']
  const statuses = statusCode === undefined || statusCode === '*' ? ['*'] : [statusCode, '*']
  for (const ancestor of ancestors(path)) {
    for (const status of statuses) {
      for (const verb of methods) {
        yield { ...rest, path: ancestor, method: verb, statusCode: status }
      }
    }
  }
}

/** `/a/b`, `/a`, `/`. */
function ancestors(path: string): string[] {
  const paths = [path]
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    paths.push(path.slice(0, at))
  }
  if (path !== '/') paths.push('/')
  return paths
}
