/**
 * AWS to any service: the mapped request, with the action named as the service wants it, signed with Signature
 * Version 4 and sent to AWS or to the endpoint that `--aws-endpoint` names.
 *
 * What the role or the caller may do is asked of IAM here first (acting.ts); what they may not, the service is not asked.
 * Then it is signed:
 *
 *     the caller's credentials       with the caller's own key
 *     a role, --aws-credentials      with these: AWS does not know the roles that are kept here
 *     a role, towards an endpoint    with a session of the role, or test and test when IAM here does not know it
 *     a role, towards AWS            not at all: the request is refused
 */
import { type ActingParts, type Actor, weighDeed, whyForbidden } from '../aws/acting-role.ts'
import { type Credentials, sign } from '../aws/sign.ts'
import type { Clock } from '../base/clock.ts'
import { heldBody } from '../messages/body-stream.ts'
import type { IntegrationRequest, Send } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import { encodeServicePath } from '../program/aws-service-uri.ts'
import type {
  ActingCredentials,
  AwsEndpoint,
  AwsServicePlan,
  Program,
  Route,
} from '../program/program.ts'
import { serviceDeed } from '../program/service-deed.ts'
import { actorUse, prepareActor } from './acting.ts'
import { type AwsDestination, destinationOf } from './aws-destination.ts'
import { fillPath } from './fill-path.ts'
import type { HttpClient } from './http/client.ts'
import { type HttpLimits, refusalFor } from './http-endpoint.ts'
import { serviceDenial } from './service-denial.ts'

/** Where services are and who asks them. */
export interface AwsAccess {
  /** Service, as integration URIs name it -> `http(s)://host[:port]`. */
  readonly endpoints: ReadonlyMap<string, string>
  readonly credentials: Credentials | null
  readonly clock: Clock
}

/** Where services are, who asks them and who is who. */
export interface AwsServiceTools {
  readonly client: HttpClient
  readonly limits: HttpLimits
  readonly aws: AwsAccess
  readonly acting: ActingParts
}

const dummyCredentials: Credentials = Object.freeze({
  accessKeyId: 'test',
  secretAccessKey: 'test',
})

/** Whatever a mapping says: these are the signature's, or would not arrive as they were signed. */
const reserved: ReadonlySet<string> = new Set([
  'host',
  'proxy-connection',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
])

export function prepareAwsService(
  plan: AwsServicePlan,
  program: Program,
  route: Route,
  { client, limits, aws, acting }: AwsServiceTools,
): Send {
  const { service: endpoint, timeoutMs, credentials: actingFor } = plan
  const destination = destinationOf(endpoint, aws.endpoints)
  const connectTimeoutMs = Math.min(limits.connectTimeoutMs, timeoutMs)
  const findActor = prepareActor(actingFor, program, route, acting)
  const deedOf = serviceDeed(endpoint, program.account)
  const own = actingFor.type === 'role' ? aws.credentials : null
  return async function sendToService(request, variables, cancel) {
    const actor = findActor(request)
    const servicePath = pathOf(endpoint, '', request)
    const path = destination.pathPrefix + servicePath
    const headers = headersOf(endpoint, destination, program, request)
    const query = queryOf(endpoint, request)
    const method = endpoint.method ?? request.method
    const deed = deedOf({ method, path: servicePath, query, body: heldBody(request.body) })
    let use = actorUse(actor, deed.action, { by: null })
    if (actor.type === 'known') {
      const { identity } = actor
      const right = weighDeed(identity, deed, { region: endpoint.signingRegion }, acting.clock)
      const denied = whyForbidden(identity, deed, right)
      use = actorUse(actor, deed.action, { by: right.verdict.statement }, denied)
      if (denied !== '') {
        const denial = serviceDenial(endpoint, denied, variables.context.requestId)
        return { ...denial, latencyMs: 0, actor: use }
      }
    }
    const credentials = own ?? sessionOf(actor, destination, actingFor)
    const signature = sign({
      method,
      rawPath: path,
      rawQuery: query,
      headers: Object.fromEntries(headers),
      body: heldBody(request.body) ?? '',
      announcesHash: true,
      credentials,
      region: endpoint.signingRegion,
      service: endpoint.signingName,
      clock: aws.clock,
    })
    try {
      const answer = await client.call(
        {
          target: destination.target,
          method,
          path: query === '' ? path : `${path}?${query}`,
          headers: [...headers.flat(), ...Object.entries(signature).flat()],
          body: request.body,
          connectTimeoutMs,
          timeoutMs,
          cancel,
        },
        limits.answerLimitBytes,
      )
      return {
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        latencyMs: answer.timings.totalMs,
        actor: use,
      }
    } catch (error) {
      throw refusalFor(error, destination.authority)
    }
  }
}

/** What the service is asked for at AWS: for logs. */
export function serviceUrl(endpoint: AwsEndpoint, request: IntegrationRequest): string {
  const path = pathOf(endpoint, '', request)
  const query = queryOf(endpoint, request)
  return `https://${endpoint.host}${query === '' ? path : `${path}?${query}`}`
}

/** Throws `Refusal` towards AWS, which knows no role that is kept here. */
function sessionOf(
  actor: Exclude<Actor, { type: 'refused' }>,
  { isAws, authority }: AwsDestination,
  { type }: ActingCredentials,
): Credentials {
  if (isAws && type === 'role') {
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: `the gateway has no AWS credentials to sign the call of ${authority} with: give --aws-credentials, or name another endpoint with --aws-endpoint`,
    })
  }
  if (actor.type === 'unknown') return dummyCredentials
  const { accessKeyId, secretAccessKey, sessionToken } = actor.identity
  return sessionToken === null
    ? { accessKeyId, secretAccessKey }
    : { accessKeyId, secretAccessKey, sessionToken }
}

function pathOf({ pathParts }: AwsEndpoint, prefix: string, request: IntegrationRequest): string {
  if (pathParts.length === 1) return prefix + (pathParts[0] as string)
  return prefix + fillPath(pathParts, request.path, encodeServicePath)
}

/** The action, then what the URI adds, then what is mapped: the order in AWS's execution logs. */
function queryOf({ query, action }: AwsEndpoint, request: IntegrationRequest): string {
  let text = query
  if (request.query !== '') text = text === '' ? request.query : `${text}&${request.query}`
  const version = action?.version ?? null
  if (version === null || isJson(request) || namesVersion(text, request)) return text
  // AWS leaves this to mappings; without it some services answer as they did long ago, others not at all (guess).
  return `${text}&Version=${version}`
}

function namesVersion(query: string, request: IntegrationRequest): boolean {
  if (/(?:^|&)Version=/.test(query)) return true
  const body = heldBody(request.body)
  return body !== null && (body.includes('&Version=') || body.indexOf('Version=') === 0)
}

function isJson(request: IntegrationRequest): boolean {
  return headerOf(request, 'content-type')?.startsWith('application/x-amz-json-') === true
}

function headersOf(
  { action }: AwsEndpoint,
  { authority }: AwsDestination,
  program: Program,
  request: IntegrationRequest,
): [name: string, value: string][] {
  const headers: [name: string, value: string][] = [['Host', authority]]
  for (let i = 0; i < request.headers.length; i += 2) {
    const name = request.headers[i] as string
    if (reserved.has(name.toLowerCase())) continue
    headers.push([name, request.headers[i + 1] as string])
  }
  // As AWS's execution logs show it.
  headers.push(['x-amzn-apigateway-api-id', program.apiId])
  if (action === null || action.target === null) return headers
  const speaksJson = action.contentType !== null || isJson(request)
  if (speaksJson && headerOf(request, 'x-amz-target') === undefined) {
    headers.push(['X-Amz-Target', action.target])
  }
  return headers
}

function headerOf(request: IntegrationRequest, lowerName: string): string | undefined {
  for (let i = 0; i < request.headers.length; i += 2) {
    if ((request.headers[i] as string).toLowerCase() === lowerName) return request.headers[i + 1]
  }
  return undefined
}
