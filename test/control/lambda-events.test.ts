import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeAsyncCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda'
import type { WaitingEvent } from '../../src/control/lambda/async-invocations.ts'
import { outcomeRecord } from '../../src/control/lambda/event-outcome.ts'
import { arn, memoryShelf, pets, refused, startLambda, zipOf } from './lambda-harness.ts'

const FunctionName = 'pets'
const failing = {
  ZipFile: zipOf('export const handler = async () => { throw new Error("again") }'),
}
type Lambda = Awaited<ReturnType<typeof startLambda>>

/** A gateway whose waiting only moves the clock. */
async function startPatient(): Promise<Lambda & { delays: number[] }> {
  const delays: number[] = []
  const lambda: Lambda = await startLambda({
    delay: async ms => {
      delays.push(ms)
      lambda.clock.advance(ms)
    },
  })
  return Object.assign(lambda, { delays })
}

async function ended({ queue }: Lambda): Promise<void> {
  while (queue.pending > 0) await new Promise(resolve => setImmediate(resolve))
}

const event = (Payload = '{"a":1}') =>
  new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from(Payload) })

test('an event is taken at once and tried three times while the function fails', async () => {
  await using lambda = await startPatient()
  await lambda.client.send(new CreateFunctionCommand(pets({ Code: failing })))
  assert.equal((await lambda.client.send(event())).StatusCode, 202)
  await ended(lambda)
  assert.deepEqual(lambda.delays, [60_000, 120_000])
  const [outcome] = lambda.outcomes
  assert.ok(outcome)
  const { requestPayload, requestContext, responseContext, responsePayload } = outcomeRecord(
    outcome,
    0,
  )
  assert.deepEqual(requestPayload, { a: 1 })
  assert.deepEqual(requestContext, {
    requestId: outcome.event.id,
    functionArn: `${arn('pets')}:$LATEST`,
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  })
  assert.deepEqual(responseContext, {
    statusCode: 200,
    executedVersion: '$LATEST',
    functionError: 'Unhandled',
  })
  assert.equal((responsePayload as { errorMessage: string }).errorMessage, 'again')
})

test('how often and how long events are tried again is as configured', async () => {
  await using lambda = await startPatient()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets({ Code: failing })))
  const configure = (more: object) =>
    client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...more }))
  await configure({ MaximumRetryAttempts: 0 })
  await client.send(event())
  await ended(lambda)
  assert.deepEqual(lambda.delays, [])
  await configure({ MaximumEventAgeInSeconds: 100 })
  await client.send(event())
  await ended(lambda)
  assert.deepEqual(lambda.delays, [60_000])
  assert.deepEqual(
    lambda.outcomes.map(outcome => outcome.condition),
    ['RetriesExhausted', 'EventAgeExceeded'],
  )
})

test('an event of a function with nothing reserved ends without a run; of one that is deleted, silently', async () => {
  await using lambda = await startPatient()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  await client.send(
    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
  )
  await client.send(event())
  await ended(lambda)
  assert.deepEqual(
    lambda.outcomes.map(({ condition, result }) => [condition, result]),
    [['ZeroReservedConcurrency', undefined]],
  )
  await refused(
    client.send(new InvokeCommand({ FunctionName })),
    'TooManyRequestsException',
    429,
    'Rate Exceeded.',
  )
  await client.send(new DeleteFunctionCommand({ FunctionName }))
  await lambda.queue.take({ id: 'late', functionArn: arn('pets'), payload: Buffer.alloc(0) })
  await ended(lambda)
  assert.equal(lambda.outcomes.length, 1)
})

test('what was acknowledged before a stop is run after it', async () => {
  const events = new Map<string, WaitingEvent>()
  const kept = { functionArn: arn('pets'), failures: 1, throttles: 0, takenMs: 0, dueMs: 0 }
  events.set('one', { id: 'one', payload: Buffer.from('{"kept":true}'), ...kept })
  await using lambda = await startLambda({ shelf: memoryShelf(events) })
  // The clock stands long after: only the age counts.
  const takenMs = lambda.clock.now() - 1000
  events.set('one', { id: 'one', payload: Buffer.from('{"kept":true}'), ...kept, takenMs })
  await lambda.client.send(new CreateFunctionCommand(pets()))
  await lambda.queue.resume()
  await ended(lambda)
  assert.equal(events.size, 0)
  const [outcome] = lambda.outcomes
  assert.equal(outcome?.condition, 'Success')
  assert.equal(outcome?.result?.payload.toString(), '{"kept":true}')
})

test('an event larger than 1 MB is refused, and so is one that is not JSON', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  await refused(
    client.send(event(JSON.stringify('x'.repeat(1_048_576)))),
    'RequestTooLargeException',
    413,
    'Request must be smaller than 1048576 bytes for the InvokeFunction operation',
  )
  await refused(client.send(event('{')), 'InvalidRequestContentException', 400, /^Could not parse/)
})

test('InvokeAsync takes an event, too', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  const answer = await client.send(
    new InvokeAsyncCommand({ FunctionName, InvokeArgs: Buffer.from('{"old":1}') }),
  )
  assert.equal(answer.Status, 202)
  await ended(lambda)
  assert.equal(lambda.outcomes[0]?.result?.payload.toString(), '{"old":1}')
})

test('an answer comes as a stream of events, the last of which says how it ended', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const source = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    console.log('streaming')
    stream.write('one,')
    await new Promise(resolve => setTimeout(resolve, 20))
    stream.write('two')
    stream.end()
  })`
  await client.send(new CreateFunctionCommand(pets({ Code: { ZipFile: zipOf(source) } })))
  const call = new InvokeWithResponseStreamCommand({ FunctionName, LogType: 'Tail' })
  const { EventStream, ExecutedVersion, StatusCode } = await client.send(call)
  assert.deepEqual([StatusCode, ExecutedVersion], [200, '$LATEST'])
  let text = ''
  let pieces = 0
  let log = ''
  for await (const { PayloadChunk, InvokeComplete } of EventStream ?? []) {
    if (PayloadChunk) pieces++
    text += Buffer.from(PayloadChunk?.Payload ?? []).toString()
    log += Buffer.from(InvokeComplete?.LogResult ?? '', 'base64').toString()
    assert.equal(InvokeComplete?.ErrorCode, undefined)
  }
  assert.equal(text, 'one,two')
  assert.equal(pieces, 2)
  assert.match(log, /streaming/)
  await client.send(new CreateFunctionCommand(pets({ FunctionName: 'bad', Code: failing })))
  const bad = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'bad' }))
  const all = []
  for await (const one of bad.EventStream ?? []) all.push(one)
  assert.equal(all.at(-1)?.InvokeComplete?.ErrorCode, 'Error')
  assert.match(String(all.at(-1)?.InvokeComplete?.ErrorDetails), /again/)
})
