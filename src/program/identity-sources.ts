/**
 * Where an authorizer finds who calls: the identity source, `method.request.header.Auth` for TOKEN and user pools, a list
 * of such expressions for REQUEST (also `method.request.querystring.x`, `stageVariables.x` and `context.x`; path
 * parameters are not allowed). "Configure a Lambda authorizer" in the developer guide. That the case of a header's name
 * does not count, and that of several values the last does, are guesses, after HTTP and after AWS's events.
 */
import type { Variables } from '../messages/variables.ts'
import type { IdentitySource } from './authorizer-plan.ts'
import { compileSurroundings } from './mappings.ts'

/** Parses a comma-separated list. Throws SyntaxError for what is no identity source. */
export function compileIdentitySources(list: string | undefined): readonly IdentitySource[] {
  const expressions = (list ?? '').split(',').map(text => text.trim())
  return expressions.filter(text => text !== '').map(compileSource)
}

function compileSource(expression: string): IdentitySource {
  const [, place, name = ''] =
    /^method\.request\.(header|querystring)\.([A-Za-z0-9._$-]+)$/.exec(expression) ?? []
  if (place === 'header') {
    const lower = name.toLowerCase()
    return {
      expression,
      read: request => filled(request.headerNoCase(lower)),
      readAll: ({ headers }) => headers.filter((_, i) => isValueOf(headers, i, lower)),
    }
  }
  if (place === 'querystring') {
    return {
      expression,
      read: request => filled(request.query.get(name)?.at(-1)),
      readAll: request => request.query.get(name) ?? [],
    }
  }
  const read = expression.startsWith("'") ? undefined : compileSurroundings(expression)
  if (read === undefined) throw new SyntaxError(`${expression} is not an identity source`)
  const readText = (variables: Variables): string | undefined => {
    const value = read({ variables })
    return typeof value === 'string' ? value : undefined
  }
  return {
    expression,
    read: (_, variables) => readText(variables),
    readAll: (_, variables) => [readText(variables) ?? ''],
  }
}

/** Whether a value stands at the place `i` of a flat list, of the header with this lower-case name. */
function isValueOf(headers: readonly string[], i: number, lower: string): boolean {
  if (i % 2 === 0) return false
  const name = headers[i - 1] as string
  return name.length === lower.length && name.toLowerCase() === lower
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text
}
