import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  type CreateFunctionUrlConfigCommandInput,
  PutFunctionConcurrencyCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda'
import { type CallInit, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway

before(async () => {
  t = await startGateway()
})
after(() => t.close())

let made = 0

/** A function with a public URL; gives its name and the id in the address. */
async function publish(
  code: string,
  settings: Partial<CreateFunctionUrlConfigCommandInput> = {},
  isPublic = true,
): Promise<{ name: string; id: string; url: string }> {
  const FunctionName = `u${++made}`
  await t.addFunction(FunctionName, code)
  const { FunctionUrl = '' } = await t.lambda.send(
    new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', ...settings }),
  )
  if (isPublic) await allow(FunctionName)
  const [, id = ''] = /^http:\/\/([a-z0-9]{32})\.lambda-url/.exec(FunctionUrl) ?? []
  return { name: FunctionName, id, url: FunctionUrl }
}

async function allow(FunctionName: string): Promise<void> {
  const everybody = { FunctionName, Principal: '*' }
  await t.lambda.send(
    new AddPermissionCommand({
      ...everybody,
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
  )
  await t.lambda.send(
    new AddPermissionCommand({
      ...everybody,
      StatementId: 'function',
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  )
}

interface Got {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
  /** The connection broke before the answer was whole. */
  readonly isBroken: boolean
}

function call(
  id: string,
  path = '/',
  { method = 'GET', headers = [], body }: CallInit = {},
): Promise<Got> {
  const host = `${id}.lambda-url.us-east-1.localhost:${t.gateway.port}`
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port: t.gateway.port,
        host: '127.0.0.1',
        path,
        method,
        headers: ['Host', host, ...headers],
      },
      incoming => {
        let text = ''
        incoming.on('data', chunk => {
          text += chunk
        })
        incoming.on('error', () => undefined)
        incoming.on('close', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: text,
            isBroken: !incoming.complete,
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const echo = 'export const handler = async event => event'

test('the event is of payload version 2.0', async () => {
  const { id } = await publish(echo)
  const headers = [
    'X-One',
    'a',
    'x-one',
    'b',
    'Cookie',
    'c=1; d=2',
    'X-Portcullis-Client',
    '6.6.6.6',
  ]
  const text = ['Content-Type', 'text/plain']
  const answer = await call(id, '/a%2Fb?q=1&q=2&e=%20', {
    method: 'POST',
    headers: [...headers, ...text],
    body: 'héllo',
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-type'], 'application/json')
  const event = JSON.parse(answer.body)
  assert.equal(event.rawPath, '/a%2Fb')
  assert.equal(event.rawQueryString, 'q=1&q=2&e=%20')
  assert.deepEqual(event.queryStringParameters, { q: '1,2', e: ' ' })
  assert.deepEqual(event.cookies, ['c=1', 'd=2'])
  assert.equal(event.headers['x-one'], 'a,b')
  assert.equal(event.headers['x-forwarded-for'], '127.0.0.1')
  assert.equal(event.headers['x-portcullis-client'], undefined)
  assert.equal(event.headers.cookie, undefined)
  assert.deepEqual([event.body, event.isBase64Encoded], ['héllo', false])
  const { http, requestId, time, timeEpoch, ...context } = event.requestContext
  assert.deepEqual(context, {
    accountId: 'anonymous',
    apiId: id,
    domainName: `${id}.lambda-url.us-east-1.localhost:${t.gateway.port}`,
    domainPrefix: id,
    routeKey: '$default',
    stage: '$default',
  })
  assert.deepEqual(http, {
    method: 'POST',
    path: '/a%2Fb',
    protocol: 'HTTP/1.1',
    sourceIp: '127.0.0.1',
    userAgent: '',
  })
  assert.equal(requestId, answer.headers['x-amzn-requestid'])
  assert.match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
  assert.equal(typeof timeEpoch, 'number')

  const bytes = await call(id, '/', { method: 'POST', body: Buffer.from([0, 255]) })
  const binary = JSON.parse(bytes.body)
  assert.deepEqual([binary.body, binary.isBase64Encoded], ['AP8=', true])
  const bare = JSON.parse((await call(id)).body)
  assert.deepEqual(
    [bare.body, bare.cookies, bare.queryStringParameters, bare.isBase64Encoded],
    [undefined, undefined, undefined, false],
  )
  assert.equal(
    JSON.parse((await call(id, '/restapis/a/b/_user_request_/c')).body).rawPath,
    '/restapis/a/b/_user_request_/c',
  )
})

const answers: {
  gives: string
  status: number
  body: string
  type?: string
  cookies?: string[]
}[] = [
  { gives: '"Hello"', status: 200, body: 'Hello', type: 'application/json' },
  {
    gives: '({ message: "Hello" })',
    status: 200,
    body: '{"message":"Hello"}',
    type: 'application/json',
  },
  {
    gives: '({ statusCode: 201, body: "made" })',
    status: 201,
    body: 'made',
    type: 'application/json',
  },
  {
    gives:
      '({ statusCode: 200, headers: { "Content-Type": "text/plain" }, cookies: ["a=1", "b=2"], isBase64Encoded: true, body: "aGk=" })',
    status: 200,
    body: 'hi',
    type: 'text/plain',
    cookies: ['a=1', 'b=2'],
  },
  { gives: '({ statusCode: 99, body: "" })', status: 502, body: 'Internal Server Error' },
  { gives: '({ statusCode: 200, body: {} })', status: 502, body: 'Internal Server Error' },
  {
    gives: '({ statusCode: 200, headers: { "X A": "b" } })',
    status: 502,
    body: 'Internal Server Error',
  },
  {
    gives: '({ statusCode: 200, headers: { a: "x".repeat(300_000) } })',
    status: 502,
    body: 'Internal Server Error',
  },
  { gives: 'Promise.reject(new Error("no"))', status: 502, body: 'Internal Server Error' },
]

for (const { gives, status, body, type, cookies } of answers) {
  test(`the answer ${gives} becomes ${status} ${body}`, async () => {
    const { id } = await publish(`export const handler = async () => ${gives}`)
    const answer = await call(id)
    assert.deepEqual([answer.status, answer.body], [status, body])
    if (type) assert.equal(answer.headers['content-type'], type)
    assert.deepEqual(answer.headers['set-cookie'], cookies)
  })
}

test('nobody may call it before everybody is allowed to, nor ever when signatures are asked for', async () => {
  const { id, name } = await publish(echo, {}, false)
  const refused = await call(id)
  assert.equal(refused.status, 403)
  assert.equal(refused.headers['x-amzn-errortype'], 'AccessDeniedException')
  assert.match(JSON.parse(refused.body).Message, /^Forbidden/)
  await allow(name)
  assert.equal((await call(id)).status, 200)
  await t.lambda.send(
    new UpdateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'AWS_IAM' }),
  )
  assert.equal((await call(id)).status, 403)
  assert.equal((await call('a'.repeat(32))).status, 404)
})

test('the address as a path leads to the same function', async () => {
  const { id } = await publish(echo)
  const response = await fetch(`${t.gateway.url}/_aws/lambda-url/${id}/x/y?z=1`)
  const event = (await response.json()) as { rawPath: string; rawQueryString: string }
  assert.deepEqual([event.rawPath, event.rawQueryString], ['/x/y', 'z=1'])
})

test('CORS: preflights are answered here, and other answers get the headers as configured', async () => {
  const Cors = {
    AllowOrigins: ['https://a.example'],
    AllowMethods: ['GET', 'PUT'],
    AllowHeaders: ['x-a'],
    ExposeHeaders: ['x-b'],
    AllowCredentials: true,
    MaxAge: 9,
  }
  const source = `export const handler = async () => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'mine' } })`
  const { id } = await publish(source, { Cors })
  const ask = (origin: string, more: string[] = []) => ['Origin', origin, ...more]
  const preflight = await call(id, '/', {
    method: 'OPTIONS',
    headers: ask('https://a.example', ['Access-Control-Request-Method', 'PUT']),
  })
  const cors = (headers: Got['headers']) =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
    )
  assert.equal(preflight.status, 200)
  assert.deepEqual(cors(preflight.headers), {
    'access-control-allow-origin': 'https://a.example',
    'access-control-allow-credentials': 'true',
    'access-control-allow-headers': 'x-a',
    'access-control-allow-methods': 'GET,PUT',
    'access-control-max-age': '9',
  })
  const answer = await call(id, '/', { headers: ask('https://a.example') })
  assert.deepEqual(cors(answer.headers), {
    'access-control-allow-origin': 'https://a.example',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-b',
  })
  assert.deepEqual(cors((await call(id, '/', { headers: ask('https://b.example') })).headers), {})
})

test('RESPONSE_STREAM: the answer comes as it is written, with its metadata in front', async () => {
  const source = `export const handler = awslambda.streamifyResponse(async (event, raw) => {
    const stream = awslambda.HttpResponseStream.from(raw, { statusCode: 203, headers: { 'X-A': 'b', 'Content-Type': 'text/plain' }, cookies: ['c=1'] })
    stream.write('one,')
    await new Promise(resolve => setTimeout(resolve, 20))
    stream.write('two')
    if (event.rawPath === '/bad') throw new Error('half way')
    stream.end()
  })`
  const { id } = await publish(source, { InvokeMode: 'RESPONSE_STREAM' })
  const answer = await call(id)
  assert.deepEqual([answer.status, answer.body, answer.isBroken], [203, 'one,two', false])
  assert.deepEqual(
    [answer.headers['x-a'], answer.headers['content-type'], answer.headers['set-cookie']],
    ['b', 'text/plain', ['c=1']],
  )
  assert.equal(answer.headers['transfer-encoding'], 'chunked')
  assert.equal((await call(id, '/bad')).isBroken, true)
})

test('too much is refused: bodies of more than 6 MB, and more calls than are reserved', async () => {
  const { id, name } = await publish(echo)
  const large = await call(id, '/', { method: 'POST', body: Buffer.alloc(6_291_457) })
  assert.equal(large.status, 413)
  await t.lambda.send(
    new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }),
  )
  const throttled = await call(id)
  assert.equal(throttled.status, 429)
  assert.deepEqual(JSON.parse(throttled.body), {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    message: 'Rate Exceeded.',
  })
})
