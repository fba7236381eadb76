/**
 * Invoke: waits for the answer (`RequestResponse`), takes the event and answers at once (`Event`), or only looks
 * whether it could be done (`DryRun`). https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import { TooManyRequestsException } from '../../aws/faults.ts'
import {
  InvalidParameterValueException,
  InvalidRequestContentException,
  InvalidRuntimeException,
  RequestTooLargeException,
  ResourceNotFoundException,
} from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { LambdaContext, RunInvocation, RunSettings } from './context.ts'
import { functionNameOf, functionNotFound } from './lookup.ts'
import { chosen, resolveName } from './resolve.ts'

type Input = LambdaOperations['Invoke']['input']
type Output = LambdaOperations['Invoke']['output']

/** AWS's limit for events that nobody waits for. */
const eventLimitBytes = 1_048_576

/** Runs outside a transaction. */
export async function invoke(ctx: LambdaContext, input: Input): Promise<Output> {
  if (input.DurableExecutionName !== undefined || input.TenantId !== undefined) {
    throw new InvalidParameterValueException(
      'Durable executions and tenants do not exist in Portcullis.',
    )
  }
  const settings = await settingsFor(ctx, input)
  const invocation = invocationOf(ctx, input)
  switch (input.InvocationType) {
    case 'DryRun':
      return { StatusCode: 204 }
    case 'Event':
      await takeEvent(ctx, settings, invocation)
      return { StatusCode: 202 }
    default:
      return run(ctx, input, settings, invocation)
  }
}

/** The older way to invoke without waiting. https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html */
export async function invokeAsync(
  ctx: LambdaContext,
  input: LambdaOperations['InvokeAsync']['input'],
): Promise<LambdaOperations['InvokeAsync']['output']> {
  const { FunctionName, InvokeArgs: Payload } = input
  const settings = await settingsFor(ctx, { FunctionName })
  await takeEvent(ctx, settings, invocationOf(ctx, { FunctionName, Payload }))
  return { Status: 202 }
}

async function takeEvent(
  ctx: LambdaContext,
  { arn }: RunSettings,
  invocation: RunInvocation,
): Promise<void> {
  if (invocation.payload.length > eventLimitBytes) throw tooLarge(eventLimitBytes)
  await ctx.functions.takeEvent(arn, invocation)
}

async function run(
  ctx: LambdaContext,
  input: Input,
  settings: RunSettings,
  invocation: RunInvocation,
): Promise<Output> {
  const result = await ctx.functions.invoke(settings, invocation).catch(explain)
  return {
    StatusCode: 200,
    ExecutedVersion: settings.version,
    Payload: result.payload,
    ...(result.functionError && { FunctionError: result.functionError }),
    ...(input.LogType === 'Tail' && { LogResult: Buffer.from(result.logTail).toString('base64') }),
  }
}

/** What one invocation runs. Throws `ResourceNotFoundException`. */
export async function settingsFor(
  ctx: LambdaContext,
  input: Pick<Input, 'FunctionName' | 'Qualifier'>,
): Promise<RunSettings> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const found = await resolveName(ctx.store, ctx.functions, ctx.namespace, name)
  if (!found) throw functionNotFound(ctx, name)
  return chosen(found, ctx.functions.random)
}

/** Throws `InvalidRequestContentException` for what is no JSON. */
export function invocationOf(
  ctx: LambdaContext,
  input: Pick<Input, 'FunctionName' | 'Payload' | 'ClientContext'>,
): RunInvocation {
  const { Payload: bytes = new Uint8Array() } = input
  const payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (payload.length > 0) checkJson(payload.toString(), 'Could not parse request body into json')
  const clientContext = input.ClientContext && contextOf(input.ClientContext)
  return { payload, requestId: ctx.requestId, ...(clientContext && { clientContext }) }
}

function contextOf(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString()
  checkJson(text, 'Client context must be a valid Base64-encoded JSON object.')
  return text
}

function checkJson(text: string, problem: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    throw new InvalidRequestContentException(`${problem}: ${(error as SyntaxError).message}`)
  }
}

/** Throws AWS's fault for an error of the runner, which is another layer: its errors are known here by name. */
export function explain(error: unknown): never {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  switch (name) {
    case 'TooManyInvocations':
      throw new TooManyRequestsException('Rate Exceeded.', {
        Reason: reasonOf(error),
      })
    case 'InvocationTooLarge':
      throw new RequestTooLargeException(message)
    case 'RuntimeUnsupported':
      throw new InvalidRuntimeException(message)
    case 'FunctionGone':
      throw new ResourceNotFoundException(message)
    default:
      throw error
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'string'
    ? error.reason
    : 'ConcurrentInvocationLimitExceeded'
}

function tooLarge(limitBytes: number): RequestTooLargeException {
  return new RequestTooLargeException(
    `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
  )
}
