/** `responseTransferMode` STREAM for functions, with the client as a bare socket. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Gate, knock } from '../../src/lambda/fixtures/gate.ts'
import { api, operation, startGateway, type TestGateway } from './harness.ts'
import { RawClient, requestText } from './raw-sockets.ts'

let t: TestGateway
let gate: Gate
let made = 0

before(async () => {
  t = await startGateway()
  gate = await Gate.build()
})
after(async () => {
  await t.close()
  gate.close()
})

const handler = (body: string) =>
  `${knock} export const handler = awslambda.streamifyResponse(async (event, stream) => { ${body} })`
const from = (metadata: string) =>
  `stream = awslambda.HttpResponseStream.from(stream, ${metadata});`

/** An API with a streaming proxy to a function of this code. */
async function deployStream(code: string, more: object = {}, timeout = 3): Promise<string> {
  const invocations = await t.addFunction(`s${++made}`, code, { timeout })
  const uri = invocations
    .replace('2015-03-31', '2021-11-15')
    .replace('/invocations', '/response-streaming-invocations')
  const proxy = { type: 'aws_proxy', httpMethod: 'POST', uri, responseTransferMode: 'STREAM' }
  return t.deploy(api({ '/s': { get: operation({ ...proxy, ...more }) } }))
}

function ask(apiId: string): RawClient {
  const client = new RawClient(t.gateway.port)
  client.send(requestText(apiId, 'GET /test/s HTTP/1.1'))
  return client
}

test('each piece goes out when the function writes it, behind status, headers and cookies', async () => {
  const id = await deployStream(
    handler(`${from(`{ statusCode: 201, headers: { 'X-One': 'a' }, multiValueHeaders: { 'X-Two': ['b', 'c'] }, cookies: ['d=e', 'f=g'] }`)}
      stream.write('first'); await knock(${gate.port}); stream.write('last'); stream.end()`),
  )
  const client = ask(id)
  const text = await client.until(each => each.includes('first'))
  assert.match(text, /^HTTP\/1\.1 201 Created\r\n/)
  for (const line of ['X-One: a', 'X-Two: b', 'X-Two: c', 'Set-Cookie: d=e', 'Set-Cookie: f=g']) {
    assert.ok(text.includes(`\r\n${line}\r\n`), line)
  }
  assert.match(text, /\r\nTransfer-Encoding: chunked\r\n/)
  await gate.knocked()
  assert.ok(!text.includes('last'))
  gate.open()
  const whole = await client.until(each => each.endsWith('\r\n0\r\n\r\n'))
  assert.match(whole, /\r\n\r\n5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n$/)
  client.close()
})

test('the event is that of any proxy, and bytes are not looked at', async () => {
  const id = await deployStream(
    handler(`${from('{}')} stream.write(Buffer.from([0, 255, 0])); stream.end(event.path)`),
  )
  const answer = await t.call(id, '/s')
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.bytes, Buffer.concat([Buffer.from([0, 255, 0]), Buffer.from('/s')]))
})

test('large answers come whole, through a client that is slow at first', async () => {
  const id = await deployStream(
    handler(`${from('{}')} for (let i = 0; i < 80; i++)
      if (!stream.write(Buffer.alloc(100_000, 'x'))) await new Promise(r => stream.once('drain', r))
      stream.end('end')`),
  )
  const answer = await t.call(id, '/s')
  assert.equal(answer.bytes.length, 8_000_003)
})

const wrong: { name: string; code: string; status: number; why: RegExp }[] = [
  {
    name: 'no metadata',
    code: handler(`stream.end('just text')`),
    status: 500,
    why: /ended within its metadata/,
  },
  {
    name: 'metadata that does not end in time',
    code: handler(`stream.end('x'.repeat(20_000))`),
    status: 500,
    why: /no 8 NULs/,
  },
  {
    name: 'metadata that is no JSON',
    code: handler(`stream.end('oh' + '\\0'.repeat(8))`),
    status: 500,
    why: /did not return JSON/,
  },
  {
    name: 'metadata with a body',
    code: handler(`${from('{ body: "x" }')} stream.end('y')`),
    status: 500,
    why: /unknown key "body"/,
  },
  {
    name: 'an answer that is not streamed',
    code: 'export const handler = async () => ({ statusCode: 200 })',
    status: 500,
    why: /ended within its metadata/,
  },
  {
    name: 'an error within the metadata',
    code: handler(
      `stream.write('{"statusCode": 2'); await new Promise(r => setTimeout(r, 50)); throw new Error('half')`,
    ),
    status: 502,
    why: /half/,
  },
  {
    name: 'an end within the delimiter',
    code: handler(`stream.end('{}' + '\\0'.repeat(7))`),
    status: 500,
    why: /ended within its metadata/,
  },
  {
    name: 'an error before the first byte',
    code: handler(`throw new Error('early')`),
    status: 502,
    why: /early/,
  },
]
for (const { name, code, status, why } of wrong) {
  test(`${name} is answered ${status}, and the record says why`, async () => {
    const answer = await t.call(await deployStream(code), '/s')
    assert.equal(answer.status, status)
    assert.deepEqual(answer.json(), { message: 'Internal server error' })
    const requestId = String(answer.headers['x-amzn-requestid'])
    const record = await fetch(`${t.gateway.url}/_portcullis/explain/${requestId}`)
    assert.match(await record.text(), why)
  })
}

test('an error after the first byte breaks the answer off', async () => {
  const id = await deployStream(
    handler(
      `${from('{}')} stream.write('begun'); await knock(${gate.port}); throw new Error('mid')`,
    ),
  )
  const client = ask(id)
  await client.until(each => each.includes('begun'))
  await gate.knocked()
  gate.open()
  const text = await client.untilClosed()
  assert.match(text, /\r\n\r\n5\r\nbegun\r\n$/)
})

test('a function whose time is up breaks its answer off', async () => {
  const id = await deployStream(
    handler(`${from('{}')} stream.write('begun'); await new Promise(r => setTimeout(r, 60_000))`),
    {},
    1,
  )
  assert.match(await ask(id).untilClosed(), /\r\n\r\n5\r\nbegun\r\n$/)
})

test('a client that goes away does not stop the function', async () => {
  const id = await deployStream(
    handler(`if (globalThis.done) { ${from('{}')} stream.end('done ' + globalThis.done); return }
      ${from('{}')} stream.write('begun'); await knock(${gate.port}); globalThis.done = 'yes'; stream.end('rest')`),
  )
  const client = ask(id)
  await client.until(text => text.includes('begun'))
  await gate.knocked()
  client.close()
  gate.open()
  // Another environment may answer before the first is free again: it has not seen the first call.
  for (;;) {
    const call = t.call(id, '/s')
    const body = await Promise.race([call.then(answer => answer.body), gate.knocked()])
    if (body === 'done yes') break
    gate.open()
    assert.equal((await call).body, body ?? 'begunrest')
  }
})

test('a client that resets its connection before there is a head leaves nothing behind', async () => {
  const id = await deployStream(
    handler(`if (globalThis.called) { ${from('{}')} stream.end('again'); return }
      globalThis.called = true; stream.write('{"statusCode"')
      await new Promise(r => setTimeout(r, 200)); stream.end(': 200}' + '\\0'.repeat(8) + 'first')`),
  )
  const client = ask(id)
  await new Promise<void>(resolve => client.socket.once('connect', () => resolve()))
  setTimeout(() => client.socket.resetAndDestroy(), 100)
  await client.untilClosed()
  for (;;) {
    const { status, body } = await t.call(id, '/s')
    assert.equal(status, 200)
    if (body === 'again') break
    assert.equal(body, 'first')
  }
})

test('metadata that do not come in time are answered 504', async () => {
  const code = `stream.write('{"statusCode"'); await new Promise(r => setTimeout(r, 2000)); stream.end()`
  const id = await deployStream(handler(code), { timeoutInMillis: 300 })
  assert.equal((await t.call(id, '/s')).status, 504)
})

test('the integration’s time-out runs until the answer begins', async () => {
  const id = await deployStream(
    handler('await new Promise(r => setTimeout(r, 2000)); stream.end()'),
    {
      timeoutInMillis: 100,
    },
  )
  assert.equal((await t.call(id, '/s')).status, 504)
})

test('STREAM and the operation that does not stream do not go together', async () => {
  const uri = await t.addFunction(`s${++made}`, handler('stream.end()'))
  const proxy = { type: 'aws_proxy', httpMethod: 'POST', uri, responseTransferMode: 'STREAM' }
  const id = await t.deploy(api({ '/s': { get: operation(proxy) } }))
  assert.equal((await t.call(id, '/s')).status, 500)
})

test('BUFFERED gives of a streamed answer the status and headers, and no body', async () => {
  const code = handler(
    `${from(`{ statusCode: 202, headers: { 'X-One': 'a' } }`)} stream.end('body')`,
  )
  const uri = await t.addFunction(`s${++made}`, code)
  const id = await t.deploy(
    api({ '/s': { get: operation({ type: 'aws_proxy', httpMethod: 'POST', uri }) } }),
  )
  const answer = await t.call(id, '/s')
  assert.deepEqual([answer.status, answer.headers['x-one'], answer.body], [202, 'a', ''])
})
