/**
 * `npm run bench`: the gateway beside nginx, haproxy and caddy, in one run, with the same wrk settings, taking turns, each
 * server alone on one core and wrk with the back end on the other. Prints a table, bars and the gateway's own figures.
 *
 *     npm run bench -- --seconds 4 --rounds 3 --connections 64 --only proxy-100,mock --json
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hasWrk, startGateway, startToFirstAnswer } from './http/gateway.ts'
import { type LoadResult, type LoadTarget, runLoad } from './http/load.ts'
import { startBackend, startPeers } from './http/peers.ts'
import { isInstalled, type Running, residentBytes } from './http/processes.ts'
import { type Row, reportText, rowOf } from './http/report.ts'
import { curveScenario, curveText, deployRoutes, routeCounts } from './http/route-curve.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

interface Contender {
  readonly server: string
  readonly pid: number
  readonly target: LoadTarget
}

if (!hasWrk() || !isInstalled('nginx')) {
  console.error('The bench needs wrk and nginx: apt-get install wrk nginx-light haproxy caddy')
  process.exit(2)
}

const folder = await mkdtemp(join(tmpdir(), 'portcullis-bench-'))
const stops: (() => Promise<void>)[] = []
try {
  await bench()
} finally {
  for (const stop of stops.reverse()) await stop()
  await rm(folder, { recursive: true, force: true })
}

async function bench(): Promise<void> {
  const cores = availableParallelism()
  const serverCore = 0
  const loadCore = cores > 1 ? 1 : 0
  const backend = await startBackend(folder, loadCore)
  stops.push(backend.stop)
  const peers = await startPeers(folder, serverCore, backend.port)
  for (const peer of peers) stops.push(peer.running.stop)
  const gateway = await startGateway(folder, serverCore, backend.port)
  stops.push(gateway.running.stop)

  const post = join(folder, 'post.lua')
  await writeFile(
    post,
    `wrk.method = "POST"
wrk.body = '{"name":"Rex","tags":["a","b","c"],"age":3}'
wrk.headers["Content-Type"] = "application/json"
`,
  )
  const own = (path: string, script?: string): Contender => ({
    server: 'portcullis',
    pid: gateway.running.pid,
    target: {
      url: `${gateway.apiUrl}${path}`,
      headers: {},
      ...(script === undefined ? {} : { script }),
    },
  })
  const beside = (path: string): Contender[] =>
    peers.map(peer => ({
      server: peer.name,
      pid: peer.running.pid,
      target: { url: `http://127.0.0.1:${peer.running.port}${path}`, headers: {} },
    }))
  const scenarios: Record<string, Contender[]> = {
    mock: [own('/mock')],
    cached: [own('/cached')],
    'proxy-100': [...beside('/100'), own('/100')],
    'proxy-10k': [...beside('/10k'), own('/10k')],
    'lambda-proxy': [own('/lambda')],
    vtl: [own('/vtl', post)],
    'vtl-http': [own('/vtl-http', post)],
    // nginx only passes its request on; what it is measured against does all that a definition can ask for.
    guarded: [
      ...beside('/100').filter(isNginx),
      { server: 'portcullis', pid: gateway.running.pid, target: gateway.guarded },
    ],
    validated: [...beside('/100').filter(isNginx), own('/validated', post)],
  }
  const rows = await measure(scenarios, loadCore)
  rows.push(...(await measureCurve(gateway.running, loadCore)))
  const resident = residentBytes(gateway.running.pid) / 1048576
  await gateway.running.stop()
  const startMs = await startToFirstAnswer(folder)
  if (values.json) {
    console.log(JSON.stringify({ rows, residentMb: resident, startMs }, null, 2))
    return
  }
  console.log(`\n${reportText(rows)}`)
  console.log(curveText(rows))
  console.log(`start to first answer   ${startMs.toFixed(0)} ms`)
  console.log(`resident after the load ${resident.toFixed(0)} MB, functions included`)
}

function isNginx({ server }: Contender): boolean {
  return server === 'nginx'
}

/** Comes last, because ten thousand routes fill the memory in which the others were measured. */
async function measureCurve({ pid, port }: Running, core: number): Promise<Row[]> {
  const scenarios: Record<string, Contender[]> = {}
  for (const routes of routeCounts.filter(count => isChosen(curveScenario(count)))) {
    const target = { url: await deployRoutes(port, routes), headers: {} }
    scenarios[curveScenario(routes)] = [{ server: 'portcullis', pid, target }]
  }
  return measure(scenarios, core)
}

function isChosen(scenario: string): boolean {
  return values.only === undefined || values.only.split(',').includes(scenario)
}

/** Round by round through all contenders, so that a drift of the machine's speed hits each the same. */
async function measure(scenarios: Record<string, Contender[]>, core: number): Promise<Row[]> {
  const settings = {
    seconds: Number(values.seconds),
    connections: Number(values.connections),
    core,
  }
  const results = new Map<Contender, LoadResult[]>()
  const chosen = Object.entries(scenarios).filter(([name]) => isChosen(name))
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [name, contenders] of chosen) {
      for (const contender of contenders) {
        // Round 0 warms up: pools, caches, and the compiler, which needs some 100,000 requests.
        const seconds = round === 0 ? 5 : settings.seconds
        const result = await runLoad(contender.target, contender.pid, { ...settings, seconds })
        if (round > 0) results.set(contender, [...(results.get(contender) ?? []), result])
        process.stderr.write(
          `round ${round} ${name} ${contender.server}: ${result.requestsPerSecond.toFixed(0)}/s\n`,
        )
      }
    }
  }
  return chosen.flatMap(([scenario, contenders]) =>
    contenders.map(contender => rowOf(scenario, contender.server, results.get(contender) ?? [])),
  )
}
