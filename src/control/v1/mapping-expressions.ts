/**
 * Parameter mappings, held against what a method declares when they are put. The compiler
 * (program/mappings.ts) turns them into readers at deployment; here only AWS's refusals are found early.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { IntegrationRecord, IntegrationResponseRecord, MethodRecord } from '../records.ts'

const token = '[^\\s(){}\\[\\]<>@,;:\\\\"/?=]+'
const methodParameter = new RegExp(`^method\\.request\\.(?:path|querystring|header)\\.${token}$`)
const integrationParameter = /^integration\.request\.(?:path|querystring|header)\.[^\s]+$/
const methodResponseHeader = /^method\.response\.header\.[^\s]+$/

/** The name of one declared parameter: `method.request.header.x`. Throws `BadRequestException`. */
export function checkParameterNames(parameters: MethodRecord['requestParameters']): void {
  const names = new Set<string>()
  for (const parameter of Object.keys(parameters ?? {})) {
    if (!methodParameter.test(parameter)) throw invalidParameter(parameter)
    const name = parameter.split('.').slice(3).join('.')
    if (names.has(name)) {
      throw new BadRequestException(
        'Parameter names must be unique across querystring, header and path',
      )
    }
    names.add(name)
  }
}

/** The names of a method response's headers. Throws `BadRequestException`. */
export function checkResponseHeaders(parameters: Readonly<Record<string, unknown>> = {}): void {
  for (const parameter of Object.keys(parameters)) {
    if (!methodResponseHeader.test(parameter)) throw invalidParameter(parameter)
  }
}

/** An integration's request mappings: `integration.request.header.x` from what the method declares. */
export function checkRequestMappings(integration: IntegrationRecord, method: MethodRecord): void {
  for (const [target, source] of Object.entries(integration.requestParameters ?? {})) {
    if (!integrationParameter.test(target)) throw invalidParameter(target)
    if (source.startsWith('method.request.')) {
      if (!isDeclared(source, method)) throw invalidParameter(source)
    } else if (!isConstantOrContext(source)) {
      throw invalidExpression(source)
    }
  }
}

/** What tells cached answers apart: parameters that the method declares, or that the integration maps. */
export function checkCacheKeys(integration: IntegrationRecord, method: MethodRecord): void {
  const { cacheKeyParameters = [], requestParameters = {} } = integration
  for (const key of cacheKeyParameters) {
    const isBody = key.startsWith('method.request.body')
    if (Object.hasOwn(requestParameters, key) || (!isBody && isDeclared(key, method))) continue
    // The words, and that a parameter must be declared, are known from users' reports; the second table is a guess.
    throw new BadRequestException('Invalid cache key parameter specified')
  }
}

/** An integration response's mappings to headers that the method response declares [R]. */
export function checkResponseMappings(
  response: IntegrationResponseRecord,
  declared: Readonly<Record<string, boolean>> | undefined,
): void {
  for (const [target, source] of Object.entries(response.responseParameters ?? {})) {
    if (!methodResponseHeader.test(target) || !declared || !Object.hasOwn(declared, target)) {
      throw invalidParameter(target)
    }
    if (!/^integration\.response\.(?:(?:multivalue)?header\.\S+|body\b)/.test(source)) {
      if (!isConstantOrContext(source)) throw invalidExpression(source)
    }
  }
}

/** Templates are keyed by media types. Throws `BadRequestException` [R]. */
export function checkContentTypes(templates: Readonly<Record<string, string>> | undefined): void {
  for (const type of Object.keys(templates ?? {})) {
    // `$default` is a name of its own; the rest of the rule is a guess.
    if (type !== '$default' && !/^[^\s/]+\/[^\s/]+/.test(type)) {
      throw new BadRequestException(
        `Validation Result: warnings : [], errors : [Invalid content type specified: ${type}]`,
      )
    }
  }
}

function isDeclared(source: string, { requestParameters = {} }: MethodRecord): boolean {
  if (/^method\.request\.body(?:$|[.[])/.test(source)) return true
  const single = source
    .replace('method.request.multivaluequerystring.', 'method.request.querystring.')
    .replace('method.request.multivalueheader.', 'method.request.header.')
  return Object.hasOwn(requestParameters, single)
}

function isConstantOrContext(source: string): boolean {
  const isConstant = source.length >= 2 && source.startsWith("'") && source.endsWith("'")
  return isConstant || /^(?:context|stageVariables)\.[^\s]+$/.test(source)
}

function invalidParameter(name: string): BadRequestException {
  return invalidMapping(`Invalid mapping expression parameter specified: ${name}`)
}

function invalidExpression(expression: string): BadRequestException {
  return invalidMapping(`Invalid mapping expression specified: ${expression}`)
}

function invalidMapping(error: string): BadRequestException {
  return new BadRequestException(
    `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${error}]`,
  )
}
