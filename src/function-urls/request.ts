/**
 * One request to a function URL as the function gets it: where it is for, and the event of payload version 2.0.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
import type { SigningIdentity } from '../aws/identity.ts'
import { parseQuery } from '../aws/read.ts'

/** What came over the wire. */
export interface UrlRequest {
  readonly method: string
  /** As sent, without the query; begins with `/`. */
  readonly rawPath: string
  readonly rawQuery: string
  /** Name, value, name, value… */
  readonly rawHeaders: readonly string[]
  readonly host: string
  readonly sourceIp: string
  readonly body: Buffer
}

/** Which function URL a request is for. */
export interface UrlAddress {
  readonly urlId: string
  readonly rawPath: string
  readonly rawQuery: string
}

const byPath = '/_aws/lambda-url/'

/** By host, `{id}.lambda-url.{region}.…`, or by path, `/_aws/lambda-url/{id}/…`; undefined when it is for none. */
export function addressOf(host: string, target: string): UrlAddress | undefined {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const rawQuery = question < 0 ? '' : target.slice(question + 1)
  const [, byHost] = /^([a-z0-9]{1,64})\.lambda-url\./.exec(host.toLowerCase()) ?? []
  if (byHost !== undefined) return { urlId: byHost, rawPath: path, rawQuery }
  if (!path.startsWith(byPath)) return undefined
  const [, urlId, rest] = /^([a-z0-9]{1,64})(\/.*)?$/s.exec(path.slice(byPath.length)) ?? []
  return urlId === undefined ? undefined : { urlId, rawPath: rest ?? '/', rawQuery }
}

export interface EventSurroundings {
  readonly urlId: string
  /** The function's owner. */
  readonly account: string
  /** null: the URL asks for no signature. */
  readonly signer: SigningIdentity | null
  readonly requestId: string
  readonly traceId: string
  readonly nowMs: number
}

/** The event as JSON text. Members that have nothing to say are absent. */
export function urlEvent(request: UrlRequest, around: EventSurroundings): string {
  const { headers, cookies } = headersOf(request, around)
  const { urlId, account, signer, requestId, nowMs } = around
  const query = queryOf(request.rawQuery)
  const isText = isTextBody(headers['content-type'])
  return JSON.stringify({
    version: '2.0',
    routeKey: '$default',
    rawPath: request.rawPath,
    rawQueryString: request.rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: signer === null ? 'anonymous' : account,
      apiId: urlId,
      ...(signer !== null && { authorizer: { iam: callerOf(signer) } }),
      domainName: request.host,
      domainPrefix: urlId,
      http: {
        method: request.method,
        path: request.rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: clfTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  })
}

function callerOf({ accessKeyId, account, userId, principalOrgId, arn }: SigningIdentity) {
  return {
    accessKey: accessKeyId,
    accountId: account,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId,
    userArn: arn,
    userId,
  }
}

/** Lower-case names, values of one name with commas; cookies apart, and what a proxy adds. */
function headersOf(request: UrlRequest, { traceId, signer }: EventSurroundings) {
  const headers: Record<string, string> = Object.create(null)
  const cookies: string[] = []
  const { rawHeaders } = request
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    const value = rawHeaders[i + 1] as string
    if (name === 'cookie') {
      cookies.push(
        ...value
          .split(';')
          .map(cookie => cookie.trim())
          .filter(Boolean),
      )
      continue
    }
    if (own.has(name)) continue
    // A signature that was used is not handed on; that AWS does so is a guess.
    if (signer !== null && name === 'authorization') continue
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before},${value}`
  }
  headers['x-amzn-trace-id'] = traceId
  headers['x-forwarded-for'] = request.sourceIp
  headers['x-forwarded-port'] = '443'
  headers['x-forwarded-proto'] = 'https'
  return { headers, cookies }
}

/** Whatever a client says of itself here, the function hears what is so. */
const own: ReadonlySet<string> = new Set([
  'connection',
  'transfer-encoding',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-amzn-trace-id',
])

/** Values of one name with commas; undefined without any. */
function queryOf(rawQuery: string): Record<string, string> | undefined {
  if (rawQuery === '') return undefined
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of parseQuery(rawQuery)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`
  }
  return query
}

/** Other bodies go to the function as base64. The list is that of HTTP APIs: a guess for function URLs. */
function isTextBody(contentType: string | undefined): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return (
    /^text\//.test(type) ||
    /^application\/(?:json|xml|javascript)$/.test(type) ||
    /\+(?:json|xml)$/.test(type)
  )
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `12/Mar/2020:19:03:58 +0000` */
function clfTime(nowMs: number): string {
  const [, year, month, day, time] =
    /^(\d+)-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(new Date(nowMs).toISOString()) ?? []
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`
}
