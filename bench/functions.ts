/**
 * `npm run bench:functions`: what a function behind the public port costs beside a mock (the same request, the same wrk), how
 * many invocations a second two environments make, and, with `--peers`, the same function in serverless-offline. Every
 * server has all cores, as a user's has. `bench:micro -- lambda idle-environments` has what needs no port.
 *
 *     npm run bench:functions -- --seconds 4 --rounds 3 --peers --json
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deployFunctions, startForFunctions } from './http/functions-gateway.ts'
import { hasWrk } from './http/gateway.ts'
import { type LoadResult, runLoad } from './http/load.ts'
import { startServerlessOffline } from './http/serverless-offline.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

interface Scenario {
  readonly name: string
  readonly pid: number
  readonly url: string
  readonly connections: number
}

interface Round extends LoadResult {
  readonly scenario: string
  readonly round: number
}

if (!hasWrk()) {
  console.error('The bench needs wrk: apt-get install wrk')
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
  const gateway = await startForFunctions(folder)
  stops.push(gateway.stop)
  const urls = await deployFunctions(gateway.port)
  const scenarios: Scenario[] = []
  for (const connections of [1, 64]) {
    for (const [name, url] of Object.entries(urls)) {
      scenarios.push({ name: `${name}, ${connections}`, pid: gateway.pid, url, connections })
    }
  }
  if (values.peers) {
    const peer = await startServerlessOffline(folder)
    if (peer !== undefined) {
      stops.push(peer.stop)
      const { pid } = peer
      const url = `http://127.0.0.1:${peer.port}/dev/node`
      for (const connections of [1, 64]) {
        scenarios.push({ name: `serverless-offline, ${connections}`, pid, url, connections })
      }
    }
  }
  const rounds = await measure(scenarios)
  console.log(values.json ? JSON.stringify(rounds, null, 2) : table(rounds))
}

/** Round by round through all, so that a drift of the machine's speed hits each the same; round 0 warms up. */
async function measure(scenarios: readonly Scenario[]): Promise<Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const { name, pid, url, connections } of scenarios) {
      const seconds = Number(values.seconds)
      const result = await runLoad({ url, headers: {} }, pid, { seconds, connections })
      process.stderr.write(`round ${round} ${name}: ${result.requestsPerSecond.toFixed(0)}/s\n`)
      if (round > 0) rounds.push({ scenario: name, round, ...result })
    }
  }
  return rounds
}

function table(rounds: readonly Round[]): string {
  const head = '| scenario, connections | round | req/s | p50 ms | p99 ms | CPU µs | errors |'
  const rule = '| --- | ---: | ---: | ---: | ---: | ---: | ---: |'
  const byName = [...rounds].sort((a, b) => a.scenario.localeCompare(b.scenario))
  const lines = byName.map(
    row =>
      `| ${row.scenario} | ${row.round} | ${row.requestsPerSecond.toFixed(0)} | ${row.p50Ms.toFixed(2)} | ` +
      `${row.p99Ms.toFixed(2)} | ${row.cpuMicrosPerRequest.toFixed(0)} | ${row.errors} |`,
  )
  return [head, rule, ...lines].join('\n')
}
