import assert from 'node:assert/strict'
import { Agent, type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { api, mock, operation, startBackend, startGateway } from './harness.ts'

test('a gateway that stops answers what runs, ends connections with their next answer, and does not wait for idle ones', async () => {
  const t = await startGateway()
  let answerHeld: () => void = () => undefined
  const arrived = new Promise<void>(resolve => {
    const held = startBackend((_, response) => {
      answerHeld = () => response.end('held')
      resolve()
    })
    backend = held
  })
  const { url, close } = await backend
  const apiId = await t.deploy(
    api({
      '/x': { get: mock('fine') },
      '/held': { get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: url }) },
    }),
  )
  const agents = [1, 2, 3].map(() => new Agent({ keepAlive: true, maxSockets: 1 }))
  const get = (agent: Agent | undefined, path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: t.gateway.port,
          path: `/_aws/execute-api/${apiId}/test${path}`,
          ...(agent === undefined ? {} : { agent }),
        },
        answer => {
          answer.resume()
          answer.on('end', () => resolve(answer))
        },
      )
      sent.on('error', reject)
      sent.end()
    })
  const [idle, busy] = agents
  await get(idle, '/x')
  const running = get(busy, '/held')
  await arrived
  const closed = t.gateway.close()
  answerHeld()
  assert.equal((await running).statusCode, 200)
  const startedAt = performance.now()
  await closed
  assert.ok(performance.now() - startedAt < 2000, 'an idle connection held up the end')
  for (const agent of agents) agent.destroy()
  await close()
  await t.close()
})

let backend: ReturnType<typeof startBackend>
