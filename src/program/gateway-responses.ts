/**
 * Gateway responses: what is answered when the gateway itself says no. "Set up gateway response customization" in
 * the developer guide. For each refusal type the plan is made once:
 *
 *     headers, body   own entry, else DEFAULT_4XX / DEFAULT_5XX by the type's class, else built in
 *     status          own entry's, else that of the DEFAULT entry (it counts for its whole class), else the type's
 *
 * An entry is filled up with AWS's own template as soon as it is put; that template is the built-in body, `Message` of
 * ACCESS_DENIED included (guess).
 *
 * A parameter may stand for a header, a path or a query ("x-amazon-apigateway-gateway-responses.responseParameters"); an
 * answer has only the first of them.
 *
 * Templates are not VTL: `$context.x`, `$stageVariables.x` and `$method.request.{header|querystring|path}.x` are
 * replaced by their values as they are, nothing else.
 */

import type { GatewayResponse } from '../aws/rest-api.ts'
import { isFieldValue } from '../base/field-value.ts'
import { type RefusalType, refusals } from '../messages/refusals.ts'
import { compileSurroundings, requestReader, walk } from './mappings.ts'
import { choose, templateMediaType } from './media-types.ts'
import type { GatewayResponsePlan, GatewayResponseSource, GatewayResponses } from './program.ts'
import { ProgramError } from './program-error.ts'

type ReadText = (source: GatewayResponseSource) => string | undefined

/** AWS's own template of every type, for `application/json`. */
export const defaultTemplate = '{"message":$context.error.messageString}'

interface Customised {
  readonly status: number | null
  readonly headers: readonly { readonly name: string; readonly read: ReadText }[]
  readonly bodies: ReturnType<typeof choose<Body>> | null
}

interface Body {
  readonly mediaType: string
  /** null: AWS's own. */
  readonly read: ReadText | null
}

/**
 * These say how our own answer is framed and which request it is for, so a definition may not set them (guess: AWS leaves
 * them out as well).
 */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amz-apigw-id',
  'x-amzn-requestid',
])

const noHeaders: readonly string[] = Object.freeze([])

/** Compiles an API's customised gateway responses. Throws `ProgramError`. */
export function compileGatewayResponses(entries: readonly GatewayResponse[]): GatewayResponses {
  const customised = new Map<string, Customised>()
  for (const entry of entries) customised.set(entry.responseType, compileEntry(entry))
  const of = {} as Record<RefusalType, GatewayResponsePlan>
  for (const type of Object.keys(refusals) as RefusalType[]) of[type] = planFor(type, customised)
  return Object.freeze({ of: Object.freeze(of) })
}

function planFor(
  type: RefusalType,
  customised: ReadonlyMap<string, Customised>,
): GatewayResponsePlan {
  // Documented as the one answer that cannot be customised.
  const own = type === 'REQUEST_TOO_LARGE' ? undefined : customised.get(type)
  const fallbackType = refusals[type].status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'
  const fallback = type === 'REQUEST_TOO_LARGE' ? undefined : customised.get(fallbackType)
  const used = own ?? fallback
  if (used === undefined) return builtIn
  return Object.freeze({
    status: own?.status ?? fallback?.status ?? null,
    origin: own === undefined ? fallbackType : 'own',
    headers(source: GatewayResponseSource) {
      if (used.headers.length === 0) return noHeaders
      const list: string[] = []
      for (const header of used.headers) {
        const value = header.read(source)
        if (value !== undefined && isFieldValue(value)) list.push(header.name, value)
      }
      return list
    },
    body(accept: string | undefined, source: GatewayResponseSource) {
      const body = used.bodies?.forResponse(accept)
      if (body === undefined || body.read === null) return undefined
      return { mediaType: body.mediaType, text: body.read(source) ?? '' }
    },
  })
}

const builtIn: GatewayResponsePlan = Object.freeze({
  status: null,
  origin: 'built-in',
  headers: () => noHeaders,
  body: () => undefined,
})

function compileEntry(entry: GatewayResponse): Customised {
  const type = entry.responseType
  if (!Object.hasOwn(refusals, type) && type !== 'DEFAULT_4XX' && type !== 'DEFAULT_5XX') {
    throw new ProgramError({}, `gateway response ${type}: no such response type`)
  }
  if (entry.statusCode !== undefined && !/^[1-5]\d\d$/.test(entry.statusCode)) {
    throw new ProgramError({}, `gateway response ${type}: ${entry.statusCode} is not a status`)
  }
  const headers: { readonly name: string; readonly read: ReadText }[] = []
  for (const [key, expression] of Object.entries(entry.responseParameters ?? {})) {
    const { location, name } = parameterName(key) ?? {}
    const read = compileSource(expression)
    if (name === undefined || read === undefined) {
      throw new ProgramError({}, `gateway response ${type}: ${key} cannot be set to ${expression}`)
    }
    if (location === 'header' && !reserved.has(name.toLowerCase())) headers.push({ name, read })
  }
  const bodies = new Map<string, Body>()
  for (const [key, template] of Object.entries(entry.responseTemplates ?? {})) {
    const mediaType = templateMediaType(key, {}, `gateway response ${type}`)
    const isDefault = template === defaultTemplate && mediaType === 'application/json'
    bodies.set(mediaType, { mediaType, read: isDefault ? null : compileSubstitution(template) })
  }
  return {
    status: entry.statusCode === undefined ? null : Number(entry.statusCode),
    headers,
    bodies: bodies.size === 0 ? null : choose(bodies),
  }
}

function parameterName(key: string): { readonly location: string; readonly name: string } | null {
  const [, location, name] =
    /^gatewayresponse\.(header|path|querystring)\.([A-Za-z0-9!#$%&'*+.^_`|~-]+)$/.exec(key) ?? []
  return location === undefined || name === undefined ? null : { location, name }
}

/** What is wrong with a gateway response's parameter, null: nothing. */
export function gatewayParameterProblem(key: string, expression: string): 'name' | 'value' | null {
  if (parameterName(key) === null) return 'name'
  return compileSource(expression) === undefined ? 'value' : null
}

/** What has no effect, one sentence for each. */
export function gatewayResponseNotices(entries: readonly GatewayResponse[]): string[] {
  return entries.flatMap(({ responseType, responseParameters = {} }) =>
    Object.keys(responseParameters)
      .filter(key => !key.startsWith('gatewayresponse.header.'))
      .map(
        key =>
          `Gateway response ${responseType}: ${key} has no effect: an answer has headers only.`,
      ),
  )
}

function compileSource(expression: string): ReadText | undefined {
  const [, location, name] = /^method\.request\.([a-z]+)\.(.+)$/s.exec(expression) ?? []
  const read =
    location === undefined || name === undefined ? undefined : readRequest(location, name)
  if (read !== undefined) return read
  const surroundings = compileSurroundings(expression)
  return surroundings === undefined ? undefined : source => joined(surroundings(source))
}

function readRequest(location: string, name: string): ReadText | undefined {
  const read = requestReader(location, name)
  if (read === undefined) return undefined
  return source => (source.request === null ? undefined : joined(read(source.request)))
}

function joined(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(',') : value
}

const variable =
  /\$(?:context\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|stageVariables\.[A-Za-z0-9_]+|method\.request\.(?:header|querystring|path)\.[A-Za-z0-9_-]+)/g

/** Literal texts and values in turns; what is not there becomes nothing (guess). */
function compileSubstitution(template: string): ReadText {
  const literals = template.split(variable)
  const reads = (template.match(variable) ?? []).map(name => compileVariable(name.slice(1)))
  return source => {
    let text = literals[0] as string
    for (let i = 0; i < reads.length; i++) {
      text += (reads[i]?.(source) ?? '') + (literals[i + 1] as string)
    }
    return text
  }
}

function compileVariable(name: string): ReadText | undefined {
  if (!name.startsWith('context.')) return compileSource(name)
  const steps = name.split('.').slice(1)
  return source => {
    const value = walk(source.variables.context, steps)
    return typeof value === 'object' || value === undefined ? undefined : String(value)
  }
}
