/**
 * The parameters of an operation, which both versions of the specification write almost alike: those of the
 * path item first, each replaced by the operation's own of the same name and place.
 */
import type { Context, Parameter } from './source.ts'
import { flagOf, isTree, type Tree, textOf } from './tree.ts'

const places = new Set(['path', 'query', 'header'])

/** Splits `shared` and `own` into parameters that a method declares and the others, as they were written. */
export function readParameters(
  { resolve, found }: Context,
  shared: readonly unknown[],
  own: readonly unknown[],
  at: string,
): { parameters: Parameter[]; others: Tree[] } {
  const parameters = new Map<string, Parameter>()
  const others = new Map<string, Tree>()
  for (const item of [...shared, ...own]) {
    const parameter = resolve(item)
    if (parameter === undefined) continue
    const name = isTree(parameter) ? textOf(parameter['name']) : undefined
    const place = isTree(parameter) ? textOf(parameter['in']) : undefined
    if (!isTree(parameter) || name === undefined || name === '' || place === undefined) {
      found.warn(`A parameter of method ${at} has no name or no place. Ignoring.`)
    } else if (places.has(place)) {
      parameters.set(`${place} ${name}`, {
        name,
        in: place as Parameter['in'],
        required: flagOf(parameter['required']) ?? false,
        description: textOf(parameter['description']),
      })
    } else others.set(place === 'body' ? place : `${place} ${name}`, parameter)
  }
  return { parameters: [...parameters.values()], others: [...others.values()] }
}

/** The status codes of `responses` with their objects; `default`, ranges and extensions are left out. */
export function readStatuses(
  { resolve, found }: Context,
  responses: Tree,
  at: string,
): [status: string, response: Tree][] {
  const statuses: [string, Tree][] = []
  for (const [status, item] of Object.entries(responses)) {
    if (status === 'default' || status.startsWith('x-')) continue
    const response = resolve(item)
    if (/^[1-5]\d\d$/.test(status)) {
      if (isTree(response)) statuses.push([status, response])
    } else found.warn(`Response '${status}' of method ${at} has no status code. Ignoring.`)
  }
  return statuses
}

/** The names of `headers` with their descriptions. */
export function readHeaders(
  { resolve }: Context,
  headers: Tree,
): { name: string; description: string | undefined }[] {
  return Object.entries(headers)
    .filter(([name]) => !name.startsWith('x-amazon-apigateway-'))
    .map(([name, item]) => {
      const header = resolve(item)
      return { name, description: isTree(header) ? textOf(header['description']) : undefined }
    })
}
