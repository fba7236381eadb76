/**
 * What a request validator checks ("Request validation for REST APIs in API Gateway" in the developer guide): that
 * required parameters are there and not blank, and that the body fits the model for its content type.
 */
import type { Method, RequestValidator } from '../aws/rest-api.ts'
import type { MethodRequest } from '../messages/messages.ts'
import { requestReader } from './mappings.ts'
import { mediaTypeOf } from './media-types.ts'
import type { Models, Validate } from './models.ts'
import type { Route } from './program.ts'
import { type Place, ProgramError } from './program-error.ts'

type Checks = Pick<Route, 'checkParameters' | 'checkBody'>

/** Compiles the checks of one method; null: nothing is checked. Throws `ProgramError`. */
export function compileValidation(
  method: Method,
  validators: readonly RequestValidator[],
  models: Models,
  place: Place,
): Checks {
  const id = method.requestValidatorId
  if (id === undefined || id === '') return { checkParameters: null, checkBody: null }
  const validator = validators.find(one => one.id === id)
  if (validator === undefined) throw new ProgramError(place, `there is no request validator ${id}`)
  return {
    checkParameters: validator.validateRequestParameters ? compileParameters(method, place) : null,
    checkBody: validator.validateRequestBody ? compileBody(method, models, place) : null,
  }
}

function compileParameters(method: Method, place: Place): Route['checkParameters'] {
  const required = Object.entries(method.requestParameters ?? {})
    .filter(([, isRequired]) => isRequired)
    .map(([key]) => key)
    // Recorded: headers, then path, then query string; which is the order of the mapping keys.
    .sort()
    .map(key => {
      const [, location = '', name = ''] = /^method\.request\.([a-z]+)\.(.+)$/s.exec(key) ?? []
      const read = requestReader(location, name)
      if (read === undefined) throw new ProgramError(place, `${key} is not a request parameter`)
      return { name, read }
    })
  if (required.length === 0) return null
  return request => {
    let missing: string[] | null = null
    for (const { name, read } of required) {
      const value = read(request)
      const isBlank = typeof value === 'object' ? value.every(isBlankText) : isBlankText(value)
      if (isBlank) {
        missing ??= []
        missing.push(name)
      }
    }
    return missing
  }
}

function isBlankText(value: string | undefined): boolean {
  return value === undefined || value.trim() === ''
}

function compileBody(method: Method, models: Models, place: Place): Route['checkBody'] {
  const byType = new Map<string, Validate>()
  for (const [contentType, name] of Object.entries(method.requestModels ?? {})) {
    const validate = models.validator(name, place)
    if (validate !== null) byType.set(mediaTypeOf(contentType), validate)
  }
  if (byType.size === 0) return null
  const fallback = byType.get('$default')
  return request => {
    const contentType = request.headerNoCase('content-type')
    const name = contentType === undefined ? 'application/json' : mediaTypeOf(contentType)
    const validate = byType.get(name) ?? fallback
    if (validate === undefined) return null
    const body = parseBody(request)
    return body === undefined ? unreadable : validate(body.value)
  }
}

/** What AWS's execution log says of a body that is not JSON (guess: from memory, not recorded). */
const unreadable = '[Unknown error parsing request body]'

/** Guess: no body counts as `{}`. undefined: not JSON. */
function parseBody(request: MethodRequest): { readonly value: unknown } | undefined {
  if (request.body === null || request.body.length === 0) return { value: {} }
  try {
    return { value: JSON.parse(request.body.toString('utf8')) as unknown }
  } catch {
    return undefined
  }
}
