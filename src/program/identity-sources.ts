/**
 * Where an authorizer finds who calls: the identity source, `method.request.header.Auth` for TOKEN, a list of such
 * expressions for REQUEST (also `method.request.querystring.x`, `stageVariables.x` and `context.x`; path parameters are
 * not allowed). "Configure a Lambda authorizer" in the developer guide. That the case of a header's name does not count is a
 * guess, after HTTP.
 */
import type { MethodRequest } from '../messages/messages.ts'
import type { Variables } from '../messages/variables.ts'
import { compileSurroundings } from '../program/mappings.ts'

export interface IdentitySource {
  readonly expression: string
  /** undefined: missing or empty. */
  read(request: MethodRequest, variables: Variables): string | undefined
}

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
    return { expression, read: request => filled(request.headerNoCase(lower)) }
  }
  if (place === 'querystring') {
    return { expression, read: request => filled(request.query.get(name)?.at(-1)) }
  }
  const read = expression.startsWith("'") ? undefined : compileSurroundings(expression)
  if (read === undefined) throw new SyntaxError(`${expression} is not an identity source`)
  return {
    expression,
    read: (_, variables) => {
      const value = read({ variables })
      return typeof value === 'string' ? value : undefined
    },
  }
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text
}
