/**
 * Method request -> integration request.
 *
 * Non-proxy: the body goes through the mapping template for its content type (or passes through, or is refused with 415,
 * see `passthroughBehavior`), then the parameter mappings and the template's overrides give path, query and headers.
 * Proxy: the request goes through as it is, with the mapped parameters merged in.
 */
import type { BodyStream } from '../messages/body-stream.ts'
import type { IntegrationRequest, PathOverride } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type {
  HttpProxyPlan,
  MappedPlan,
  NonProxyPlan,
  RequestParameter,
  RequestSource,
} from '../program/program.ts'
import { readJson } from '../vtl/json.ts'
import { requestContent } from './content.ts'
import type { Exchange } from './exchange.ts'
import { HeaderDraft, proxiedHeaders } from './integration-headers.ts'
import { encodeQueryPair } from './query.ts'
import { renderTemplate } from './render.ts'
import { streamedBody } from './request-streaming.ts'

const nothing: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

export function mapRequest(x: Exchange): undefined {
  const plan = x.loaded.route.integration as NonProxyPlan
  const request = x.methodRequest
  const contentType = request.headerNoCase('content-type')
  const body = mapBody(x, plan, contentType)
  const draft = new HeaderDraft(plan.type === 'AWS_SERVICE' ? 'AWS' : plan.type)
  const path: Record<string, string> = Object.create(null)
  const query: string[] = []
  if (plan.request.parameters.length > 0) {
    readParameters(plan.request.parameters, sourceOf(x), path, query, draft)
  }
  const overrides = x.overrides?.requestOverride
  if (overrides !== undefined) {
    draft.replaceAll(overrides.header)
    Object.assign(path, overrides.path)
    for (const name in overrides.querystring) {
      removePairs(query, name)
      addPairs(query, name, overrides.querystring[name] as string | string[])
    }
  }
  if (plan.type !== 'MOCK') {
    const own = plan.type === 'AWS_SERVICE' ? plan.service.action?.contentType : null
    draft.addDefaults(
      x,
      body === null
        ? typeWithoutBody(request.method, contentType)
        : (own ?? contentType ?? 'application/json'),
    )
  }
  x.integrationRequest = {
    method: request.method,
    path,
    pathOverride: pathOverrideOf(x),
    query: query.join('&'),
    headers: draft.list,
    host: draft.host,
    body,
    incoming: request,
    caller: x.identity,
  }
}

/** Recorded: the client's type is told to the back end of its own accord, except for verbs that have no body. */
function typeWithoutBody(verb: string, contentType: string | undefined): string | undefined {
  return verb === 'GET' || verb === 'HEAD' || verb === 'OPTIONS' ? undefined : contentType
}

function mapBody(x: Exchange, plan: MappedPlan, contentType: string | undefined): Buffer | null {
  const { templates, passthroughBehavior } = plan.request
  const request = x.methodRequest
  const content = requestContent(
    request.body,
    contentType,
    x.program.binaryMediaTypes,
    plan.contentHandling,
  )
  const chosen = templates.forRequest(contentType)
  if (chosen === undefined) {
    if (
      passthroughBehavior === 'NEVER' ||
      (passthroughBehavior === 'WHEN_NO_TEMPLATES' && templates.size > 0)
    ) {
      throw new Refusal('UNSUPPORTED_MEDIA_TYPE', {
        reason: `no mapping template for ${contentType ?? 'application/json'} and passthroughBehavior is ${passthroughBehavior}`,
      })
    }
    return request.body === null ? null : content.bytes
  }
  if (chosen.template === null && request.body === null) return null
  if (chosen.template !== null && !content.isText) {
    // As published execution logs have it, also for a template that reads nothing of the body.
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: `Unable to transform request: a mapping template cannot read a body of ${contentType ?? 'application/json'}, which is binary here, unless the integration's contentHandling is CONVERT_TO_TEXT`,
    })
  }
  const body = renderTemplate(x, chosen, content, 'request')
  return typeof body === 'string' ? Buffer.from(body) : body
}

export function mapProxyRequest(x: Exchange): undefined {
  const plan = x.loaded.route.integration
  const request = x.methodRequest
  if (plan.type === 'HTTP_PROXY') {
    x.integrationRequest = httpProxyRequest(x, plan)
    return
  }
  // AWS_PROXY: parameter mappings are ignored; the event is built from the request itself.
  x.integrationRequest = {
    method: 'POST',
    path: nothing,
    pathOverride: null,
    query: '',
    headers: ['X-Amzn-Trace-Id', x.traceId],
    host: null,
    body: request.body,
    incoming: request,
    caller: x.identity,
  }
}

function httpProxyRequest(x: Exchange, plan: HttpProxyPlan): IntegrationRequest {
  const request = x.methodRequest
  let path = nothing
  let query = request.rawQuery
  let mapped: HeaderDraft | null = null
  if (plan.parameters !== null) {
    const pathValues: Record<string, string> = Object.create(null)
    const pairs: string[] = query === '' ? [] : [query]
    mapped = new HeaderDraft('HTTP_PROXY')
    readParameters(plan.parameters, sourceOf(x), pathValues, pairs, mapped)
    path = pathValues
    query = pairs.join('&')
  }
  const contentType = request.headerNoCase('content-type')
  const content = requestContent(
    request.body,
    contentType,
    x.program.binaryMediaTypes,
    plan.contentHandling,
  )
  const template = plan.pathTemplates?.forRequest(contentType)
  if (template !== undefined) renderTemplate(x, template, content, 'request')
  return {
    method: request.method,
    path,
    pathOverride: template === undefined ? null : pathOverrideOf(x),
    query,
    headers: proxiedHeaders(x, mapped),
    host: mapped === null ? null : mapped.host,
    body: bodyOf(x, content.bytes, contentType),
    incoming: request,
    caller: x.identity,
  }
}

function bodyOf(
  x: Exchange,
  held: Buffer,
  contentType: string | undefined,
): Buffer | BodyStream | null {
  if (x.streamedBody !== null) return streamedBody(x, x.streamedBody, contentType)
  return x.methodRequest.body === null ? null : held
}

function pathOverrideOf({ overrides }: Exchange): PathOverride | null {
  if (overrides === null) return null
  const { path, wholePath } = overrides.requestOverride
  if (wholePath !== undefined) return { whole: wholePath }
  for (const _ in path) return { whole: undefined }
  return null
}

function readParameters(
  parameters: readonly RequestParameter[],
  source: RequestSource,
  path: Record<string, string>,
  query: string[],
  headers: HeaderDraft,
): void {
  for (const parameter of parameters) {
    const value = parameter.read(source)
    if (value === undefined) continue
    switch (parameter.target) {
      case 'path':
        path[parameter.name] = typeof value === 'string' ? value : value.join(',')
        break
      case 'querystring':
        addPairs(query, parameter.name, value)
        break
      case 'header':
        headers.set(parameter.name, value)
        break
      default:
        parameter.target satisfies never
    }
  }
}

function addPairs(query: string[], name: string, value: string | readonly string[]): void {
  if (typeof value === 'string') query.push(encodeQueryPair(name, value))
  else for (const one of value) query.push(encodeQueryPair(name, one))
}

function removePairs(query: string[], name: string): void {
  const start = encodeQueryPair(name, '')
  for (let i = query.length - 1; i >= 0; i--) if (query[i]?.startsWith(start)) query.splice(i, 1)
}

/** What parameter mappings and cache keys read. */
export function sourceOf(x: Exchange): RequestSource {
  let parsed: { value: unknown } | null = null
  return {
    request: x.methodRequest,
    variables: x,
    json() {
      parsed ??= { value: parseJson(x.methodRequest.body) }
      return parsed.value
    },
  }
}

/**
 * AWS parses a body for mappings only when it begins like JSON, and refuses what then is none (published logs). Numbers
 * stay as they are written.
 */
function parseJson(body: Buffer | null): unknown {
  if (body === null) return undefined
  const text = body.toString('utf8')
  if (!/^\s*["'{[]/.test(text)) return undefined
  try {
    return readJson(text)
  } catch (cause) {
    throw new Refusal('BAD_REQUEST_BODY', {
      message: 'Invalid JSON in request body',
      reason: 'a mapping reads a part of the body, which begins like JSON and is none',
      cause,
    })
  }
}
