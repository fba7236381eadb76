/**
 * The records that the control plane keeps for REST APIs, and where each lies:
 *
 *     rest-api                     under ''           by API id
 *     rest-resource, -validator …  under the API id   by its own id, name or type
 *     rest-deployment, -snapshot   under the API id   by deployment id; a snapshot never changes
 *     rest-stage                   under the API id   by stage name
 *
 * A resource holds its methods, and these their integrations and responses: they are read and changed together,
 * and a deployment freezes them as they lie. Field names are AWS's; times are milliseconds since 1970.
 */
import type {
  ApiSnapshot,
  Authorizer,
  Deployment,
  DocumentationPart,
  GatewayResponse,
  Integration,
  IntegrationResponse,
  Method,
  MethodResponse,
  Model,
  RequestValidator,
  Resource,
  RestApi,
  Stage,
} from '../aws/rest-api.ts'
import { kind } from '../store/store.ts'
import type { Draft } from './draft.ts'
import type { Tags } from './tags.ts'

export type RestApiRecord = Draft<RestApi>
export type ResourceRecord = Draft<Resource>
export type MethodRecord = Draft<Method>
export type MethodResponseRecord = Draft<MethodResponse>
export type IntegrationRecord = Draft<Integration>
export type IntegrationResponseRecord = Draft<IntegrationResponse>
export type ModelRecord = Draft<Model>
export type RequestValidatorRecord = Draft<RequestValidator>
export type GatewayResponseRecord = Draft<GatewayResponse>
export type AuthorizerRecord = Draft<Authorizer>
export type DocumentationPartRecord = Draft<DocumentationPart>
export type DeploymentRecord = Draft<Deployment>
export type StageRecord = Draft<Stage>

export interface DocumentationVersionRecord {
  version: string
  description?: string
  createdDate: number
  /** The parts as they were. */
  parts: DocumentationPartRecord[]
}

export interface VpcLinkRecord {
  id: string
  name: string
  description?: string
  targetArns: string[]
  tags?: Tags
}

export const restApis = kind<RestApiRecord>('rest-api')
export const resources = kind<ResourceRecord>('rest-resource')
/** By name: names are unique in an API and are what everybody refers to. */
export const models = kind<ModelRecord>('rest-model')
export const requestValidators = kind<RequestValidatorRecord>('rest-validator')
/** By type. */
export const gatewayResponses = kind<GatewayResponseRecord>('rest-gateway-response')
export const authorizers = kind<AuthorizerRecord>('rest-authorizer')
export const documentationParts = kind<DocumentationPartRecord>('rest-doc-part')
/** By version. */
export const documentationVersions = kind<DocumentationVersionRecord>('rest-doc-version')
export const deployments = kind<DeploymentRecord>('rest-deployment')
/** By deployment id. */
export const snapshots = kind<Draft<ApiSnapshot>>('rest-snapshot')
/** By name. */
export const stages = kind<StageRecord>('rest-stage')

/** Under '' by id. */
export const vpcLinks = kind<VpcLinkRecord>('rest-vpc-link')

/** What an API owns: goes when the API goes. */
export const partsOfApi = [
  resources,
  models,
  requestValidators,
  gatewayResponses,
  authorizers,
  documentationParts,
  documentationVersions,
  deployments,
  snapshots,
  stages,
] as const
