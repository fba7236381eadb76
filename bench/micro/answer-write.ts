/**
 * How an answer's body leaves: as one latin1 string with the head, or as the Buffer that it is beside the head (writev). CPU time
 * of server and client in one process, in short rounds taking turns; the lowest and the median of each. Run by itself:
 * `node bench/micro/answer-write.ts`.
 */
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

const sizes = [100, 512, 1024, 2048, 4096, 10_240, 16_384]
const rounds = 15
const perRound = 1500
const connections = 16
const head = ['x-amzn-RequestId', 'b3f1a2c4-0000-4000-8000-000000000000', 'Content-Type', 'a/b']

const ways: Readonly<Record<string, (response: ServerResponse, body: Buffer) => void>> = {
  joined: (response, body) => response.end(body.toString('latin1'), 'latin1'),
  beside: (response, body) => response.end(body),
}

let way = ways['joined'] as (response: ServerResponse, body: Buffer) => void
let source = Buffer.alloc(0)
const server = createServer((_request, response) => {
  response.sendDate = false
  response.writeHead(200, [...head, 'Content-Length', String(source.length)])
  // As it comes from a back end: a new one each time.
  way(response, Buffer.from(source))
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

for (const size of sizes) {
  source = Buffer.alloc(size, 'x')
  const results = new Map<string, number[]>(Object.keys(ways).map(name => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(ways)) {
      way = run
      const before = process.cpuUsage()
      await load(size)
      const { user, system } = process.cpuUsage(before)
      if (round > 0) results.get(name)?.push((user + system) / perRound)
    }
  }
  const texts = Array.from(results, ([name, all]) => {
    all.sort((a, b) => a - b)
    return `${name} ${all[0]?.toFixed(1)}, ${all[all.length >> 1]?.toFixed(1)}`
  })
  console.log(`${String(size).padStart(6)} bytes   ${texts.join('   ')}   CPU µs`)
}
server.closeAllConnections()
server.close()

/** Sends `perRound` requests over some connections, each the next when the last is answered. */
async function load(size: number): Promise<void> {
  let left = perRound
  const clients = Array.from({ length: connections }, () => {
    return new Promise<void>(resolve => {
      let received = 0
      let whole = 0
      const socket = connect({
        port,
        host: '127.0.0.1',
        onread: {
          buffer: Buffer.alloc(65_536),
          callback: (length, bytes) => {
            if (whole === 0) whole = Buffer.from(bytes).indexOf('\r\n\r\n') + 4 + size
            received += length
            if (received < whole) return true
            received = 0
            if (left-- > 0) socket.write(request, 'latin1')
            else socket.end()
            return true
          },
        },
      })
      socket.on('close', () => resolve())
      socket.write(request, 'latin1')
      left--
    })
  })
  await Promise.all(clients)
}
