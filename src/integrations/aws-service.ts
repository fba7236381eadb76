/**
 * AWS to any service: the mapped request, with the action named as the service wants it, signed with Signature
 * Version 4 and sent to AWS or to the endpoint that `--aws-endpoint` names.
 *
 * There is no STS here that would turn an integration's role into credentials: the gateway's own stand for every
 * role. Where an endpoint is named and no credentials are, `test` and `test` sign, which emulators take; towards AWS
 * such a request is refused.
 */
import { type Credentials, sign } from '../aws/sign.ts'
import type { Clock } from '../base/clock.ts'
import { heldBody } from '../messages/body-stream.ts'
import type { IntegrationRequest, Send } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import { encodeServicePath } from '../program/aws-service-uri.ts'
import type { AwsEndpoint, AwsServicePlan, Program } from '../program/program.ts'
import { type AwsDestination, destinationOf } from './aws-destination.ts'
import { fillPath } from './fill-path.ts'
import type { HttpClient } from './http/client.ts'
import { type HttpLimits, refusalFor } from './http-endpoint.ts'

/** Where services are and who asks them. */
export interface AwsAccess {
  /** Service, as integration URIs name it -> `http(s)://host[:port]`. */
  readonly endpoints: ReadonlyMap<string, string>
  readonly credentials: Credentials | null
  readonly clock: Clock
}

export interface AwsServiceTools {
  readonly client: HttpClient
  readonly limits: HttpLimits
  readonly aws: AwsAccess
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
  { client, limits, aws }: AwsServiceTools,
): Send {
  const { service: endpoint, timeoutMs } = plan
  const destination = destinationOf(endpoint, aws.endpoints)
  const credentials = aws.credentials ?? (destination.isAws ? null : dummyCredentials)
  if (credentials === null) return refuseUnsigned(destination)
  const connectTimeoutMs = Math.min(limits.connectTimeoutMs, timeoutMs)
  return async function sendToService(request, _variables, cancel) {
    const path = pathOf(endpoint, destination.pathPrefix, request)
    const headers = headersOf(endpoint, destination, program, request)
    const query = queryOf(endpoint, request)
    const method = endpoint.method ?? request.method
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

function refuseUnsigned({ authority }: AwsDestination): Send {
  return () => {
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: `the gateway has no AWS credentials to sign the call of ${authority} with: give --aws-credentials, or name another endpoint with --aws-endpoint`,
    })
  }
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
