/**
 * What a deployment is compiled into. The data plane runs programs and nothing else: every template is a closure,
 * every pattern a matcher, every schema a function before the first request comes.
 *
 * A `ProgramSource` is plain JSON: it is what the control plane publishes, what is kept on disk as the last good
 * program, and what each worker thread compiles for itself (closures cannot be sent between threads).
 */

import type { Policy } from '../aws/policy/verdict.ts'
import type {
  ApiSnapshot,
  AuthorizationType,
  ContentHandling,
  PassthroughBehavior,
  Stage,
} from '../aws/rest-api.ts'
import type { ClientCertificate } from '../messages/client-certificate.ts'
import type { IntegrationResponse, MethodRequest } from '../messages/messages.ts'
import type { RefusalType } from '../messages/refusals.ts'
import type { Variables } from '../messages/variables.ts'
import type { Template } from '../vtl/compile.ts'
import type { AuthorizerPlan } from './authorizer-plan.ts'

export interface ProgramSource {
  readonly format: 1
  readonly type: 'rest'
  readonly account: string
  readonly region: string
  readonly apiId: string
  readonly stage: Stage
  readonly deployment: { readonly id: string; readonly createdDate: number }
  readonly snapshot: ApiSnapshot
  /** What the stage's canary runs; absent when it gets no requests or has no deployment of its own. */
  readonly canary?: Pick<ProgramSource, 'deployment' | 'snapshot'>
  /** What the stage shows to back ends, with its private key; absent when it names none, or one that is not here. */
  readonly clientCertificate?: ClientCertificate
}

/** One stage of one API, ready to run. Frozen. */
export interface Program {
  readonly type: 'rest'
  readonly account: string
  readonly region: string
  readonly apiId: string
  readonly apiName: string
  readonly stageName: string
  readonly stageVariables: Readonly<Record<string, string>>
  readonly deploymentId: string
  readonly deployedAt: number
  /** `$context.isCanaryRequest`; null: the stage has no canary that gets requests. */
  readonly isCanary: boolean | null
  /** null: the stage has none, or this is it. */
  readonly canary: Canary | null
  /** `disableExecuteApiEndpoint`: the default host answers 403. */
  readonly isDefaultEndpointDisabled: boolean
  /** Endpoint type PRIVATE: reached from VPCs only, and needs a resource policy. */
  readonly isPrivate: boolean
  /** As of the deployment; null: there is none. */
  readonly resourcePolicy: Policy | null
  /** Set when something that guards the whole API is configured and cannot be enforced: then nothing passes. */
  readonly obstacle: Obstacle | null
  readonly routes: RouteTree
  readonly gatewayResponses: GatewayResponses
  readonly binaryMediaTypes: MediaTypeSet
  /** Bodies of answers from this size on are compressed; null: none is. */
  readonly minimumCompressionBytes: number | null
  /** The size of the stage's cache cluster; null: there is none. */
  readonly cacheBytes: number | null
  /** What is configured and has no effect here, in words; logged at deployment. */
  readonly notices: readonly string[]
}

/** Where a part of a stage's requests goes. */
export interface Canary {
  /** Over 0, up to 100. */
  readonly percentTraffic: number
  readonly program: Program
}

/** Something is configured that this version cannot enforce; requests are refused, loudly (fail closed). */
export interface Obstacle {
  readonly refusal: RefusalType
  readonly reason: string
}

export interface RouteTree {
  /** `path` undecoded, from the root; undefined: no resource has this path and verb. */
  match(verb: string, path: string): RouteMatch | undefined
  /** For `explain`, after a miss: the routes that come nearest, best first, at most `limit`. */
  nearest(verb: string, path: string, limit: number): readonly NearRoute[]
  readonly all: readonly Route[]
}

export interface RouteMatch {
  readonly route: Route
  /** No prototype; undecoded values. */
  readonly pathParameters: Readonly<Record<string, string>>
}

export interface NearRoute {
  readonly route: Route
  /** `the path is one letter longer`, `the path exists, the verb does not`, … */
  readonly why: string
}

export interface Route {
  readonly resourceId: string
  readonly resourcePath: string
  /** The method's own verb, `ANY` included. */
  readonly httpMethod: string
  readonly operationName: string | undefined
  readonly authorizationType: AuthorizationType
  readonly apiKeyRequired: boolean
  /** The stage's limit for this method, one bucket per method; null: only the account's limit counts. */
  readonly throttle: Throttle | null
  readonly obstacle: Obstacle | null
  /** Who says whether the caller may pass; null: the method asks nobody, or its callers sign (AWS_IAM). */
  readonly authorizer: AuthorizerPlan | null
  /** null: answers are not cached. */
  readonly cache: CachePlan | null
  /** Gives the names that are missing or blank, in AWS's order; '' is never given. */
  readonly checkParameters: ((request: MethodRequest) => readonly string[] | null) | null
  /** Gives AWS's validation text when the body does not match its model. */
  readonly checkBody: ((request: MethodRequest) => string | null) | null
  readonly integration: IntegrationPlan
}

/** How the answers of a method are cached. */
export interface CachePlan {
  readonly ttlMs: number
  readonly isEncrypted: boolean
  /** Clients that ask for a fresh answer need the right to `execute-api:InvalidateCache`. */
  readonly requiresAuthorization: boolean
  /** What becomes of the request of a client that has not. */
  readonly unauthorizedStrategy:
    | 'FAIL_WITH_403'
    | 'SUCCEED_WITH_RESPONSE_HEADER'
    | 'SUCCEED_WITHOUT_RESPONSE_HEADER'
  /** Requests with the same key get the same answer. */
  keyOf(source: RequestSource): string
}

/** A token bucket: `rateLimit` requests per second in the long run, `burstLimit` at once. */
export interface Throttle {
  readonly rateLimit: number
  readonly burstLimit: number
}

export type IntegrationPlan =
  | MockPlan
  | HttpPlan
  | HttpProxyPlan
  | LambdaPlan
  | LambdaProxyPlan
  | AwsServicePlan

/** The integrations that mapping templates and integration responses stand around. */
export type NonProxyPlan = Exclude<IntegrationPlan, HttpProxyPlan | LambdaProxyPlan>

interface PlanBase {
  readonly timeoutMs: number
  readonly contentHandling: ContentHandling | null
}

/** What non-proxy integrations have in common. */
export interface MappedPlan extends PlanBase {
  readonly request: RequestPlan
  readonly responses: ResponsePlans
}

export interface MockPlan extends MappedPlan {
  readonly type: 'MOCK'
}

export interface HttpPlan extends MappedPlan {
  readonly type: 'HTTP'
  readonly endpoint: HttpEndpoint
}

export interface HttpProxyPlan extends PlanBase {
  readonly type: 'HTTP_PROXY'
  readonly endpoint: HttpEndpoint
  /** For the path that they may override, and nothing else; null: there are none. */
  readonly pathTemplates: TemplateChoice | null
  /** `responseTransferMode` STREAM: the client gets each piece of the answer as it comes; null: BUFFERED. */
  readonly streaming: StreamingPlan | null
  /** null: nothing is mapped, the request goes through as it is. */
  readonly parameters: readonly RequestParameter[] | null
}

/** What streamed answers are held to, besides the integration's time-out. */
export interface StreamingPlan {
  /** The longest silence of the back end within an answer. */
  readonly idleTimeoutMs: number
}

export interface LambdaPlan extends MappedPlan {
  readonly type: 'AWS'
  readonly functionArn: string
  /** null: the function's own policy decides. */
  readonly credentials: ActingCredentials | null
}

export interface LambdaProxyPlan extends PlanBase {
  readonly type: 'AWS_PROXY'
  readonly functionArn: string
  /** null: the function's own policy decides. */
  readonly credentials: ActingCredentials | null
  /** As that of HTTP_PROXY. */
  readonly streaming: StreamingPlan | null
}

/** In whose name a back end is called. */
export type ActingCredentials =
  | { readonly type: 'role'; readonly arn: string }
  /** Whoever signed the request; `account` null: of any account. */
  | { readonly type: 'caller'; readonly account: string | null }

/** `AWS` to any service but an invocation of Lambda. */
export interface AwsServicePlan extends MappedPlan {
  readonly type: 'AWS_SERVICE'
  readonly service: AwsEndpoint
  readonly credentials: ActingCredentials
}

/** What is asked of an AWS service, and where; what clients add is not in it yet. */
export interface AwsEndpoint {
  /** The verb sent to the service; null: the client's own (`ANY`). */
  readonly method: string | null
  /** As the URI names it, without subdomain: `dynamodb`, `s3`. */
  readonly name: string
  /** '' when the URI has none. */
  readonly subdomain: string
  /** Where AWS has the service, subdomain included. */
  readonly host: string
  /** What the signature is for. */
  readonly signingName: string
  readonly signingRegion: string
  /** As in `HttpEndpoint`; the literal text is encoded as signatures need it. */
  readonly pathParts: readonly string[]
  /** `Action=…` and the URI's own query, encoded. */
  readonly query: string
  /** null: the path says what is asked. */
  readonly action: AwsAction | null
}

/** How a service that is asked by action wants the action named, besides in the query. */
export interface AwsAction {
  /** `X-Amz-Target`; null: the service does not read it. */
  readonly target: string | null
  /** Of the query protocol; null: the service does not speak it. */
  readonly version: string | null
  /** What a body is when no mapping says so; null: as always. Set where JSON is the only protocol. */
  readonly contentType: string | null
}

/** An integration URI, taken apart at load: stage variables are filled in, placeholders are not. */
export interface HttpEndpoint {
  /** The verb sent to the back end; null: the client's own (`ANY`). */
  readonly method: string | null
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** `host[:port]` as the Host header says it. */
  readonly authority: string
  /** Literal text and placeholder names in turns: `/pets/` , `id` , `/toys`. Odd places are names. */
  readonly pathParts: readonly string[]
  /** Behind the URI's own `?`, in the same form: `id=`, `id`; one empty text when none. */
  readonly queryParts: readonly string[]
  readonly insecureSkipVerification: boolean
  /** What a back end that asks for it is shown; null: nothing. */
  readonly clientCertificate: ClientCertificate | null
  /** null: host and port are where the back end is. */
  readonly connection: PrivateConnection | null
}

/** `VPC_LINK`: names of the cloud, which the gateway's options turn into the back end's address. */
export interface PrivateConnection {
  readonly linkId: string
  /** The load balancer, or a listener of it, behind a link of the second kind; null: the link is of the first. */
  readonly listenerArn: string | null
  /** In front of the URI's path, unless a template overrides the path: `/stage`, or ''. */
  readonly pathPrefix: string
}

export interface RequestPlan {
  readonly parameters: readonly RequestParameter[]
  /** By content type, lower case without parameters; `$default` too. Empty: no templates. */
  readonly templates: TemplateChoice
  readonly passthroughBehavior: PassthroughBehavior
}

/** Several values are only for `multivaluequerystring` and `multivalueheader`. */
export type MappedValue = string | readonly string[] | undefined

export interface RequestParameter {
  readonly target: 'header' | 'querystring' | 'path'
  readonly name: string
  /** `method.request.header.x`, for the decision record. */
  readonly expression: string
  read(source: RequestSource): MappedValue
}

export interface ResponseParameter {
  readonly name: string
  readonly expression: string
  read(source: ResponseSource): MappedValue
}

/** `json()` parses the body once; undefined when it is not JSON. */
export interface RequestSource {
  readonly request: MethodRequest
  readonly variables: Variables
  json(): unknown
}

export interface ResponseSource {
  readonly response: IntegrationResponse
  readonly variables: Variables
  json(): unknown
}

export interface ResponsePlans {
  /** `subject`: the status as text, or a Lambda error's message. undefined: none fits and there is no default. */
  select(subject: string): ResponsePlan | undefined
  readonly all: readonly ResponsePlan[]
}

export interface ResponsePlan {
  readonly status: number
  readonly selectionPattern: string
  readonly parameters: readonly ResponseParameter[]
  readonly templates: TemplateChoice
  readonly contentHandling: ContentHandling | null
}

export interface TemplateChoice {
  readonly size: number
  /** By a request's Content-Type (absent: application/json), then `$default`. */
  forRequest(contentType: string | undefined): ChosenTemplate | undefined
  /** By the first media type of Accept, else application/json, else the first template. */
  forResponse(accept: string | undefined): ChosenTemplate | undefined
}

export interface ChosenTemplate {
  readonly mediaType: string
  /** null: a template without text, with which AWS passes the body through. */
  readonly template: Template | null
}

export interface GatewayResponses {
  /** The answer for a refusal of this type: own entry, else customised DEFAULT_4XX/5XX, else the built-in one. */
  readonly of: Readonly<Record<RefusalType, GatewayResponsePlan>>
}

/** A gateway response: plain substitution, not VTL. */
export interface GatewayResponsePlan {
  /** null: the refusal's own status. */
  readonly status: number | null
  /** `own`, `DEFAULT_4XX`, `DEFAULT_5XX` or `built-in`, for the decision record. */
  readonly origin: string
  headers(source: GatewayResponseSource): readonly string[]
  /** undefined: the built-in body. */
  body(
    accept: string | undefined,
    source: GatewayResponseSource,
  ): { mediaType: string; text: string } | undefined
}

export interface GatewayResponseSource {
  /** null when the request was refused before a method was found; `method.request.*` still reads from it. */
  readonly request: MethodRequest | null
  readonly variables: Variables
}

/** `binaryMediaTypes`: exact, `type/*` and `*` + `/*`. */
export interface MediaTypeSet {
  readonly isEmpty: boolean
  /** `mediaType` may have parameters; any case. */
  has(mediaType: string): boolean
}
