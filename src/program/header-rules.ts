/**
 * What API Gateway does to headers, as data. Three tables: which of a client's headers go on to the back end, which
 * headers a mapping or a template may not set, and which headers of an answer are renamed or dropped.
 *
 * Sources: the table in "Amazon API Gateway important notes" (REST APIs) and answers recorded from AWS; where they
 * differ, the recorded answer wins. Names are lower case; whatever no table names passes.
 */
import type { IntegrationType } from '../aws/rest-api.ts'

export type RequestHeaderRule = 'pass' | 'drop'
export type ResponseHeaderRule = 'pass' | 'remap' | 'drop'

/** Never handed on, whatever the integration, and not seen by mappings either (recorded). */
const hiddenRequestHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'www-authenticate',
])

/** Dropped on top of the hidden ones. HTTP types call a back end themselves, so hop-by-hop headers end here. */
const droppedRequestHeaders: Readonly<Record<IntegrationType, ReadonlySet<string>>> = Object.freeze(
  {
    MOCK: new Set<string>(),
    // Recorded: Via. Guess: the rest, by RFC 9110 §7.6.1.
    HTTP: new Set(['via', 'keep-alive', 'proxy-connection']),
    // Recorded: Host and Content-Encoding. Documented: X-HTTP-Method-Override. Guess: the rest, by RFC 9110 §7.6.1.
    HTTP_PROXY: new Set([
      'host',
      'content-encoding',
      'x-http-method-override',
      'keep-alive',
      'proxy-connection',
    ]),
    // Recorded.
    AWS: new Set(['referer']),
    // Documented: it is not passed on unless it is mapped, and nothing is mapped here.
    AWS_PROXY: new Set(['x-http-method-override']),
  },
)

/** Recorded: setting one of these through a mapping or a template is answered with 500. */
const illegalForHttp: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'x-amzn-trace-id',
  'x-amzn-apigateway-api-id',
])

const illegalForAws: ReadonlySet<string> = new Set([
  ...illegalForHttp,
  'authorization',
  'connection',
  'expect',
  'proxy-authenticate',
  'te',
])

/**
 * Set by a mapping, they end here: documented as dropped, and not among those that were recorded as delivered. The rest of
 * the hop-by-hop ones the client in `integrations/http` writes itself.
 */
const droppedMappedHeaders: ReadonlySet<string> = new Set(['expect', 'proxy-authenticate', 'te'])

/** Whoever answers: the gateway has the first and the last itself, and nobody may pass as it. */
const ownResponseHeaders: readonly (readonly [string, ResponseHeaderRule])[] = [
  // Recorded.
  ['x-amzn-requestid', 'remap'],
  ['x-forwarded-for', 'remap'],
  // Guess: of an API behind another one only one such header was recorded.
  ['x-amz-apigw-id', 'drop'],
]

/** Headers that a method response gets by mapping (recorded). */
const mappedResponseHeaders: ReadonlyMap<string, ResponseHeaderRule> = new Map([
  ...ownResponseHeaders,
  ['authorization', 'remap'],
  ['connection', 'remap'],
  ['content-length', 'remap'],
  ['content-md5', 'remap'],
  ['date', 'remap'],
  ['expect', 'remap'],
  ['host', 'remap'],
  ['max-forwards', 'remap'],
  ['proxy-authenticate', 'remap'],
  ['server', 'remap'],
  ['trailer', 'remap'],
  ['upgrade', 'remap'],
  ['user-agent', 'remap'],
  ['www-authenticate', 'remap'],
  // Documented; it would break the framing of our own answer.
  ['transfer-encoding', 'drop'],
])

/** Headers that the back end of a proxy integration sent. Recorded: connection, content-length, date, server. */
const backendResponseHeaders: ReadonlyMap<string, ResponseHeaderRule> = new Map([
  ...ownResponseHeaders,
  ['authorization', 'remap'],
  ['connection', 'remap'],
  ['content-length', 'remap'],
  ['content-md5', 'remap'],
  ['date', 'remap'],
  ['max-forwards', 'remap'],
  ['server', 'remap'],
  ['user-agent', 'remap'],
  ['www-authenticate', 'remap'],
  // Recorded by users, against the documentation.
  ['host', 'remap'],
  ['expect', 'drop'],
  ['proxy-authenticate', 'drop'],
  ['te', 'drop'],
  ['trailer', 'drop'],
  ['transfer-encoding', 'drop'],
  ['upgrade', 'drop'],
  ['via', 'drop'],
  // Guess, by RFC 9110 §7.6.1.
  ['keep-alive', 'drop'],
  ['proxy-connection', 'drop'],
])

/** Whether a client's header goes on to an integration of this type. */
export function requestHeaderRule(type: IntegrationType, lowerName: string): RequestHeaderRule {
  return hiddenRequestHeaders.has(lowerName) || droppedRequestHeaders[type].has(lowerName)
    ? 'drop'
    : 'pass'
}

/** Whether a client's header is kept even from mappings, templates and validation. */
export function isHiddenFromMapping(lowerName: string): boolean {
  return hiddenRequestHeaders.has(lowerName)
}

/** Whether the request is answered with 500 because a mapping or a template sets this header. */
export function isIllegalMappedHeader(type: IntegrationType, lowerName: string): boolean {
  return type === 'AWS' || type === 'AWS_PROXY'
    ? illegalForAws.has(lowerName)
    : type !== 'MOCK' && illegalForHttp.has(lowerName)
}

/** Whether a header that a mapping or a template sets is left out all the same. */
export function isDroppedMappedHeader(lowerName: string): boolean {
  return droppedMappedHeaders.has(lowerName)
}

/** What becomes of a header of the answer: handed on, renamed (`remappedHeaderName`), or left out. */
export function responseHeaderRule(
  kind: 'proxy-backend' | 'mapped',
  lowerName: string,
): ResponseHeaderRule {
  const rules = kind === 'mapped' ? mappedResponseHeaders : backendResponseHeaders
  return rules.get(lowerName) ?? 'pass'
}

/** `Server` -> `x-amzn-Remapped-Server`. */
export function remappedHeaderName(name: string): string {
  return `x-amzn-Remapped-${name}`
}
