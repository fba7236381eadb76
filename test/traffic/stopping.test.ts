import assert from 'node:assert/strict'
import { Agent, type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { api, mock, operation, startBackend, startGateway } from './harness.ts'

function get(port: number, agent: Agent, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent }, answer => {
      answer.resume()
      answer.on('end', () => resolve(answer))
    })
    sent.on('error', reject)
    sent.end()
  })
}

const keptAlive = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 })

test('a gateway that stops answers what runs and does not wait for idle connections', async () => {
  const t = await startGateway()
  const { promise: arrived, resolve: noteArrival } = Promise.withResolvers<() => void>()
  const backend = await startBackend((_, response) => noteArrival(() => response.end('held')))
  const apiId = await t.deploy(
    api({
      '/x': { get: mock('fine') },
      '/held': { get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: backend.url }) },
    }),
  )
  const [idle, busy] = [keptAlive(), keptAlive()]
  const { port } = t.gateway
  await get(port, idle, `/_aws/execute-api/${apiId}/test/x`)
  const running = get(port, busy, `/_aws/execute-api/${apiId}/test/held`)
  const answer = await arrived
  const closed = t.gateway.close()
  answer()
  assert.equal((await running).statusCode, 200)
  const startedAt = performance.now()
  await closed
  assert.ok(performance.now() - startedAt < 2000, 'an idle connection held up the end')
  for (const agent of [idle, busy]) agent.destroy()
  await backend.close()
  await t.close()
})

test('clients that go on asking a gateway that stops are answered and told to close', async () => {
  const t = await startGateway()
  const path = `/_aws/execute-api/${await t.deploy(api({ '/x': { get: mock('fine') } }))}/test/x`
  const { port } = t.gateway
  const { promise: warm, resolve: noteWarm } = Promise.withResolvers<void>()
  let asked = 0
  const clients = Array.from({ length: 20 }, async () => {
    const agent = keptAlive()
    for (;;) {
      const answer = await get(port, agent, path)
      assert.equal(answer.statusCode, 200)
      if (++asked === 200) noteWarm()
      if (answer.headers.connection === 'close') break
    }
    agent.destroy()
  })
  await warm
  await Promise.all([t.gateway.close(), ...clients])
  await t.close()
})
