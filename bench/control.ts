/**
 * `npm run bench:control`: the control plane as its users meet it, through the public port, with the store on disk. The gateway
 * runs alone on one core. What has to hold stands beside each figure.
 *
 *     npm run bench:control -- --seconds 3
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort, startOnCore } from './http/processes.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' } } })
const secondsEach = Number(values.seconds)
const connections = 16
const authorization =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/apigateway/aws4_request, ' +
  'SignedHeaders=host, Signature=00'
const headers = { authorization, 'x-amz-date': '20260101T000000Z' }
const agent = new Agent({ keepAlive: true, maxSockets: connections + 1 })

const folder = await mkdtemp(join(tmpdir(), 'control-bench-'))
const port = await freePort()
const cli = new URL('../src/cli.js', import.meta.url).pathname
const flags = ['--threads', '1', '--no-example', '--log-level', 'error']
const running = await startOnCore(
  0,
  [
    ...[process.execPath, cli, 'start', '--port', String(port)],
    ...['--data-dir', join(folder, 'data'), ...flags],
  ],
  port,
)
try {
  await measure()
} finally {
  agent.destroy()
  await running.stop()
  await rm(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const { id } = await call('POST', '/restapis?mode=import', definition(500, 0))
  const paths = await timesOf(5, index =>
    call('PUT', `/restapis/${id}?mode=overwrite`, definition(500, index + 1)),
  )
  show('PutRestApi of 500 paths', `${paths.median} ms (worst ${paths.worst})`, '1,500 ms')

  const big = await call('POST', '/restapis?mode=import', definition(1000, 0))
  const pages = await timesOf(20, () =>
    call('GET', `/restapis/${big.id}/resources?limit=500&embed=methods`),
  )
  show('GetResources, page of 500, methods', `${pages.median} ms (worst ${pages.worst})`, '30 ms')
  const plain = await timesOf(20, () => call('GET', `/restapis/${big.id}/resources`))
  show('GetResources, page of 25', `${plain.median} ms (worst ${plain.worst})`, '30 ms')

  const reads = await rateOf(() => call('GET', `/restapis/${id}`))
  show('GetRestApi', `${reads}/s`, '1,000/s')
  const patch = (index: number) => ({
    patchOperations: [{ op: 'replace', path: '/description', value: String(index) }],
  })
  const writes = await rateOf(index => call('PATCH', `/restapis/${id}`, patch(index)))
  show('UpdateRestApi, acknowledged', `${writes}/s`, '400/s')

  await call('POST', `/restapis/${id}/deployments`, { stageName: 'dev' })
  const invoke = () => call('GET', `/_aws/execute-api/${id}/dev/v5p7`)
  const alone = await latencyOf(invoke)
  const load = rateOf(index => call('PATCH', `/restapis/${id}`, patch(index)))
  const beside = await latencyOf(invoke)
  await load
  show('data plane p99, alone', `${alone.toFixed(1)} ms`, '')
  show('data plane p99, beside writes', `${beside.toFixed(1)} ms`, `${(alone + 2).toFixed(1)} ms`)
}

/** Milliseconds, one call after another. */
async function timesOf(count: number, work: (index: number) => Promise<unknown>) {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const started = performance.now()
    await work(index)
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  const at = (place: number) => Math.round(times[place] ?? 0)
  return { median: at(count >> 1), worst: at(count - 1) }
}

/** Calls per second over several connections. */
async function rateOf(work: (index: number) => Promise<unknown>): Promise<number> {
  const until = performance.now() + secondsEach * 1000
  let done = 0
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      await work(done)
      done++
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  return Math.round(done / secondsEach)
}

/** The 99th percentile of one call after another, in milliseconds. */
async function latencyOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  const until = performance.now() + secondsEach * 900
  while (performance.now() < until) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  return times[Math.floor(times.length * 0.99)] ?? 0
}

function call(method: string, path: string, body?: object): Promise<{ id: string }> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const length = { 'content-length': String(Buffer.byteLength(text)) }
    const sent = request(
      { host: '127.0.0.1', port, method, path, agent, headers: { ...headers, ...length } },
      answer => {
        let received = ''
        answer.setEncoding('utf8').on('data', chunk => {
          received += chunk
        })
        answer.on('error', reject)
        answer.on('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(received || '{}'))
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${received}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}

/** Each operation has a parameter, a model and a MOCK with a template. */
function definition(count: number, version: number): object {
  const paths = Array.from({ length: count }, (_, index) => {
    const get = {
      operationId: `get${index}`,
      parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
      responses: {
        200: {
          description: 'ok',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
        },
      },
      'x-amazon-apigateway-integration': {
        type: 'mock',
        requestTemplates: { 'application/json': '{"statusCode":200}' },
        responses: {
          default: {
            statusCode: '200',
            responseTemplates: { 'application/json': `{"n":${index},"q":"$input.params('q')"}` },
          },
        },
      },
    }
    return [`/v${version}p${index}`, { get }]
  })
  return {
    openapi: '3.0.1',
    info: { title: 'bench', version: String(version) },
    paths: Object.fromEntries(paths),
    components: { schemas: { Pet: { type: 'object', properties: { name: { type: 'string' } } } } },
  }
}

function show(name: string, figure: string, wanted: string): void {
  console.log(`${name.padEnd(38)} ${figure.padEnd(24)} ${wanted && `wanted: ${wanted}`}`)
}
