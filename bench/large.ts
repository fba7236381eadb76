/**
 * `npm run bench:large`: one large answer through the gateway and through nginx, taking turns, each on one core, with the client
 * and the back end on the other. What counts is the rate and the CPU time beside nginx's (above 1: better), and how much the
 * gateway's memory grows by it. On a busy machine the CPU time says more than the rate.
 *
 *     npm run bench:large -- --megabytes 1024 --rounds 3
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { startBackend, startNginx } from './http/peers.ts'
import { cpuMicros, freePort, isInstalled, residentBytes, startOnCore } from './http/processes.ts'

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '3' },
  },
})
const bytes = Number(values.megabytes) * 1024 ** 2
const serverCore = 0
const clientCore = availableParallelism() > 1 ? 1 : 0

if (!isInstalled('curl') || !isInstalled('nginx')) {
  console.error('The bench needs curl and nginx: apt-get install curl nginx-light')
  process.exit(2)
}

const folder = await mkdtemp(join(tmpdir(), 'portcullis-large-'))
const stops: (() => Promise<void>)[] = []
try {
  await bench()
} finally {
  for (const stop of stops.reverse()) await stop()
  await rm(folder, { recursive: true, force: true })
}

async function bench(): Promise<void> {
  const backend = await startBackend(folder, clientCore)
  stops.push(backend.stop)
  const file = await open(join(folder, 'backend', 'large'), 'w')
  await file.truncate(bytes)
  await file.close()
  const nginx = await startNginx(folder, serverCore, backend.port)
  stops.push(nginx.stop)
  const port = await freePort()
  const gateway = await startOnCore(
    serverCore,
    [
      ...[process.execPath, new URL('../src/cli.js', import.meta.url).pathname, 'start'],
      ...['--port', String(port), '--threads', '1', '--no-example', '--log-level', 'error'],
      ...['--limits', 'none', '--data-dir', join(folder, 'data')],
    ],
    port,
  )
  stops.push(gateway.stop)
  const url = await deploy(port, backend.port)
  const contenders = [
    { name: 'nginx', pid: nginx.pid, url: `http://127.0.0.1:${nginx.port}/large` },
    { name: 'portcullis, buffered', pid: gateway.pid, url: `${url}/buffered` },
    { name: 'portcullis, STREAM', pid: gateway.pid, url: `${url}/stream` },
  ]
  const rates = new Map<string, number[]>()
  const cpu = new Map<string, number[]>()
  const growth = new Map<string, number>()
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const { name, pid, url: target } of contenders) {
      const before = residentBytes(pid)
      const cpuBefore = cpuMicros(pid)
      const { seconds, peakBytes } = await download(target, pid)
      // Round 0 warms up.
      if (round === 0) continue
      rates.set(name, [...(rates.get(name) ?? []), bytes / 1024 ** 2 / seconds])
      cpu.set(name, [...(cpu.get(name) ?? []), (cpuMicros(pid) - cpuBefore) / 1000])
      growth.set(name, Math.max(growth.get(name) ?? 0, peakBytes - before))
    }
  }
  const base = median(rates.get('nginx') ?? [])
  const baseCpu = median(cpu.get('nginx') ?? [])
  for (const { name } of contenders) {
    const rate = median(rates.get(name) ?? [])
    const used = median(cpu.get(name) ?? [])
    const grown = ((growth.get(name) ?? 0) / 1024 ** 2).toFixed(0)
    console.log(
      `${name.padEnd(22)}${rate.toFixed(0).padStart(6)} MB/s   × ${(rate / base).toFixed(2)}   CPU ${used.toFixed(0)} ms, × ${(baseCpu / used).toFixed(2)}   memory +${grown} MB`,
    )
  }
}

async function deploy(port: number, backend: number): Promise<string> {
  const apis = new APIGatewayClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const proxy = (responseTransferMode: string) => ({
    get: {
      responses: { 200: { description: 'ok' } },
      'x-amazon-apigateway-integration': {
        type: 'http_proxy',
        httpMethod: 'GET',
        uri: `http://127.0.0.1:${backend}/large`,
        responseTransferMode,
      },
    },
  })
  const definition = {
    openapi: '3.0.1',
    info: { title: 'large', version: '1' },
    'x-amazon-apigateway-binary-media-types': ['*/*'],
    paths: { '/buffered': proxy('BUFFERED'), '/stream': proxy('STREAM') },
  }
  const api = await apis.send(
    new ImportRestApiCommand({ body: Buffer.from(JSON.stringify(definition)) }),
  )
  await apis.send(new CreateDeploymentCommand({ restApiId: api.id, stageName: 'bench' }))
  return `http://127.0.0.1:${port}/_aws/execute-api/${api.id}/bench`
}

async function download(
  url: string,
  pid: number,
): Promise<{ readonly seconds: number; readonly peakBytes: number }> {
  let peakBytes = 0
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(pid))
  }, 20)
  const command = ['-c', String(clientCore), 'curl', '-sf', '-o', '/dev/null', '-w']
  const child = spawn('taskset', [...command, '%{size_download} %{time_total}', url])
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await once(child, 'close')
  clearInterval(watch)
  const [size, seconds] = text.split(' ').map(Number)
  if (size !== bytes || seconds === undefined) throw new Error(`${url} gave ${size} bytes`)
  return { seconds, peakBytes }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
