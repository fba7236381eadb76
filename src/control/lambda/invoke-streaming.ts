/**
 * InvokeWithResponseStream: the answer as events while the function writes it, and at the end one that says how it ended.
 * https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { LambdaContext, RunStream } from './context.ts'
import { explain, invocationOf, settingsFor } from './invoke.ts'

type Input = LambdaOperations['InvokeWithResponseStream']['input']
type Output = LambdaOperations['InvokeWithResponseStream']['output']
type StreamEvent = NonNullable<Output['EventStream']> extends AsyncIterable<infer E> ? E : never

/** Runs outside a transaction. */
export async function invokeWithResponseStream(ctx: LambdaContext, input: Input): Promise<Output> {
  if (input.TenantId !== undefined) {
    throw new InvalidParameterValueException('Tenants do not exist in Portcullis.')
  }
  const settings = await settingsFor(ctx, input)
  const invocation = invocationOf(ctx, input)
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 }
  const stream = await ctx.functions.invokeStreaming(settings, invocation).catch(explain)
  return {
    StatusCode: 200,
    ExecutedVersion: settings.version,
    ResponseStreamContentType: 'application/vnd.amazon.eventstream',
    EventStream: eventsOf(stream, input.LogType === 'Tail'),
  }
}

async function* eventsOf(stream: RunStream, wantsLog: boolean): AsyncGenerator<StreamEvent> {
  for await (const Payload of stream.body) yield { PayloadChunk: { Payload } }
  const { error, logTail } = await stream.end
  yield {
    InvokeComplete: {
      ...(error && { ErrorCode: typeOf(error), ErrorDetails: error.toString() }),
      ...(wantsLog && { LogResult: Buffer.from(logTail).toString('base64') }),
    },
  }
}

/** The `errorType` of the error's JSON, else the word for all others. */
function typeOf(error: Buffer): string {
  try {
    const { errorType } = JSON.parse(error.toString()) as { errorType?: unknown }
    return typeof errorType === 'string' ? errorType : 'Unhandled'
  } catch {
    return 'Unhandled'
  }
}
