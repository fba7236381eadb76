/**
 * Builds `$context` for a REST API. Names and which of them are null follow the developer guide's table of
 * `$context` variables and the events that AWS sends to Lambda functions.
 */
import type { SigningIdentity } from '../aws/identity.ts'
import type { Refusal } from '../messages/refusals.ts'
import type { Context, ContextError, Identity } from '../messages/variables.ts'
import type { Program, Route } from '../program/program.ts'
import type { Arrival } from './arrival.ts'
import { noNetwork, type SourceNetwork } from './source-network.ts'

/** `route` is null when the request was refused before a method was found. */
export function buildContext(
  arrival: Arrival,
  program: Program,
  route: Route | null,
  method: string,
  authorizer: Readonly<Record<string, unknown>> | null,
  signer: SigningIdentity | null = null,
  source: SourceNetwork = noNetwork,
): Context {
  const domain = domainOf(arrival.host)
  const context: Mutable<Context> = {
    accountId: program.account,
    apiId: program.apiId,
    deploymentId: program.deploymentId,
    domainName: domain,
    domainPrefix: domain.slice(0, domain.includes('.') ? domain.indexOf('.') : undefined),
    extendedRequestId: arrival.extendedRequestId,
    httpMethod: method,
    identity: identityOf(arrival, signer, source),
    path: arrival.pathWithStage,
    protocol: arrival.protocol,
    requestId: arrival.requestId,
    requestTime: formatRequestTime(arrival.startedAt),
    requestTimeEpoch: arrival.startedAt,
    resourceId: route?.resourceId ?? '',
    resourcePath: route?.resourcePath ?? '',
    stage: program.stageName,
  }
  if (authorizer !== null) context.authorizer = authorizer
  if (program.isCanary !== null) context.isCanaryRequest = program.isCanary
  if (route?.operationName !== undefined) context.operationName = route.operationName
  return context
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Whoever did not sign is null in every respect. `caller` and `user` are the same (as in AWS's events). */
function identityOf(
  arrival: Arrival,
  signer: SigningIdentity | null,
  { vpcId, vpceId }: SourceNetwork,
): Identity {
  const identity: Mutable<Identity> = {
    accessKey: signer?.accessKeyId ?? null,
    accountId: signer?.account ?? null,
    caller: signer?.userId ?? null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: signer?.principalOrgId ?? null,
    sourceIp: arrival.sourceIp,
    user: signer?.userId ?? null,
    userAgent: userAgentOf(arrival.headers),
    userArn: signer?.arn ?? null,
  }
  if (vpcId !== null) identity.vpcId = vpcId
  if (vpceId !== null) identity.vpceId = vpceId
  return identity
}

/** The same context with `$context.error`, for gateway responses. */
export function withError(context: Context, refusal: Refusal, message: string | null): Context {
  const error: ContextError = {
    // A guess: an absent message prints nothing.
    message: message ?? '',
    messageString: JSON.stringify(message),
    responseType: refusal.type,
    ...(refusal.detail.validationError === undefined
      ? {}
      : { validationErrorString: refusal.detail.validationError }),
  }
  return { ...context, error }
}

function domainOf(host: string): string {
  const colon = host.lastIndexOf(':')
  return colon > 0 && host.indexOf(']', colon) < 0 ? host.slice(0, colon) : host
}

function userAgentOf(headers: readonly string[]): string | null {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (name.length === 10 && name.toLowerCase() === 'user-agent') return headers[i + 1] as string
  }
  return null
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

let timeSecond = -1
let timeText = ''

/** `22/Nov/2026:09:05:03 +0000`, the Common Log Format's time; the last one is remembered. */
export function formatRequestTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== timeSecond) {
    timeText = commonLogTime(new Date(ms))
    timeSecond = second
  }
  return timeText
}

function commonLogTime(date: Date): string {
  const day = two(date.getUTCDate())
  const month = months[date.getUTCMonth()]
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${day}/${month}/${date.getUTCFullYear()}:${time} +0000`
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n)
}
