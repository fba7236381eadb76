import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { portcullis, type Started, startGateway as startProgram } from '../started-gateway.ts'
import { api, operation, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway

before(async () => {
  t = await startGateway()
})
after(() => t.close())

interface Line {
  readonly requestId: string
  readonly text: string
  readonly timeMs: number
}

async function linesOf(name: string, query = ''): Promise<Line[]> {
  const response = await fetch(`${t.gateway.url}/_portcullis/logs/${name}${query}`)
  assert.equal(response.status, 200)
  const text = await response.text()
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

const printing =
  'export const handler = async event => { console.log("hello", event.who ?? "api"); return { body: "" } }'

test('what a function prints is kept, and can be asked for by time', async () => {
  await t.addFunction('printer', printing)
  const Payload = Buffer.from('{"who":"Ada"}')
  await t.lambda.send(new InvokeCommand({ FunctionName: 'printer', Payload }))
  const lines = await linesOf('printer')
  assert.match(lines[0]?.text ?? '', /^INIT_START /)
  assert.ok(lines.some(({ text }) => text.startsWith('START RequestId: ')))
  assert.ok(lines.some(({ text }) => text.includes('hello Ada')))
  assert.match(lines.at(-1)?.text ?? '', /^REPORT RequestId: /)
  assert.deepEqual(await linesOf('printer', `?since=${Date.now() + 60_000}`), [])
  const arn = encodeURIComponent('arn:aws:lambda:us-east-1:000000000000:function:printer:live')
  assert.equal((await linesOf(arn)).length, lines.length)
  assert.deepEqual(await linesOf('nobody'), [])
  assert.equal((await fetch(`${t.gateway.url}/_portcullis/logs/a%2F..%2Fb`)).status, 400)
})

test('a followed log goes on with what is printed', async () => {
  await t.addFunction('followed', printing)
  const stop = new AbortController()
  const response = await fetch(`${t.gateway.url}/_portcullis/logs/followed?follow=1`, {
    signal: stop.signal,
  })
  await t.lambda.send(new InvokeCommand({ FunctionName: 'followed' }))
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk)
    if (text.includes('REPORT')) break
  }
  assert.match(text, /hello api/)
  stop.abort()
})

test('explain shows what the function printed for that request', async () => {
  const uri = await t.addFunction('explained', printing)
  const id = await t.deploy(
    api({ '/f': { get: operation({ type: 'aws_proxy', httpMethod: 'POST', uri }) } }),
  )
  const answer = await t.call(id, '/f')
  await t.call(id, '/f')
  const requestId = String(answer.headers['x-amzn-requestid'])
  const explained = await fetch(`${t.gateway.url}/_portcullis/explain/${requestId}`)
  const text = await explained.text()
  assert.match(text, / {2}function {2}explained, invocation [0-9a-f-]{36}\n/)
  assert.equal(text.match(/hello api/g)?.length, 1)
})

test('the command shows them, also after a restart', async () => {
  let program: Started = await startProgram(['--no-example'])
  const { dataDir } = program
  try {
    const role = 'arn:aws:iam::000000000000:role/any'
    const own = new LambdaClient({
      endpoint: program.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    await own.send(
      new CreateFunctionCommand({
        FunctionName: 'kept',
        Runtime: 'nodejs22.x',
        Role: role,
        Handler: 'index.handler',
        Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(printing) }) },
      }),
    )
    await own.send(new InvokeCommand({ FunctionName: 'kept' }))
    own.destroy()
    await program.stop({ keepData: true })
    program = await startProgram(['--no-example'], dataDir)
    const shown = await portcullis(['logs', 'kept', '--since', '10m', '--endpoint', program.url])
    assert.equal(shown.code, 0, shown.err)
    assert.match(shown.out, /^\d{4}-\d\d-\d\dT[\d:.]+Z [0-9a-f]{8} START RequestId/m)
    assert.match(shown.out, /hello api/)
    const wrong = await portcullis(['logs', 'kept', '--since', 'soon', '--endpoint', program.url])
    assert.equal(wrong.code, 2)
  } finally {
    await program.stop()
  }
})
