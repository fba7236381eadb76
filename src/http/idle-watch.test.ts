import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { FakeClock } from '../base/clock.ts'
import { Conversation, type NodeTurn } from './conversation.ts'
import { IdleWatch } from './idle-watch.ts'

const clock = new FakeClock()
const watch = new IdleWatch(1_000, Conversation.isAwaited, clock)

/** The answers that are to be begun or ended later. */
const waiting: { readonly turn: NodeTurn; readonly response: ServerResponse }[] = []

/** Answers when asked for `/`, and otherwise when the test does; what is large is taken by nobody. */
const server = createServer((request, response) => {
  const turn = Conversation.of(request.socket).begin(request, response) as NodeTurn
  if (request.url === '/later') {
    waiting.push({ turn, response })
    return
  }
  response.end(request.url === '/' ? 'ok' : Buffer.alloc(64_000_000))
  turn.end()
})
server.on('connection', (socket: Socket) => watch.add(socket))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())

/** Both ends of a new connection. */
async function open(): Promise<{ client: Socket; accepted: Socket }> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  after(() => client.destroy())
  client.on('error', () => {})
  const [accepted] = (await once(server, 'connection')) as [Socket]
  return { client, accepted }
}

function pass(ms: number): void {
  clock.advance(ms)
  watch.look()
}

async function ask(client: Socket, accepted: Socket, path: string, more = ''): Promise<void> {
  const before = accepted.bytesRead
  client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`)
  if (path === '/') await once(client, 'data')
  else while (accepted.bytesRead === before) await new Promise(setImmediate)
}

test('a connection that never asks for anything ends', async () => {
  const { client, accepted } = await open()
  pass(999)
  assert.equal(accepted.destroyed, false)
  pass(1)
  assert.equal(accepted.destroyed, true)
  await once(client, 'close')
})

test('a request that came in the meantime starts the time anew', async () => {
  const { client, accepted } = await open()
  for (let i = 0; i < 5; i++) {
    await ask(client, accepted, '/')
    pass(999)
    assert.equal(accepted.destroyed, false)
  }
  pass(999)
  pass(1)
  assert.equal(accepted.destroyed, true)
})

for (const { name, path, more } of [
  { name: 'whose request does not come to its end', path: '/later', more: 'Content-Length: 5\r\n' },
  { name: 'whose client takes nothing of its answer', path: '/large', more: '' },
]) {
  test(`a connection ends ${name}`, async () => {
    const { client, accepted } = await open()
    client.pause()
    await ask(client, accepted, path, more)
    // Until what the system takes at once has been taken.
    await new Promise(setImmediate)
    pass(1)
    pass(999)
    assert.equal(accepted.destroyed, false)
    pass(1)
    assert.equal(accepted.destroyed, true)
  })
}

test('a connection whose client waits for an answer, or for the rest of one, lives on until it has it', async () => {
  const { client, accepted } = await open()
  waiting.length = 0
  await ask(client, accepted, '/later')
  const { turn, response } = waiting[0] as (typeof waiting)[0]
  for (let i = 0; i < 900; i++) pass(1_000)
  assert.equal(accepted.destroyed, false)
  response.write('begin')
  await once(client, 'data')
  for (let i = 0; i < 900; i++) pass(1_000)
  assert.equal(accepted.destroyed, false)
  response.end('end')
  turn.end()
  await once(client, 'data')
  pass(1)
  pass(999)
  assert.equal(accepted.destroyed, false)
  pass(1)
  assert.equal(accepted.destroyed, true)
})
