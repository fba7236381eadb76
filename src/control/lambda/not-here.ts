/**
 * Parts of Lambda that do not exist here on purpose: event sources are polled, code is signed, instances are managed and
 * durable executions are kept by other services. To make one is refused in so many words; to look for one finds
 * none, as on AWS where nobody made any. docs/reference/compatibility.md has a row for each.
 */
import {
  CodeSigningConfigNotFoundException,
  InvalidParameterValueException,
  ResourceNotFoundException,
} from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { LambdaContext } from './context.ts'
import { functionNameOf, latestOf } from './lookup.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']

/** Why each part is not there; the sentences that callers get. */
export const absences = {
  eventSources:
    'Portcullis polls no event sources. Let the source call Invoke, or run a poller beside the gateway.',
  codeSigning: 'Portcullis verifies no code signatures, and so takes no configuration for them.',
  capacity: 'Portcullis runs functions on its own machine: there are no capacity providers.',
  durable: 'Portcullis has no durable executions.',
  resourcePolicies:
    'Portcullis keeps the policy of a function by statements: use AddPermission and RemovePermission.',
} as const

const refusing = new WeakMap<object, keyof typeof absences>()

/** A handler that refuses to make something of a part that is not here. */
export function refuse(part: keyof typeof absences): () => never {
  const handler = () => {
    throw new InvalidParameterValueException(absences[part])
  }
  refusing.set(handler, part)
  return handler
}

/** A handler that finds nothing of a part that is not here. */
export function findNone(part: keyof typeof absences): () => never {
  const handler = () => {
    throw part === 'codeSigning'
      ? new CodeSigningConfigNotFoundException('The code signing configuration cannot be found.')
      : new ResourceNotFoundException('The resource you requested does not exist.')
  }
  refusing.set(handler, part)
  return handler
}

/** The part that a handler of `refuse` or `findNone` stands for; undefined of others. */
export function absenceOf(handler: unknown): keyof typeof absences | undefined {
  return typeof handler === 'function' ? refusing.get(handler) : undefined
}

export function listEventSourceMappings(): Output<'ListEventSourceMappings'> {
  return { EventSourceMappings: [] }
}

export function listCodeSigningConfigs(): Output<'ListCodeSigningConfigs'> {
  return { CodeSigningConfigs: [] }
}

export function listCapacityProviders(): Output<'ListCapacityProviders'> {
  return { CapacityProviders: [] }
}

/** A function without code signing has an answer without an ARN. */
export async function getFunctionCodeSigningConfig(
  ctx: LambdaContext,
  input: Input<'GetFunctionCodeSigningConfig'>,
): Promise<Output<'GetFunctionCodeSigningConfig'>> {
  const { name } = await latestOf(ctx, ctx.tx, functionNameOf(ctx, input.FunctionName))
  // The model says that the ARN is always there; Terraform reads functions without, and finds it missing.
  return { FunctionName: name } as Output<'GetFunctionCodeSigningConfig'>
}

export async function deleteFunctionCodeSigningConfig(
  ctx: LambdaContext,
  input: Input<'DeleteFunctionCodeSigningConfig'>,
): Promise<void> {
  await latestOf(ctx, ctx.tx, functionNameOf(ctx, input.FunctionName))
}

export async function listDurableExecutionsByFunction(
  ctx: LambdaContext,
  input: Input<'ListDurableExecutionsByFunction'>,
): Promise<Output<'ListDurableExecutionsByFunction'>> {
  await latestOf(ctx, ctx.tx, functionNameOf(ctx, input.FunctionName))
  return { DurableExecutions: [] }
}

/** Only functions on capacity providers have one. */
export async function getFunctionScalingConfig(
  ctx: LambdaContext,
  input: Input<'GetFunctionScalingConfig'>,
): Promise<never> {
  await latestOf(ctx, ctx.tx, functionNameOf(ctx, input.FunctionName, input.Qualifier))
  throw new ResourceNotFoundException('The resource you requested does not exist.')
}
