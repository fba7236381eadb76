/**
 * Integration response -> reply.
 *
 * Non-proxy: the entry whose selection pattern fits (the status; for Lambda the error message) gives the status, the mapped
 * headers and the body through its template. Proxy: the back end's answer, less the headers that API Gateway renames or
 * drops. Overrides made by templates come last ("Override your API's request and response parameters").
 */

import { answerHeadProblem } from '../base/answer-head-limits.ts'
import { isFieldValue } from '../base/field-value.ts'
import { isHeaderName } from '../integrations/http/header-name.ts'
import { heldBody, isStream } from '../messages/body-stream.ts'
import type { HeaderList, IntegrationResponse, Reply } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import { remappedHeaderName, responseHeaderRule } from '../program/header-rules.ts'
import type {
  IntegrationPlan,
  NonProxyPlan,
  ResponsePlan,
  ResponseSource,
} from '../program/program.ts'
import { readJson } from '../vtl/json.ts'
import { type Conversion, converted, responseContent, responseConversion } from './content.ts'
import type { Exchange } from './exchange.ts'
import { renderTemplate } from './render.ts'
import { passedReply, streamedReply } from './streamed-reply.ts'

export function mapResponse(x: Exchange): Reply {
  const plan = x.loaded.route.integration as NonProxyPlan
  const response = x.integrationResponse as IntegrationResponse
  const subject = plan.type === 'AWS' ? (response.errorMessage ?? '') : String(response.status)
  const chosen = plan.responses.select(subject)
  if (chosen === undefined) {
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: `No match for output mapping and no default output mapping configured. Endpoint Response Status Code: ${response.status}`,
    })
  }
  if (plan.type === 'AWS' || plan.type === 'AWS_SERVICE') noteEndpointRequest(x, response)
  const accept = x.methodRequest.headerNoCase('accept')
  const headers: string[] = []
  const body = mapBody(x, chosen, response, accept, headers)
  if (chosen.parameters.length > 0) readParameters(chosen, sourceOf(x, response), headers)
  const overrides = x.overrides?.responseOverride
  if (overrides === undefined) return { status: chosen.status, headers, body }
  for (const name in overrides.header) {
    const value = overrides.header[name] as string | string[]
    removeHeader(headers, name)
    for (const one of typeof value === 'string' ? [value] : value) pushHeader(headers, name, one)
  }
  checkLength(headers)
  return { status: overriddenStatus(overrides.status) ?? chosen.status, headers, body }
}

/** What is mapped may come from a body of megabytes. AWS's answer to that is not known (guess: 500). */
function checkLength(headers: readonly string[]): void {
  const problem = answerHeadProblem(headers)
  if (problem !== undefined) throw new Refusal('API_CONFIGURATION_ERROR', { reason: problem })
}

function noteEndpointRequest(x: Exchange, { headers }: IntegrationResponse): void {
  const id = findHeader(headers, 'x-amzn-requestid') ?? findHeader(headers, 'x-amz-request-id')
  if (id !== undefined) x.noteEndpointRequest(id)
}

/** AWS ignores an override that is no HTTP status (recorded). */
function overriddenStatus(status: number | undefined): number | undefined {
  return status !== undefined && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : undefined
}

function mapBody(
  x: Exchange,
  plan: ResponsePlan,
  response: IntegrationResponse,
  accept: string | undefined,
  headers: string[],
): Buffer | string {
  const content = responseContent(
    heldBody(response.body),
    findHeader(response.headers, 'content-type'),
    accept,
    x.program.binaryMediaTypes,
    plan.contentHandling,
  )
  const chosen = plan.templates.forResponse(accept)
  if (chosen === undefined) {
    headers.push('Content-Type', 'application/json')
    return content.bytes
  }
  // Where there is nothing to convert, templates run: those of preflights do under the type of all types.
  if (!content.isText && content.bytes.length > 0 && chosen.template !== null) {
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: 'a mapping template cannot read a binary response body',
    })
  }
  headers.push('Content-Type', chosen.mediaType)
  return renderTemplate(x, chosen, content, 'response')
}

function readParameters(plan: ResponsePlan, source: ResponseSource, headers: string[]): void {
  for (const parameter of plan.parameters) {
    const value = parameter.read(source)
    if (value === undefined) continue
    removeHeader(headers, parameter.name)
    pushHeader(headers, parameter.name, typeof value === 'string' ? value : value.join(','))
  }
  checkLength(headers)
}

function sourceOf(x: Exchange, response: IntegrationResponse): ResponseSource {
  let parsed: { value: unknown } | null = null
  return {
    response,
    variables: x,
    json() {
      parsed ??= { value: parseJson(heldBody(response.body)) }
      return parsed.value
    },
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return readJson(body.toString('utf8'))
  } catch {
    return undefined
  }
}

export function mapProxyResponse(x: Exchange): Reply | Promise<Reply> {
  const plan = x.loaded.route.integration
  const response = x.integrationResponse as IntegrationResponse
  const kind = plan.type === 'HTTP_PROXY' ? 'proxy-backend' : 'mapped'
  const headers: string[] = []
  let contentType: string | undefined
  for (let i = 0; i < response.headers.length; i += 2) {
    const name = response.headers[i] as string
    const value = response.headers[i + 1] as string
    const fate = fateOf(kind, name)
    if (fate === null) continue
    if (fate === contentTypeName) contentType = value
    headers.push(fate === contentTypeName ? name : fate, value)
  }
  if (contentType === undefined) headers.push('Content-Type', 'application/json')
  const { status, body } = response
  if (isStream(body)) {
    return isPassedOn(plan)
      ? passedReply(x, status, headers, body)
      : streamedReply(x, status, headers, body, conversionFor(x, contentType))
  }
  if (isPassedOn(plan)) return { status, headers, body }
  return { status, headers, body: converted(body, conversionFor(x, contentType)).bytes }
}

function conversionFor({ program, methodRequest }: Exchange, type: string | undefined): Conversion {
  const binary = program.binaryMediaTypes
  const accept = binary.isEmpty ? undefined : methodRequest.headerNoCase('accept')
  return responseConversion(type, accept, binary, null)
}

/** `responseTransferMode` STREAM: nothing of the answer is looked at. */
function isPassedOn(plan: IntegrationPlan): boolean {
  return plan.type === 'AWS_PROXY' || (plan.type === 'HTTP_PROXY' && plan.streaming !== null)
}

const contentTypeName = 'content-type'

/** Header name as the back end wrote it -> the name the client sees, null: dropped; bounded, back ends choose the names. */
const known = {
  'proxy-backend': new Map<string, string | null>(),
  mapped: new Map<string, string | null>(),
}

function fateOf(kind: 'proxy-backend' | 'mapped', name: string): string | null {
  const remembered = known[kind].get(name)
  if (remembered !== undefined) return remembered
  const lower = name.toLowerCase()
  const rule = responseHeaderRule(kind, lower)
  const fate =
    rule === 'drop'
      ? null
      : rule === 'remap'
        ? remappedHeaderName(name)
        : lower === contentTypeName
          ? contentTypeName
          : name
  if (name.length <= 64 && known[kind].size < 4096) known[kind].set(name, fate)
  return fate
}

function pushHeader(headers: string[], name: string, value: string): void {
  if (!isHeaderName(name) || !isFieldValue(value)) {
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: `the response header ${name} or its value has characters that HTTP does not allow`,
    })
  }
  const rule = responseHeaderRule('mapped', name.toLowerCase())
  if (rule === 'drop') return
  headers.push(rule === 'remap' ? remappedHeaderName(name) : name, value)
}

function removeHeader(headers: string[], name: string): void {
  const lower = name.toLowerCase()
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    if ((headers[i] as string).toLowerCase() === lower) headers.splice(i, 2)
  }
}

export function findHeader(headers: HeaderList, lowerName: string): string | undefined {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const name = headers[i] as string
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return headers[i + 1]
  }
  return undefined
}
