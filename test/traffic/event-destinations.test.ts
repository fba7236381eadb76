/** Destinations of events that are services of AWS, in whose place stand servers that verify the signature of each call. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { type Asked, type AwsStandIn, type StandInAnswer, startStandIn } from './aws-stand-in.ts'
import { startGateway, type TestGateway } from './harness.ts'

const credentials = { accessKeyId: 'AKIDELSEWHERE', secretAccessKey: 'kept-elsewhere' }
const services = ['events', 'sns', 's3', 'sqs'] as const
type Service = (typeof services)[number]

let t: TestGateway
const standIns = new Map<Service, AwsStandIn>()
/** What the services were asked, and wait to be asked. */
const asked: Asked[] = []
let wake: (() => void) | undefined
let answer: StandInAnswer

before(async () => {
  for (const service of services) {
    standIns.set(
      service,
      await startStandIn(service, credentials, one => {
        asked.push(one)
        wake?.()
        return answer
      }),
    )
  }
  t = await startGateway({
    awsEndpoints: new Map([...standIns].map(([service, { url }]) => [service, url])),
    awsCredentials: credentials,
  })
  await t.addFunction(
    'fate',
    'export const handler = async event => { if (event.fails) throw new Error("bad"); return 7 }',
  )
})
after(async () => {
  await t.close()
  for (const standIn of standIns.values()) await standIn.close()
})

/** Sends an event and gives the call that tells how it ended. */
async function fate(
  end: 'OnSuccess' | 'OnFailure',
  Destination: string,
  given: StandInAnswer,
): Promise<Asked> {
  answer = given
  asked.length = 0
  const FunctionName = 'fate'
  await t.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 0,
      DestinationConfig: { [end]: { Destination } },
    }),
  )
  return tellingOf(end === 'OnFailure')
}

async function tellingOf(fails: boolean): Promise<Asked> {
  const told = new Promise<void>(resolve => {
    wake = resolve
  })
  const Payload = Buffer.from(JSON.stringify({ fails }))
  await t.lambda.send(new InvokeCommand({ FunctionName: 'fate', InvocationType: 'Event', Payload }))
  await told
  assert.equal(asked.length, 1)
  return asked[0] as Asked
}

function checkRecord(record: unknown, condition: 'Success' | 'RetriesExhausted'): void {
  const { version, requestContext, requestPayload, responsePayload } = record as {
    version: string
    requestContext: Record<string, unknown>
    requestPayload: unknown
    responsePayload: unknown
  }
  assert.equal(version, '1.0')
  assert.equal(requestContext['condition'], condition)
  assert.equal(requestContext['approximateInvokeCount'], 1)
  assert.deepEqual(requestPayload, { fails: condition !== 'Success' })
  if (condition === 'Success') assert.equal(responsePayload, 7)
  else assert.equal((responsePayload as { errorMessage: string }).errorMessage, 'bad')
}

const fine = { status: 200, body: '{}' }

for (const [end, condition] of [
  ['OnSuccess', 'Success'],
  ['OnFailure', 'RetriesExhausted'],
] as const) {
  test(`EventBridge gets an entry of ${end}`, async () => {
    const bus = 'arn:aws:events:eu-west-1:000000000000:event-bus/mine'
    const told = await fate(end, bus, { status: 200, body: '{"FailedEntryCount":0,"Entries":[]}' })
    assert.equal(told.scope, 'eu-west-1/events')
    assert.equal(told.headers['x-amz-target'], 'AWSEvents.PutEvents')
    assert.equal(told.headers['content-type'], 'application/x-amz-json-1.1')
    const { Entries } = JSON.parse(told.body.toString())
    assert.equal(Entries.length, 1)
    const { Detail, ...entry } = Entries[0]
    assert.deepEqual(entry, {
      Source: 'lambda',
      DetailType: `Lambda Function Invocation Result - ${end === 'OnSuccess' ? 'Success' : 'Failure'}`,
      EventBusName: bus,
      Resources: ['arn:aws:lambda:us-east-1:000000000000:function:fate'],
    })
    checkRecord(JSON.parse(Detail), condition)
  })

  test(`SNS is told of ${end}`, async () => {
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:topic'
    const told = await fate(end, TopicArn, fine)
    assert.equal(told.scope, 'us-east-1/sns')
    const { Message, ...form } = Object.fromEntries(new URLSearchParams(told.body.toString()))
    assert.deepEqual(form, { Action: 'Publish', Version: '2010-03-31', TopicArn })
    checkRecord(JSON.parse(String(Message)), condition)
  })
}

test('S3 gets an object of a failure, named for the function, the time and an id', async () => {
  const told = await fate('OnFailure', 'arn:aws:s3:::records', fine)
  assert.equal(told.method, 'PUT')
  assert.equal(told.scope, 'us-east-1/s3')
  assert.match(
    told.target,
    /^\/records\/aws\/lambda\/async\/fate\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
  )
  assert.match(String(told.headers['x-amz-content-sha256']), /^[0-9a-f]{64}$/)
  checkRecord(JSON.parse(told.body.toString()), 'RetriesExhausted')
})

test('a dead-letter topic gets the event itself with its error as attributes', async () => {
  const FunctionName = 'fate'
  const TargetArn = 'arn:aws:sns:us-east-1:000000000000:dead'
  await fate('OnSuccess', 'arn:aws:sns:us-east-1:000000000000:unused', fine)
  await t.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, DeadLetterConfig: { TargetArn } }),
  )
  await waitUntilFunctionUpdatedV2({ client: t.lambda, maxWaitTime: 10 }, { FunctionName })
  asked.length = 0
  const told = await tellingOf(true)
  const form = new URLSearchParams(told.body.toString())
  assert.equal(form.get('TopicArn'), TargetArn)
  assert.equal(form.get('Message'), '{"fails":true}')
  const attributes = [1, 2, 3].map(i => {
    const entry = `MessageAttributes.entry.${i}`
    return ['Name', 'Value.DataType', 'Value.StringValue'].map(part => form.get(`${entry}.${part}`))
  })
  const [[, , id], code, message] = attributes as [string[], string[], string[]]
  assert.match(String(id), /^[0-9a-f-]{36}$/)
  assert.deepEqual(code, ['ErrorCode', 'Number', '200'])
  assert.deepEqual(message, ['ErrorMessage', 'String', 'bad'])
  await t.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, DeadLetterConfig: { TargetArn: '' } }),
  )
  await waitUntilFunctionUpdatedV2({ client: t.lambda, maxWaitTime: 10 }, { FunctionName })
})

test('an entry that EventBridge does not take is in the dead-letter file', async () => {
  const bus = 'arn:aws:events:us-east-1:000000000000:event-bus/full'
  const refusal = '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}'
  await fate('OnFailure', bus, { status: 200, body: refusal })
  const path = join(t.folder, 'data/dead-letters/events.jsonl')
  let text = ''
  while (text === '') text = await readFile(path, 'utf8').catch(() => '')
  const { undelivered } = JSON.parse(text)
  assert.equal(undelivered.destination, bus)
  assert.match(undelivered.reason, /^events answered 200: .*InternalFailure/)
})
