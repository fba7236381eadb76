/** What definitions and back ends can do to the answers: headers that HTTP cannot carry, calls in circles. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { api, mock, operation, rawExchange, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway

before(async () => {
  t = await startGateway()
})
after(() => t.close())

const headers = [
  { name: 'a name with a blank', template: '#set($context.responseOverride.header["X A"]="a")x' },
  { name: 'no name', template: '#set($context.responseOverride.header[""]="a")x' },
  {
    name: 'a line end in the name',
    template: '#set($context.responseOverride.header["X-A\r\nX-B"]="a")x',
  },
  {
    name: 'a line end in the value',
    template: '#set($context.responseOverride.header["X-A"]="a\r\nX-B: b")x',
  },
  {
    name: 'a value beyond Latin-1',
    template: '#set($context.responseOverride.header["X-A"]="\u2603")x',
  },
]
for (const { name, template } of headers) {
  test(`a template that sets a header with ${name} is 500, and nothing is injected`, async () => {
    const apiId = await t.deploy(api({ '/x': { get: mock(template) } }))
    const answer = await t.call(apiId, '/x')
    assert.equal(answer.status, 500)
    assert.equal(answer.headers['x-b'], undefined)
  })
}

test('an answer that cannot be written is 500, not a closed connection', async () => {
  const apiId = await t
    .deploy(api({ '/x': { get: mock('x', { responses: { default: injecting } }) } }))
    .catch(() => undefined)
  // Refusing the definition is as good.
  if (apiId !== undefined) assert.equal((await t.call(apiId, '/x')).status, 500)
})
const injecting = {
  statusCode: '200',
  responseTemplates: { 'application/json\r\nX-Evil: 1': 'x' },
}

test('an API that calls itself in a circle ends, and others are served meanwhile', async () => {
  const apiId = await t.deploy(api({ '/x': { get: mock('fine') } }))
  const uri = `${t.gateway.url}/_aws/execute-api/${apiId}/test/circle`
  await t.redeploy(
    apiId,
    api({
      '/x': { get: mock('fine') },
      '/circle': {
        get: operation({ type: 'http_proxy', httpMethod: 'GET', uri, timeoutInMillis: 500 }),
      },
    }),
  )
  const circle = t.call(apiId, '/circle')
  assert.equal((await t.call(apiId, '/x')).body, 'fine')
  assert.equal((await circle).status, 504)
  assert.equal((await t.call(apiId, '/x')).body, 'fine')
})

test('names of object members are names like others', async () => {
  const apiId = await t.deploy(
    api({
      '/__proto__/{constructor}': {
        get: operation(
          {
            type: 'mock',
            requestTemplates: {
              'application/json':
                `#set($context.responseOverride.header["X-Seen"]="$input.params('constructor')|$input.params('toString')|$input.params('__proto__')")` +
                '{"statusCode": 200}',
            },
            responses: { default: { statusCode: '200' } },
          },
          {
            parameters: [
              { name: 'constructor', in: 'path', required: true, schema: { type: 'string' } },
            ],
          },
        ),
      },
    }),
  )
  const answer = await t.call(apiId, '/__proto__/a?__proto__=b')
  assert.equal(answer.status, 200, answer.body)
  assert.match(answer.headers['x-seen'] as string, /^a\|\|b$/)
  for (const id of ['__proto__', 'constructor', 'toString', '..', '%2e%2e']) {
    const line = `GET /${id}/x HTTP/1.1\r\nHost: ${id}.execute-api.localhost\r\nConnection: close\r\n\r\n`
    assert.match(await rawExchange(t.gateway.port, line), /^HTTP\/1.1 403 /)
  }
})

test('an upload to the control plane that is broken off leaves it working', async () => {
  for (let i = 0; i < 80; i++) {
    await new Promise<void>(resolve => {
      const socket = connect(t.gateway.port, '127.0.0.1', () => {
        socket.write(
          'POST /restapis?mode=import HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n{"half',
          () => socket.destroy(),
        )
      })
      socket.on('close', () => resolve())
    })
  }
  assert.ok(await t.deploy(api({ '/x': { get: mock('fine') } })))
})
