/**
 * Integration -> plan: MOCK, HTTP, HTTP_PROXY, Lambda (AWS, AWS_PROXY) and the other services of AWS (AWS). What a
 * definition asks for and this version cannot do is an obstacle, and the plan beside it is one that cannot answer.
 *
 * A URI that is wrong, as it stands or through the stage's variables, deploys, as on AWS, and each request to it is
 * answered with 500.
 */
import type { Integration } from '../aws/rest-api.ts'
import type { ClientCertificate } from '../messages/client-certificate.ts'
import { actingCredentials } from './acting-credentials.ts'
import { parseServiceUri } from './aws-service-uri.ts'
import { fillStageVariables, parseEndpoint, usesStageVariables } from './endpoint.ts'
import { isIllegalMappedHeader } from './header-rules.ts'
import { functionArnOf, isInvocationUri, isLambdaUri, isStreamingUri } from './lambda-arn.ts'
import { compileRequestParameter } from './mappings.ts'
import { obstacle } from './obstacles.ts'
import { type ConnectingStage, privateConnection } from './private-connection.ts'
import type {
  ActingCredentials,
  HttpEndpoint,
  IntegrationPlan,
  LambdaProxyPlan,
  Obstacle,
  PrivateConnection,
  RequestParameter,
  RequestPlan,
  ResponsePlans,
  StreamingPlan,
  TemplateChoice,
} from './program.ts'
import { at, type Place, ProgramError } from './program-error.ts'
import { compileResponses } from './responses.ts'
import { compileTemplates, type TemplateCache } from './templates.ts'

/** What a plan needs to know beside the integration itself. */
export interface PlanSettings extends ConnectingStage {
  readonly account: string
  /** The API's endpoint is edge-optimized. */
  readonly isEdge: boolean
  /** The stage's; null: it has none. */
  readonly clientCertificate: ClientCertificate | null
  readonly templates: TemplateCache
}

export interface PlannedIntegration {
  readonly plan: IntegrationPlan
  readonly obstacle: Obstacle | null
}

/** Compiles one integration. Throws `ProgramError`. */
export function planIntegration(
  integration: Integration,
  settings: PlanSettings,
  place: Place,
): PlannedIntegration {
  const unsupported = findUnsupported(integration)
  if (unsupported !== null) return blocked(unsupported)
  const connected = isHttp(integration)
    ? privateConnection(integration, settings)
    : { connection: null }
  if ('problem' in connected) return blocked(connected.problem)
  const acting = actingOf(integration, settings)
  if ('problem' in acting) return blocked(acting.problem)
  const base = {
    timeoutMs: integration.timeoutInMillis,
    contentHandling: integration.contentHandling ?? null,
  }
  switch (integration.type) {
    case 'MOCK':
      return open({ type: 'MOCK', ...base, ...planMapping(integration, settings, place) })
    case 'HTTP': {
      const mapping = planMapping(integration, settings, place)
      return resolve(integration, settings, uri => ({
        type: 'HTTP',
        ...base,
        ...mapping,
        endpoint: endpointOf(integration, connected.connection, settings, uri, place),
      }))
    }
    case 'HTTP_PROXY': {
      const parameters = planParameters(integration, place)
      const pathTemplates = planPathTemplates(integration, connected.connection, settings, place)
      return resolve(integration, settings, uri => ({
        type: 'HTTP_PROXY',
        ...base,
        endpoint: endpointOf(integration, connected.connection, settings, uri, place),
        pathTemplates,
        streaming: streamingOf(integration, settings),
        parameters: parameters.length === 0 ? null : parameters,
      }))
    }
    case 'AWS': {
      const wrongVerb = isInvocationUri(integration.uri ?? '') ? wrongLambdaVerb(integration) : null
      if (wrongVerb !== null) return blocked(wrongVerb)
      const mapping = planMapping(integration, settings, place)
      return resolve(integration, settings, uri =>
        isInvocationUri(uri)
          ? {
              type: 'AWS',
              ...base,
              ...mapping,
              functionArn: functionArnOf(uri, settings.account),
              credentials: acting.credentials,
            }
          : {
              type: 'AWS_SERVICE',
              ...base,
              ...mapping,
              service: parseServiceUri(uri, verbOf(integration, place)),
              credentials: needed(acting.credentials),
            },
      )
    }
    case 'AWS_PROXY':
      return planLambdaProxy(integration, settings, place, { ...base, ...acting })
    default:
      integration.type satisfies never
      throw new ProgramError(place, `${integration.type} is not a type of integration`)
  }
}

type Base = Pick<LambdaProxyPlan, 'timeoutMs' | 'contentHandling' | 'credentials'>

function planLambdaProxy(
  integration: Integration,
  settings: PlanSettings,
  place: Place,
  base: Base,
): PlannedIntegration {
  const wrongVerb = wrongLambdaVerb(integration)
  if (wrongVerb !== null) return blocked(wrongVerb)
  // Recorded: mappings of a Lambda proxy integration do nothing, except that illegal ones are still errors.
  const illegal = planParameters(integration, place).find(
    parameter =>
      parameter.target === 'header' &&
      isIllegalMappedHeader('AWS_PROXY', parameter.name.toLowerCase()),
  )
  if (illegal !== undefined) {
    return blocked(`The integration maps the header ${illegal.name}, which may not be set.`)
  }
  return resolve(integration, settings, uri => ({
    type: 'AWS_PROXY',
    ...base,
    functionArn: proxyArnOf(uri, integration, settings.account),
    streaming: streamingOf(integration, settings),
  }))
}

/** "Set the response transfer mode to STREAM" and the URI of the streaming operation belong together. */
function proxyArnOf(uri: string, { responseTransferMode }: Integration, account: string): string {
  const isStreamed = responseTransferMode === 'STREAM'
  if (isStreamed === isStreamingUri(uri)) return functionArnOf(uri, account)
  throw new SyntaxError(
    isStreamed
      ? `responseTransferMode STREAM needs a URI that ends in /response-streaming-invocations, not ${uri}`
      : `${uri} streams the answer, for which responseTransferMode must be STREAM`,
  )
}

/** Recorded of proxies: Lambda takes POST only, and AWS finds out when the request comes. */
function wrongLambdaVerb({ httpMethod }: Integration): string | null {
  if (httpMethod === 'POST') return null
  return `The integration calls Lambda with ${httpMethod || 'no method'}; it must be POST.`
}

/** Fills the stage variables in and hands the URI to `make`. */
function resolve(
  integration: Integration,
  settings: PlanSettings,
  make: (uri: string) => IntegrationPlan,
): PlannedIntegration {
  const uri = integration.uri ?? ''
  const filled = usesStageVariables(uri)
    ? fillStageVariables(uri, settings.stageVariables)
    : { text: uri }
  if ('missing' in filled) {
    return blocked(
      `The integration's URI needs the stage variable ${filled.missing}, which is not set.`,
    )
  }
  try {
    return open(make(filled.text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return blocked(
      `The integration's URI with the stage variables filled in is wrong: ${error.message}.`,
    )
  }
}

function planMapping(
  integration: Integration,
  settings: PlanSettings,
  place: Place,
): { readonly request: RequestPlan; readonly responses: ResponsePlans } {
  const { templates } = settings
  return {
    request: Object.freeze({
      parameters: planParameters(integration, place),
      templates: compileTemplates(
        integration.requestTemplates,
        templates,
        place,
        'request template',
      ),
      passthroughBehavior: integration.passthroughBehavior,
    }),
    responses: compileResponses(integration.integrationResponses, templates, place),
  }
}

function planParameters(integration: Integration, place: Place): readonly RequestParameter[] {
  const entries = Object.entries(integration.requestParameters ?? {})
  const parameters = entries.map(([key, expression]) =>
    at(place, `integration, ${key}`, () => compileRequestParameter(key, expression)),
  )
  return Object.freeze(parameters)
}

/**
 * Templates of a proxy integration do nothing, with one exception: "Private integrations for REST APIs" sets up proxy
 * integrations and has `$context.requestOverride.path` take the stage off the path, which only a template can set. That
 * such a template says nothing of the body is a guess.
 */
function planPathTemplates(
  { requestTemplates }: Integration,
  connection: PrivateConnection | null,
  { templates }: PlanSettings,
  place: Place,
): TemplateChoice | null {
  if (connection === null || connection.listenerArn === null) return null
  const choice = compileTemplates(requestTemplates, templates, place, 'request template')
  return choice.size === 0 ? null : choice
}

function endpointOf(
  integration: Integration,
  connection: PrivateConnection | null,
  { clientCertificate }: PlanSettings,
  uri: string,
  place: Place,
): HttpEndpoint {
  const insecure = integration.tlsConfig?.insecureSkipVerification === true
  const verb = verbOf(integration, place)
  return parseEndpoint(uri, verb, insecure, connection, clientCertificate)
}

/** "For Regional or private endpoints, the timeout is 5 minutes. For edge-optimized endpoints, the timeout is 30 seconds." */
function streamingOf(
  { responseTransferMode }: Integration,
  { isEdge }: PlanSettings,
): StreamingPlan | null {
  if (responseTransferMode !== 'STREAM') return null
  return Object.freeze({ idleTimeoutMs: isEdge ? 30_000 : 300_000 })
}

/** null: the client's own verb. */
function verbOf({ httpMethod: verb, type }: Integration, place: Place): string | null {
  if (verb === undefined || !/^[A-Z]+$/.test(verb)) {
    throw new ProgramError(
      place,
      `integration: an integration of type ${type} needs an HTTP method`,
    )
  }
  return verb === 'ANY' ? null : verb
}

/** The credentials, or what is wrong with them as a sentence. */
function actingOf(
  { type, credentials }: Integration,
  { stageVariables }: PlanSettings,
): { readonly credentials: ActingCredentials | null } | { readonly problem: string } {
  if (type !== 'AWS' && type !== 'AWS_PROXY') return { credentials: null }
  try {
    return { credentials: actingCredentials(credentials, stageVariables) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { problem: `The integration cannot be called: ${error.message}.` }
  }
}

/** As PutIntegration says when they are missing; functions alone have policies of their own that could do without. */
function needed(credentials: ActingCredentials | null): ActingCredentials {
  if (credentials !== null) return credentials
  throw new SyntaxError('Role ARN must be specified for AWS integrations')
}

/** What this version cannot do, as a sentence; null: nothing. */
function findUnsupported(integration: Integration): string | null {
  const { type, uri = '', responseTransferMode } = integration
  const isProxy = type === 'HTTP_PROXY' || type === 'AWS_PROXY'
  if (!isProxy && (responseTransferMode === 'STREAM' || isStreamingUri(uri))) {
    return `Only proxy integrations stream their answers, and this one is of the type ${type}.`
  }
  if (type !== 'AWS' && type !== 'AWS_PROXY') return null
  if (type === 'AWS_PROXY' && uri.startsWith('arn:') && !isLambdaUri(uri)) {
    // PutIntegration refuses all services but Lambda and Firehose in AWS's words; "Choose an API Gateway API integration type"
    // has services as integrations of type AWS only. What AWS puts into a record of Firehose is published nowhere.
    return 'The proxy integration (AWS_PROXY) calls an AWS service other than Lambda. AWS takes Firehose besides, documents nothing of what it sends there, and documents services with the type AWS only: an integration of that type with a request template reaches it.'
  }
  return null
}

function isHttp({ type }: Integration): boolean {
  return type === 'HTTP' || type === 'HTTP_PROXY'
}

function open(plan: IntegrationPlan): PlannedIntegration {
  return { plan: Object.freeze(plan), obstacle: null }
}

/** The plan never runs, since the obstacle comes first; were it run, it has no answer and ends in a 500. */
function blocked(reason: string): PlannedIntegration {
  return { plan: inert, obstacle: obstacle('API_CONFIGURATION_ERROR', reason) }
}

const inert: IntegrationPlan = Object.freeze({
  type: 'MOCK',
  timeoutMs: 29_000,
  contentHandling: null,
  request: Object.freeze({
    parameters: Object.freeze([]),
    templates: compileTemplates(undefined, new Map(), {}, ''),
    passthroughBehavior: 'NEVER',
  }),
  responses: Object.freeze({ select: () => undefined, all: Object.freeze([]) }),
})
