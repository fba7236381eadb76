/**
 * The client for back ends against node's own: 100-byte answers, 64 calls at a time, keep-alive, the
 * back end a bare socket server in another process. CPU is this process's, user and system.
 *
 *     node bench/micro/http-client.ts [calls]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { HttpClient } from '../../src/integrations/http/client.ts'
import { httpTarget } from '../../src/integrations/http/http-call.ts'

const concurrency = 64
const body = 'x'.repeat(100)
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 22 Nov 2026 15:00:00 GMT\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)

if (process.argv[2] === 'back-end') serve()
else await compare(Number(process.argv[2] ?? 200_000))

/** Answers every read with one answer: requests here come one to a read. */
function serve(): void {
  const server = createServer({ noDelay: true }, socket => {
    socket.on('data', () => socket.write(answer))
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit())
}

async function compare(calls: number): Promise<void> {
  const backEnd = fork(fileURLToPath(import.meta.url), ['back-end'])
  const [port] = (await once(backEnd, 'message')) as [number]
  await measure('lean client', calls, lean(port))
  await measure('node:http, Agent', calls / 4, agent(port))
  await measure('global fetch', calls / 8, viaFetch(port))
  backEnd.disconnect()
}

async function measure(name: string, calls: number, call: () => Promise<number>): Promise<void> {
  await run(Math.ceil(calls / 10), call)
  const before = process.cpuUsage()
  const start = performance.now()
  await run(calls, call)
  const seconds = (performance.now() - start) / 1000
  const cpu = process.cpuUsage(before)
  const rate = Math.round(calls / seconds).toLocaleString('en')
  const micros = ((cpu.user + cpu.system) / calls).toFixed(1)
  console.log(
    `${name.padEnd(18)} ${rate.padStart(9)} calls/s   ${micros.padStart(6)} µs CPU a call`,
  )
}

async function run(calls: number, call: () => Promise<number>): Promise<void> {
  let left = calls
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      if ((await call()) !== body.length) throw new Error('Wrong answer')
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

function lean(port: number): () => Promise<number> {
  const client = new HttpClient()
  const target = httpTarget({ secure: false, host: '127.0.0.1', port })
  const headers = ['Host', `127.0.0.1:${port}`, 'Accept', '*/*', 'User-Agent', 'bench', 'X-A', 'b']
  return async () => {
    const { body } = await client.call(
      {
        target,
        method: 'GET',
        path: '/',
        headers,
        body: null,
        connectTimeoutMs: 1000,
        timeoutMs: 29_000,
      },
      1e7,
    )
    return body.length
  }
}

function agent(port: number): () => Promise<number> {
  const keepAlive = new Agent({ keepAlive: true, maxSockets: 256 })
  const headers = { Accept: '*/*', 'User-Agent': 'bench', 'X-A': 'b' }
  return () =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, agent: keepAlive, headers }, incoming => {
        let length = 0
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length
        })
        incoming.on('end', () => resolve(length))
      })
      outgoing.setTimeout(29_000)
      outgoing.on('error', reject)
      outgoing.end()
    })
}

function viaFetch(port: number): () => Promise<number> {
  const headers = { Accept: '*/*', 'User-Agent': 'bench', 'X-A': 'b' }
  return async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers })
    return (await answer.arrayBuffer()).byteLength
  }
}
