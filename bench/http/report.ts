/** The bench's table and its bars, for people; numbers are medians over the rounds. */
import type { LoadResult } from './load.ts'

export interface Row {
  readonly scenario: string
  readonly server: string
  readonly result: LoadResult
  /** Of all rounds: what the machine's other work adds least to. */
  readonly lowestCpuMicros: number
}

/** What the rounds of one server in one scenario come to. */
export function rowOf(scenario: string, server: string, results: readonly LoadResult[]): Row {
  const lowestCpuMicros = Math.min(...results.map(r => r.cpuMicrosPerRequest))
  return { scenario, server, result: medianResult(results), lowestCpuMicros }
}

/** The middle of each figure over the rounds of one server in one scenario. */
function medianResult(results: readonly LoadResult[]): LoadResult {
  return {
    requestsPerSecond: median(results.map(r => r.requestsPerSecond)),
    p50Ms: median(results.map(r => r.p50Ms)),
    p99Ms: median(results.map(r => r.p99Ms)),
    cpuMicrosPerRequest: median(results.map(r => r.cpuMicrosPerRequest)),
    errors: results.reduce((sum, r) => sum + r.errors, 0),
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const columns = [
  ...['scenario', 'server', 'req/s', 'p50 ms', 'p99 ms'],
  ...['CPU µs', '× nginx', 'lowest', '× nginx', 'errors'],
]

/**
 * `× nginx`: nginx's CPU time per request over this one's, in the scenario's own nginx row: throughput per core. First of the
 * medians over the rounds, then of the lowest rounds.
 */
export function reportText(rows: readonly Row[]): string {
  const lines = [columns, columns.map(name => '-'.repeat(name.length))]
  for (const row of rows) {
    const { result } = row
    const nginx = rows.find(r => r.scenario === row.scenario && r.server === 'nginx')
    lines.push([
      row.scenario,
      row.server,
      result.requestsPerSecond.toFixed(0),
      result.p50Ms.toFixed(2),
      result.p99Ms.toFixed(2),
      result.cpuMicrosPerRequest.toFixed(1),
      ratio(nginx?.result.cpuMicrosPerRequest, result.cpuMicrosPerRequest),
      row.lowestCpuMicros.toFixed(1),
      ratio(nginx?.lowestCpuMicros, row.lowestCpuMicros),
      String(result.errors),
    ])
  }
  const widths = columns.map((_, i) => Math.max(...lines.map(line => (line[i] as string).length)))
  const table = lines.map(line =>
    line.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  )
  return `${table.join('\n')}\n\n${bars(rows)}\n`
}

function ratio(nginxMicros: number | undefined, micros: number): string {
  return nginxMicros === undefined ? '' : (nginxMicros / micros).toFixed(2)
}

function bars(rows: readonly Row[]): string {
  const most = Math.max(...rows.map(row => row.result.requestsPerSecond))
  return rows
    .map(row => {
      const length = Math.round((row.result.requestsPerSecond / most) * 50)
      const name = `${row.scenario} ${row.server}`.padEnd(28)
      return `${name}${'█'.repeat(length)} ${row.result.requestsPerSecond.toFixed(0)}/s`
    })
    .join('\n')
}
