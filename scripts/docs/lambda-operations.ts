/**
 * What becomes of each of Lambda's operations, written by hand: `done` as on AWS, `partly` with what is missing, `kept` is
 * stored and answered and changes nothing, `absent` belongs to a part that does not exist here on purpose. A test holds
 * the list against the operation table and the handlers.
 */

export type LambdaEffect = 'done' | 'partly' | 'kept' | 'absent'

export interface LambdaRow {
  readonly effect: LambdaEffect
  readonly more?: string
}

const done: LambdaRow = { effect: 'done' }
const eventSources: LambdaRow = { effect: 'absent', more: 'no event sources are polled' }
const codeSigning: LambdaRow = { effect: 'absent', more: 'no code signatures are verified' }
const capacity: LambdaRow = { effect: 'absent', more: 'no capacity providers' }
const durable: LambdaRow = { effect: 'absent', more: 'no durable executions' }
const policies: LambdaRow = {
  effect: 'absent',
  more: 'policies are made by statements: AddPermission, RemovePermission',
}
const location = 'without an address from which the zip can be fetched'

export const lambdaOperations: Readonly<Record<string, LambdaRow>> = {
  AddLayerVersionPermission: {
    effect: 'partly',
    more: 'kept and answered with its OrganizationId; accounts here belong to no organization, so one lets nobody use the layer',
  },
  AddPermission: done,
  CheckpointDurableExecution: durable,
  CreateAlias: done,
  CreateCapacityProvider: capacity,
  CreateCodeSigningConfig: codeSigning,
  CreateEventSourceMapping: eventSources,
  CreateFunction: {
    effect: 'partly',
    more: 'no images, code in S3, file systems, tenants or code signing: refused. VpcConfig, TracingConfig, KMSKeyArn, Architectures and SnapStart have no effect. Folders (`hot-reload`) are not counted in the 250 MB of code and layers',
  },
  CreateFunctionUrlConfig: {
    effect: 'partly',
    more: 'both actions are asked for, lambda:InvokeFunction through the URL too; while the store cannot be opened no URL is known',
  },
  DeleteAlias: done,
  DeleteCapacityProvider: capacity,
  DeleteCodeSigningConfig: codeSigning,
  DeleteEventSourceMapping: eventSources,
  DeleteFunction: done,
  DeleteFunctionCodeSigningConfig: { effect: 'done', more: 'there never is one' },
  DeleteFunctionConcurrency: done,
  DeleteFunctionEventInvokeConfig: done,
  DeleteFunctionUrlConfig: done,
  DeleteLayerVersion: done,
  DeleteProvisionedConcurrencyConfig: done,
  DeleteResourcePolicy: policies,
  GetAccountSettings: { effect: 'done', more: 'the sum of code sizes is told and not held' },
  GetAlias: done,
  GetCapacityProvider: capacity,
  GetCodeSigningConfig: codeSigning,
  GetDurableExecution: durable,
  GetDurableExecutionHistory: durable,
  GetDurableExecutionState: durable,
  GetEventSourceMapping: eventSources,
  GetFunction: { effect: 'partly', more: location },
  GetFunctionCodeSigningConfig: { effect: 'done', more: 'always without an ARN' },
  GetFunctionConcurrency: done,
  GetFunctionConfiguration: done,
  GetFunctionEventInvokeConfig: done,
  GetFunctionRecursionConfig: done,
  GetFunctionScalingConfig: capacity,
  GetFunctionUrlConfig: done,
  GetLayerVersion: { effect: 'partly', more: location },
  GetLayerVersionByArn: { effect: 'partly', more: `${location}; of one's own account only` },
  GetLayerVersionPolicy: done,
  GetPolicy: done,
  GetProvisionedConcurrencyConfig: done,
  GetResourcePolicy: policies,
  GetRuntimeManagementConfig: done,
  Invoke: { effect: 'done', more: 'DurableExecutionName and TenantId are refused' },
  InvokeAsync: done,
  InvokeWithResponseStream: done,
  ListAliases: done,
  ListCapacityProviders: { effect: 'done', more: 'always empty' },
  ListCodeSigningConfigs: { effect: 'done', more: 'always empty' },
  ListDurableExecutionsByFunction: { effect: 'done', more: 'always empty' },
  ListEventSourceMappings: { effect: 'done', more: 'always empty' },
  ListFunctionEventInvokeConfigs: done,
  ListFunctionUrlConfigs: done,
  ListFunctionVersionsByCapacityProvider: capacity,
  ListFunctions: done,
  ListFunctionsByCodeSigningConfig: codeSigning,
  ListLayerVersions: done,
  ListLayers: done,
  ListProvisionedConcurrencyConfigs: done,
  ListTags: done,
  ListVersionsByFunction: done,
  PublishLayerVersion: { effect: 'partly', more: 'a zip, or a folder by S3Bucket `hot-reload`' },
  PublishVersion: done,
  PutFunctionCodeSigningConfig: codeSigning,
  PutFunctionConcurrency: done,
  PutFunctionEventInvokeConfig: done,
  PutFunctionRecursionConfig: { effect: 'kept', more: 'loops of functions are not counted' },
  PutFunctionScalingConfig: capacity,
  PutProvisionedConcurrencyConfig: done,
  PutResourcePolicy: policies,
  PutRuntimeManagementConfig: {
    effect: 'kept',
    more: "a runtime's version is that of the interpreter on this machine",
  },
  RemoveLayerVersionPermission: done,
  RemovePermission: done,
  SendDurableExecutionCallbackFailure: durable,
  SendDurableExecutionCallbackHeartbeat: durable,
  SendDurableExecutionCallbackSuccess: durable,
  StopDurableExecution: durable,
  TagResource: { effect: 'partly', more: 'tags of functions only' },
  UntagResource: { effect: 'partly', more: 'tags of functions only' },
  UpdateAlias: done,
  UpdateCapacityProvider: capacity,
  UpdateCodeSigningConfig: codeSigning,
  UpdateEventSourceMapping: eventSources,
  UpdateFunctionCode: { effect: 'partly', more: 'as CreateFunction' },
  UpdateFunctionConfiguration: { effect: 'partly', more: 'as CreateFunction' },
  UpdateFunctionEventInvokeConfig: done,
  UpdateFunctionUrlConfig: { effect: 'partly', more: 'as CreateFunctionUrlConfig' },
}
