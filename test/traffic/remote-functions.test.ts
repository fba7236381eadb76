/** Functions that run elsewhere, and destinations of events, against real HTTP servers. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { InvokeCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda'
import {
  api,
  type Backend,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

interface Seen {
  readonly url: string
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

let t: TestGateway
let backend: Backend
let seen: Seen[] = []
let answer: { status: number; headers?: Record<string, string>; body: string; silent?: boolean }

before(async () => {
  backend = await startBackend((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      if (answer.silent) return
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })
  })
  t = await startGateway({
    functions: new Map([['named', backend.url]]),
    awsEndpoints: new Map([
      ['lambda', backend.url],
      ['sqs', backend.url],
    ]),
  })
})
after(async () => {
  await t.close()
  await backend.close()
})

async function deploy(name: string, timeoutInMillis = 5000): Promise<string> {
  const arn = `arn:aws:lambda:eu-west-1:123456789012:function:${name}`
  const uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${arn}/invocations`
  const proxy = operation({ type: 'aws_proxy', httpMethod: 'POST', uri, timeoutInMillis })
  return t.deploy(api({ '/f': { get: proxy } }))
}

const fine = { status: 200, body: '{"statusCode":201,"body":"far"}' }
const cases: { name: string; on: string; given: typeof answer; want: [number, string] }[] = [
  { name: 'an answer', on: 'far', given: fine, want: [201, 'far'] },
  { name: 'an answer of a named process', on: 'named', given: fine, want: [201, 'far'] },
  {
    name: 'an error of the function',
    on: 'far',
    given: {
      status: 200,
      headers: { 'X-Amz-Function-Error': 'Unhandled' },
      body: '{"errorMessage":"no"}',
    },
    want: [502, '{"message": "Internal server error"}'],
  },
  {
    name: 'an error of a named process, which has no header',
    on: 'named',
    given: { status: 200, body: '{"errorType":"Error","errorMessage":"no"}' },
    want: [502, '{"message": "Internal server error"}'],
  },
  {
    name: 'a function that is nowhere',
    on: 'far',
    given: { status: 404, body: '{}' },
    want: [500, '{"message": "Internal server error"}'],
  },
  {
    name: 'a throttle',
    on: 'far',
    given: { status: 429, body: '{}' },
    want: [500, '{"message": "Internal server error"}'],
  },
]

for (const { name, on, given, want } of cases) {
  test(`${name} becomes ${want[0]}`, async () => {
    answer = given
    const { status, body } = await t.call(await deploy(on), '/f')
    assert.equal(status, want[0])
    assert.equal(body.replace(':"', ': "'), want[1])
  })
}

test('a function that does not answer in time is a 504', async () => {
  answer = { ...fine, silent: true }
  assert.equal((await t.call(await deploy('far', 100), '/f')).status, 504)
})

test('the call is signed for Lambda; a named process gets that of the Runtime Interface Emulator', async () => {
  answer = fine
  seen = []
  await t.call(await deploy('far'), '/f')
  await t.call(await deploy('named'), '/f')
  const [far, named] = seen
  const arn = encodeURIComponent('arn:aws:lambda:eu-west-1:123456789012:function:far')
  assert.equal(far?.url, `/2015-03-31/functions/${arn}/invocations`)
  assert.match(
    String(far?.headers['authorization']),
    /Credential=test\/\d{8}\/eu-west-1\/lambda\/aws4_request/,
  )
  assert.equal(JSON.parse(far?.body ?? '').path, '/f')
  assert.equal(named?.url, '/2015-03-31/functions/function/invocations')
  assert.equal(named?.headers['authorization'], undefined)
})

test('a queue is told of an event that failed; what it does not take is in the dead-letter file', async () => {
  await t.addFunction('failing', 'export const handler = async () => { throw new Error("bad") }')
  await t.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: 'failing',
      MaximumRetryAttempts: 0,
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' },
      },
    }),
  )
  const fail = async () => {
    const count = seen.length
    const Payload = Buffer.from('{"n":1}')
    await t.lambda.send(
      new InvokeCommand({ FunctionName: 'failing', InvocationType: 'Event', Payload }),
    )
    while (seen.length === count) await new Promise(resolve => setImmediate(resolve))
  }
  answer = { status: 200, body: '{"MessageId":"1"}' }
  await fail()
  const told = seen.at(-1)
  assert.equal(told?.headers['x-amz-target'], 'AmazonSQS.SendMessage')
  const { QueueUrl, MessageBody } = JSON.parse(told?.body ?? '')
  assert.equal(QueueUrl, `${backend.url}/000000000000/failed`)
  assert.equal(JSON.parse(MessageBody).requestContext.condition, 'RetriesExhausted')
  answer = { status: 403, body: 'no' }
  await fail()
  const path = join(t.folder, 'data/dead-letters/events.jsonl')
  let text = ''
  while (text === '') text = await readFile(path, 'utf8').catch(() => '')
  const line = JSON.parse(text)
  assert.deepEqual(line.requestPayload, { n: 1 })
  assert.match(line.undelivered.reason, /^sqs answered 403/)
})
