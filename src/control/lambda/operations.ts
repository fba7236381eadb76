/**
 * The table of the Lambda API: one handler per operation.
 *
 * `lambdaControl` joins it to what runs functions; gateway.ts hands the result to the control server.
 */
import type { Handlers } from '../../aws/handlers.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { lambdaService } from '../../aws/services.ts'
import type { ControlContext } from '../context.ts'
import type { ControlService } from '../transactions.ts'
import {
  getAccountSettings,
  getFunctionRecursionConfig,
  getRuntimeManagementConfig,
  putFunctionRecursionConfig,
  putRuntimeManagementConfig,
} from './account.ts'
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './aliases.ts'
import {
  deleteFunctionConcurrency,
  deleteProvisionedConcurrencyConfig,
  getFunctionConcurrency,
  getProvisionedConcurrencyConfig,
  listProvisionedConcurrencyConfigs,
  putFunctionConcurrency,
  putProvisionedConcurrencyConfig,
} from './concurrency.ts'
import type { FunctionHost, LambdaContext } from './context.ts'
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  listFunctionEventInvokeConfigs,
  putFunctionEventInvokeConfig,
  updateFunctionEventInvokeConfig,
} from './event-configs.ts'
import {
  createFunctionUrlConfig,
  deleteFunctionUrlConfig,
  getFunctionUrlConfig,
  listFunctionUrlConfigs,
  updateFunctionUrlConfig,
} from './function-urls.ts'
import {
  createFunction,
  deleteFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  updateFunctionCode,
  updateFunctionConfiguration,
} from './functions.ts'
import { invoke, invokeAsync } from './invoke.ts'
import { invokeWithResponseStream } from './invoke-streaming.ts'
import {
  addLayerVersionPermission,
  getLayerVersionPolicy,
  removeLayerVersionPermission,
} from './layer-permissions.ts'
import {
  deleteLayerVersion,
  getLayerVersion,
  getLayerVersionByArn,
  listLayers,
  listLayerVersions,
  publishLayerVersion,
} from './layers.ts'
import {
  deleteFunctionCodeSigningConfig,
  findNone,
  getFunctionCodeSigningConfig,
  getFunctionScalingConfig,
  listCapacityProviders,
  listCodeSigningConfigs,
  listDurableExecutionsByFunction,
  listEventSourceMappings,
  refuse,
} from './not-here.ts'
import { addPermission, getPolicy, removePermission } from './permissions.ts'
import { listTags, tagResource, untagResource } from './tagging.ts'
import { listVersionsByFunction, publishVersion } from './versions.ts'

/** The handlers. */
export const lambdaHandlers = {
  AddLayerVersionPermission: addLayerVersionPermission,
  AddPermission: addPermission,
  CheckpointDurableExecution: findNone('durable'),
  CreateAlias: createAlias,
  CreateCapacityProvider: refuse('capacity'),
  CreateCodeSigningConfig: refuse('codeSigning'),
  CreateEventSourceMapping: refuse('eventSources'),
  CreateFunction: createFunction,
  CreateFunctionUrlConfig: createFunctionUrlConfig,
  DeleteAlias: deleteAlias,
  DeleteCapacityProvider: findNone('capacity'),
  DeleteCodeSigningConfig: findNone('codeSigning'),
  DeleteEventSourceMapping: findNone('eventSources'),
  DeleteFunction: deleteFunction,
  DeleteFunctionCodeSigningConfig: deleteFunctionCodeSigningConfig,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig,
  DeleteFunctionUrlConfig: deleteFunctionUrlConfig,
  DeleteLayerVersion: deleteLayerVersion,
  DeleteProvisionedConcurrencyConfig: deleteProvisionedConcurrencyConfig,
  DeleteResourcePolicy: refuse('resourcePolicies'),
  GetAccountSettings: getAccountSettings,
  GetAlias: getAlias,
  GetCapacityProvider: findNone('capacity'),
  GetCodeSigningConfig: findNone('codeSigning'),
  GetDurableExecution: findNone('durable'),
  GetDurableExecutionHistory: findNone('durable'),
  GetDurableExecutionState: findNone('durable'),
  GetEventSourceMapping: findNone('eventSources'),
  GetFunction: getFunction,
  GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig,
  GetFunctionConcurrency: getFunctionConcurrency,
  GetFunctionConfiguration: getFunctionConfiguration,
  GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig,
  GetFunctionRecursionConfig: getFunctionRecursionConfig,
  GetFunctionScalingConfig: getFunctionScalingConfig,
  GetFunctionUrlConfig: getFunctionUrlConfig,
  GetLayerVersion: getLayerVersion,
  GetLayerVersionByArn: getLayerVersionByArn,
  GetLayerVersionPolicy: getLayerVersionPolicy,
  GetPolicy: getPolicy,
  GetProvisionedConcurrencyConfig: getProvisionedConcurrencyConfig,
  GetResourcePolicy: refuse('resourcePolicies'),
  GetRuntimeManagementConfig: getRuntimeManagementConfig,
  Invoke: invoke,
  InvokeAsync: invokeAsync,
  InvokeWithResponseStream: invokeWithResponseStream,
  ListAliases: listAliases,
  ListCapacityProviders: listCapacityProviders,
  ListCodeSigningConfigs: listCodeSigningConfigs,
  ListDurableExecutionsByFunction: listDurableExecutionsByFunction,
  ListEventSourceMappings: listEventSourceMappings,
  ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs,
  ListFunctionUrlConfigs: listFunctionUrlConfigs,
  ListFunctionVersionsByCapacityProvider: findNone('capacity'),
  ListFunctions: listFunctions,
  ListFunctionsByCodeSigningConfig: findNone('codeSigning'),
  ListLayerVersions: listLayerVersions,
  ListLayers: listLayers,
  ListProvisionedConcurrencyConfigs: listProvisionedConcurrencyConfigs,
  ListTags: listTags,
  ListVersionsByFunction: listVersionsByFunction,
  PublishLayerVersion: publishLayerVersion,
  PublishVersion: publishVersion,
  PutFunctionCodeSigningConfig: refuse('codeSigning'),
  PutFunctionConcurrency: putFunctionConcurrency,
  PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig,
  PutFunctionRecursionConfig: putFunctionRecursionConfig,
  PutFunctionScalingConfig: refuse('capacity'),
  PutProvisionedConcurrencyConfig: putProvisionedConcurrencyConfig,
  PutResourcePolicy: refuse('resourcePolicies'),
  PutRuntimeManagementConfig: putRuntimeManagementConfig,
  RemoveLayerVersionPermission: removeLayerVersionPermission,
  RemovePermission: removePermission,
  SendDurableExecutionCallbackFailure: findNone('durable'),
  SendDurableExecutionCallbackHeartbeat: findNone('durable'),
  SendDurableExecutionCallbackSuccess: findNone('durable'),
  StopDurableExecution: findNone('durable'),
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateAlias: updateAlias,
  UpdateCapacityProvider: findNone('capacity'),
  UpdateCodeSigningConfig: findNone('codeSigning'),
  UpdateEventSourceMapping: findNone('eventSources'),
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig,
  UpdateFunctionUrlConfig: updateFunctionUrlConfig,
} satisfies Handlers<LambdaOperations, LambdaContext>

/** Operations that open their own transactions, because they also unpack code or tell the runner. */
export const outsideTransaction: ReadonlySet<string> = new Set([
  'AddPermission',
  'CreateAlias',
  'CreateFunction',
  'CreateFunctionUrlConfig',
  'DeleteAlias',
  'DeleteFunction',
  'DeleteFunctionConcurrency',
  'DeleteFunctionUrlConfig',
  'DeleteProvisionedConcurrencyConfig',
  'Invoke',
  'InvokeAsync',
  'InvokeWithResponseStream',
  'PublishLayerVersion',
  'PublishVersion',
  'PutFunctionConcurrency',
  'PutFunctionEventInvokeConfig',
  'PutFunctionRecursionConfig',
  'PutProvisionedConcurrencyConfig',
  'PutRuntimeManagementConfig',
  'RemovePermission',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
  'UpdateFunctionEventInvokeConfig',
  'UpdateFunctionUrlConfig',
])

/** The Lambda API on top of what keeps code and runs functions. */
export function lambdaControl(host: FunctionHost): ControlService {
  const wrapped: Record<string, (ctx: ControlContext, input: never) => unknown> = {}
  for (const [name, handler] of Object.entries(lambdaHandlers)) {
    // The table's type pairs each handler with the input that its operation is dispatched with.
    const handle = handler as (ctx: LambdaContext, input: never) => unknown
    wrapped[name] = (ctx, input) => handle(withHost(ctx, host), input)
  }
  return { service: lambdaService, handlers: wrapped, outsideTransaction }
}

/** Adds to the context without touching `tx`, which must not be read outside a transaction. */
function withHost(ctx: ControlContext, host: FunctionHost): LambdaContext {
  return Object.create(ctx, { functions: { value: host } }) as LambdaContext
}
