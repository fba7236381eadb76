/**
 * The headers of an integration request. Non-proxy integrations send what is mapped and a few of their own; HTTP_PROXY
 * sends what the client sent, less those that `program/header-rules.ts` names. "Amazon API Gateway important notes" and
 * AWS's recorded answers are the source of the rules.
 */

import type { IntegrationType } from '../aws/rest-api.ts'
import { isFieldValue } from '../base/field-value.ts'
import { Refusal } from '../messages/refusals.ts'
import {
  isDroppedMappedHeader,
  isIllegalMappedHeader,
  requestHeaderRule,
} from '../program/header-rules.ts'
import type { Exchange } from './exchange.ts'

/** Headers that mappings and overrides set, one entry per name; names are compared without case. */
export class HeaderDraft {
  readonly list: string[] = []
  /** In place of the endpoint's own, as users tell (guess: AWS's tables do not say what it does); null: not mapped. */
  host: string | null = null
  readonly #type: IntegrationType

  constructor(type: IntegrationType) {
    this.#type = type
  }

  set(name: string, value: string | readonly string[]): void {
    const lower = name.toLowerCase()
    if (isIllegalMappedHeader(this.#type, lower)) {
      throw new Refusal('API_CONFIGURATION_ERROR', {
        reason: `the header ${name} may not be set by a mapping or a template`,
      })
    }
    if (isDroppedMappedHeader(lower)) return
    this.#remove(lower)
    // An array joins with a comma, as AWS sends a multivalueheader.
    const text = typeof value === 'string' ? value : value.join(',')
    if (!isFieldValue(text)) {
      throw new Refusal('API_CONFIGURATION_ERROR', {
        reason: `the mapped value of the header ${name} has characters that HTTP does not allow`,
      })
    }
    if (lower === 'host') this.host = text
    else this.list.push(name, text)
  }

  replaceAll(headers: Readonly<Record<string, string | readonly string[]>>): void {
    for (const name in headers) this.set(name, headers[name] as string | readonly string[])
  }

  has(lower: string): boolean {
    for (let i = 0; i < this.list.length; i += 2) {
      if ((this.list[i] as string).toLowerCase() === lower) return true
    }
    return false
  }

  /** What API Gateway adds by itself; `contentType` undefined: there is no body. */
  addDefaults(x: Exchange, contentType: string | undefined): void {
    if (!this.has('accept')) this.list.push('Accept', 'application/json')
    if (!this.has('user-agent')) this.list.push('User-Agent', `AmazonAPIGateway_${x.program.apiId}`)
    if (contentType !== undefined && !this.has('content-type')) {
      this.list.push('Content-Type', contentType)
    }
    this.list.push('X-Amzn-Trace-Id', x.traceId)
    if (this.#type === 'HTTP') this.list.push('X-Amzn-Apigateway-Api-Id', x.program.apiId)
  }

  #remove(lower: string): void {
    for (let i = this.list.length - 2; i >= 0; i -= 2) {
      if ((this.list[i] as string).toLowerCase() === lower) this.list.splice(i, 2)
    }
  }
}

const pass = 0
const drop = 1
const accept = 2
const userAgent = 3
const traceId = 4

/** Header name as sent -> what becomes of it; bounded, because clients choose the names. */
const known = new Map<string, number>()

function fateOf(name: string): number {
  const remembered = known.get(name)
  if (remembered !== undefined) return remembered
  const fate = decideFate(name.toLowerCase())
  if (name.length <= 64 && known.size < 4096) known.set(name, fate)
  return fate
}

function decideFate(lower: string): number {
  if (lower === 'x-amzn-trace-id') return traceId
  if (lower === 'x-amzn-apigateway-api-id') return drop
  if (requestHeaderRule('HTTP_PROXY', lower) === 'drop') return drop
  if (lower === 'accept') return accept
  return lower === 'user-agent' ? userAgent : pass
}

/** HTTP_PROXY: the client's headers with the mapped ones in their place, and API Gateway's own. */
export function proxiedHeaders(x: Exchange, mapped: HeaderDraft | null): string[] {
  const sent = x.methodRequest.headers
  const headers: string[] = []
  let hasAccept = false
  let hasUserAgent = false
  for (let i = 0; i < sent.length; i += 2) {
    const name = sent[i] as string
    const fate = fateOf(name)
    if (fate === drop || fate === traceId) continue
    if (mapped?.has(name.toLowerCase())) continue
    if (fate === accept) hasAccept = true
    else if (fate === userAgent) hasUserAgent = true
    headers.push(name, sent[i + 1] as string)
  }
  if (mapped !== null) {
    headers.push(...mapped.list)
    hasAccept ||= mapped.has('accept')
    hasUserAgent ||= mapped.has('user-agent')
  }
  if (!hasAccept) headers.push('Accept', 'application/json')
  if (!hasUserAgent) headers.push('User-Agent', `AmazonAPIGateway_${x.program.apiId}`)
  headers.push('X-Amzn-Trace-Id', x.traceId, 'X-Amzn-Apigateway-Api-Id', x.program.apiId)
  return headers
}
