/**
 * What the client did for one origin since it was made: plain numbers that are counted where things happen, and read when
 * somebody asks (`/_portcullis/back-ends`). Origins come from definitions; the counters outlive the connections.
 */
import type { HttpFailure } from './errors.ts'

/** One origin's numbers, or the sums of several threads'. */
export interface OriginMetrics {
  /** `http://host:port` */
  readonly origin: string
  /** Connections, those that are idle included. */
  readonly open: number
  readonly idle: number
  readonly connecting: number
  /** Calls that wait for a connection. */
  readonly waiting: number
  readonly calls: number
  /** Calls that found an idle connection. */
  readonly reused: number
  /** Calls that were sent again, because a used connection had closed. */
  readonly retries: number
  readonly connections: number
  /** Of all connections that were made together, TLS included. */
  readonly connectMs: number
  readonly failures: Readonly<Partial<Record<HttpFailure, number>>>
}

export class OriginCounters {
  calls = 0
  reused = 0
  retries = 0
  connections = 0
  connectMs = 0
  readonly failures: Partial<Record<HttpFailure, number>> = {}

  noteFailure(type: HttpFailure): void {
    this.failures[type] = (this.failures[type] ?? 0) + 1
  }
}

/** Adds the numbers of the same origin up. */
export function sumOrigins(all: readonly OriginMetrics[]): OriginMetrics[] {
  const sums = new Map<string, OriginMetrics>()
  for (const one of all) {
    const sum = sums.get(one.origin)
    sums.set(one.origin, sum === undefined ? one : added(sum, one))
  }
  return [...sums.values()].sort((a, b) => a.origin.localeCompare(b.origin))
}

function added(a: OriginMetrics, b: OriginMetrics): OriginMetrics {
  const failures = { ...a.failures }
  for (const [type, count] of Object.entries(b.failures)) {
    // Object.entries loses the keys' type.
    failures[type as HttpFailure] = (failures[type as HttpFailure] ?? 0) + count
  }
  return {
    origin: a.origin,
    open: a.open + b.open,
    idle: a.idle + b.idle,
    connecting: a.connecting + b.connecting,
    waiting: a.waiting + b.waiting,
    calls: a.calls + b.calls,
    reused: a.reused + b.reused,
    retries: a.retries + b.retries,
    connections: a.connections + b.connections,
    connectMs: a.connectMs + b.connectMs,
    failures,
  }
}
