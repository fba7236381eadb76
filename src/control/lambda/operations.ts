/**
 * The table of the Lambda API: one handler per operation, and what is not built yet by name.
 *
 * `lambdaControl` joins it to what runs functions; gateway.ts hands the result to the control server.
 */
import { type Handlers, notYet } from '../../aws/handlers.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { lambdaService } from '../../aws/services.ts'
import type { ControlContext } from '../context.ts'
import type { ControlService } from '../transactions.ts'
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './aliases.ts'
import { AsyncInvocations } from './async-invocations.ts'
import type { FunctionHost, LambdaContext } from './context.ts'
import {
  createFunction,
  deleteFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  updateFunctionCode,
  updateFunctionConfiguration,
} from './functions.ts'
import { invokeWith } from './invoke.ts'
import { addPermission, getPolicy, removePermission } from './permissions.ts'
import { listTags, tagResource, untagResource } from './tagging.ts'
import { listVersionsByFunction, publishVersion } from './versions.ts'

/** The handlers; asynchronous invocations wait in `queue`. */
export function lambdaHandlers(queue: AsyncInvocations) {
  return {
    AddLayerVersionPermission: notYet('AddLayerVersionPermission'),
    AddPermission: addPermission,
    CheckpointDurableExecution: notYet('CheckpointDurableExecution'),
    CreateAlias: createAlias,
    CreateCapacityProvider: notYet('CreateCapacityProvider'),
    CreateCodeSigningConfig: notYet('CreateCodeSigningConfig'),
    CreateEventSourceMapping: notYet('CreateEventSourceMapping'),
    CreateFunction: createFunction,
    CreateFunctionUrlConfig: notYet('CreateFunctionUrlConfig'),
    DeleteAlias: deleteAlias,
    DeleteCapacityProvider: notYet('DeleteCapacityProvider'),
    DeleteCodeSigningConfig: notYet('DeleteCodeSigningConfig'),
    DeleteEventSourceMapping: notYet('DeleteEventSourceMapping'),
    DeleteFunction: deleteFunction,
    DeleteFunctionCodeSigningConfig: notYet('DeleteFunctionCodeSigningConfig'),
    DeleteFunctionConcurrency: notYet('DeleteFunctionConcurrency'),
    DeleteFunctionEventInvokeConfig: notYet('DeleteFunctionEventInvokeConfig'),
    DeleteFunctionUrlConfig: notYet('DeleteFunctionUrlConfig'),
    DeleteLayerVersion: notYet('DeleteLayerVersion'),
    DeleteProvisionedConcurrencyConfig: notYet('DeleteProvisionedConcurrencyConfig'),
    DeleteResourcePolicy: notYet('DeleteResourcePolicy'),
    GetAccountSettings: notYet('GetAccountSettings'),
    GetAlias: getAlias,
    GetCapacityProvider: notYet('GetCapacityProvider'),
    GetCodeSigningConfig: notYet('GetCodeSigningConfig'),
    GetDurableExecution: notYet('GetDurableExecution'),
    GetDurableExecutionHistory: notYet('GetDurableExecutionHistory'),
    GetDurableExecutionState: notYet('GetDurableExecutionState'),
    GetEventSourceMapping: notYet('GetEventSourceMapping'),
    GetFunction: getFunction,
    GetFunctionCodeSigningConfig: notYet('GetFunctionCodeSigningConfig'),
    GetFunctionConcurrency: notYet('GetFunctionConcurrency'),
    GetFunctionConfiguration: getFunctionConfiguration,
    GetFunctionEventInvokeConfig: notYet('GetFunctionEventInvokeConfig'),
    GetFunctionRecursionConfig: notYet('GetFunctionRecursionConfig'),
    GetFunctionScalingConfig: notYet('GetFunctionScalingConfig'),
    GetFunctionUrlConfig: notYet('GetFunctionUrlConfig'),
    GetLayerVersion: notYet('GetLayerVersion'),
    GetLayerVersionByArn: notYet('GetLayerVersionByArn'),
    GetLayerVersionPolicy: notYet('GetLayerVersionPolicy'),
    GetPolicy: getPolicy,
    GetProvisionedConcurrencyConfig: notYet('GetProvisionedConcurrencyConfig'),
    GetResourcePolicy: notYet('GetResourcePolicy'),
    GetRuntimeManagementConfig: notYet('GetRuntimeManagementConfig'),
    Invoke: invokeWith(queue),
    InvokeAsync: notYet('InvokeAsync'),
    InvokeWithResponseStream: notYet('InvokeWithResponseStream'),
    ListAliases: listAliases,
    ListCapacityProviders: notYet('ListCapacityProviders'),
    ListCodeSigningConfigs: notYet('ListCodeSigningConfigs'),
    ListDurableExecutionsByFunction: notYet('ListDurableExecutionsByFunction'),
    ListEventSourceMappings: notYet('ListEventSourceMappings'),
    ListFunctionEventInvokeConfigs: notYet('ListFunctionEventInvokeConfigs'),
    ListFunctionUrlConfigs: notYet('ListFunctionUrlConfigs'),
    ListFunctionVersionsByCapacityProvider: notYet('ListFunctionVersionsByCapacityProvider'),
    ListFunctions: listFunctions,
    ListFunctionsByCodeSigningConfig: notYet('ListFunctionsByCodeSigningConfig'),
    ListLayerVersions: notYet('ListLayerVersions'),
    ListLayers: notYet('ListLayers'),
    ListProvisionedConcurrencyConfigs: notYet('ListProvisionedConcurrencyConfigs'),
    ListTags: listTags,
    ListVersionsByFunction: listVersionsByFunction,
    PublishLayerVersion: notYet('PublishLayerVersion'),
    PublishVersion: publishVersion,
    PutFunctionCodeSigningConfig: notYet('PutFunctionCodeSigningConfig'),
    PutFunctionConcurrency: notYet('PutFunctionConcurrency'),
    PutFunctionEventInvokeConfig: notYet('PutFunctionEventInvokeConfig'),
    PutFunctionRecursionConfig: notYet('PutFunctionRecursionConfig'),
    PutFunctionScalingConfig: notYet('PutFunctionScalingConfig'),
    PutProvisionedConcurrencyConfig: notYet('PutProvisionedConcurrencyConfig'),
    PutResourcePolicy: notYet('PutResourcePolicy'),
    PutRuntimeManagementConfig: notYet('PutRuntimeManagementConfig'),
    RemoveLayerVersionPermission: notYet('RemoveLayerVersionPermission'),
    RemovePermission: removePermission,
    SendDurableExecutionCallbackFailure: notYet('SendDurableExecutionCallbackFailure'),
    SendDurableExecutionCallbackHeartbeat: notYet('SendDurableExecutionCallbackHeartbeat'),
    SendDurableExecutionCallbackSuccess: notYet('SendDurableExecutionCallbackSuccess'),
    StopDurableExecution: notYet('StopDurableExecution'),
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateAlias: updateAlias,
    UpdateCapacityProvider: notYet('UpdateCapacityProvider'),
    UpdateCodeSigningConfig: notYet('UpdateCodeSigningConfig'),
    UpdateEventSourceMapping: notYet('UpdateEventSourceMapping'),
    UpdateFunctionCode: updateFunctionCode,
    UpdateFunctionConfiguration: updateFunctionConfiguration,
    UpdateFunctionEventInvokeConfig: notYet('UpdateFunctionEventInvokeConfig'),
    UpdateFunctionUrlConfig: notYet('UpdateFunctionUrlConfig'),
  } satisfies Handlers<LambdaOperations, LambdaContext>
}

/** Operations that open their own transactions, because they also unpack code or tell the runner. */
export const outsideTransaction: ReadonlySet<string> = new Set([
  'AddPermission',
  'CreateAlias',
  'CreateFunction',
  'DeleteAlias',
  'DeleteFunction',
  'Invoke',
  'PublishVersion',
  'RemovePermission',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateFunctionCode',
  'UpdateFunctionConfiguration',
])

/** The Lambda API on top of what keeps code and runs functions. */
export function lambdaControl(
  host: FunctionHost,
  queue: AsyncInvocations = new AsyncInvocations(),
): ControlService {
  const wrapped: Record<string, (ctx: ControlContext, input: never) => unknown> = {}
  for (const [name, handler] of Object.entries(lambdaHandlers(queue))) {
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
