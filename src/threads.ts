/**
 * What the main thread and the data-plane threads say to each other. Programs travel as JSON text, written once for all
 * threads and for the disk; each thread compiles for itself, because closures cannot be sent.
 */

import type { UnknownRoles } from './aws/acting-role.ts'
import type { IdentitySnapshot } from './aws/identity.ts'
import type { Credentials } from './aws/sign.ts'
import type { Places } from './bucket-places.ts'
import type { SentAnswer, StreamNews, StreamReply } from './function-streams.ts'
import type { OriginMetrics } from './integrations/http/origin-counters.ts'
import type { PrivateNetwork } from './integrations/private-network.ts'
import type { FunctionCall } from './messages/messages.ts'
import type { DecisionRecord } from './observe/decision-record.ts'
import type { NetworkSettings } from './pipeline/source-network.ts'
import type { NearRoute } from './program/program.ts'

/** Given to a thread when it is made. */
export interface WorkerSettings {
  readonly host: string
  readonly port: number
  /** More than one thread listens on the port. */
  readonly reusePort: boolean
  readonly controlSocket: string
  readonly bodyLimitBytes: number
  readonly headTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly answerLimitBytes: number
  /** Bytes per second of a streamed answer after its first 10 MB; 0: unlimited. */
  readonly streamRate: number
  readonly connectTimeoutMs: number
  /** The longest silence within a streamed answer; null: the program says. */
  readonly streamIdleTimeoutMs: number | null
  readonly recordsKept: number
  /** The most that one stage's cache may take in the thread. */
  readonly cacheBytes: number
  /** The most that a stage's authorizers' answers, and all verified tokens, may take in the thread. */
  readonly authorizerBytes: number
  /** `--issuer`: id or ARN of a user pool -> URL of who issues its tokens. */
  readonly issuers: ReadonlyMap<string, string>
  /** Public keys of the built-in issuer; null: it is off. */
  readonly devIssuerKeys: { readonly keys: readonly object[] } | null
  readonly allowedTargets: readonly string[]
  readonly privateNetwork: PrivateNetwork
  readonly sourceNetworks: NetworkSettings
  readonly awsEndpoints: ReadonlyMap<string, string>
  readonly awsCredentials: Credentials | null
  readonly unknownRoles: UnknownRoles
  /** The account of the development credentials `test`/`test`; null: outside development. */
  readonly developmentAccount: string | null
  /** The name of the channel by which the threads tell each other what to forget. */
  readonly cacheChannel: string
  /** Memory of the token buckets, shared by all threads. */
  readonly buckets: SharedArrayBuffer
}

/** A program for the threads. */
export interface Publication {
  /** A `ProgramSource`, JSON text. */
  readonly source: string
  /** The token bucket of each method, by `VERB /path`. */
  readonly buckets: Places
}

export type ToWorker =
  /** What one turn of the main thread's event loop had to say. */
  | { readonly type: 'batch'; readonly messages: readonly ToWorker[] }
  | { readonly type: 'publish'; readonly id: number; readonly publication: Publication }
  | {
      readonly type: 'retract'
      readonly id: number
      readonly apiId: string
      readonly stage: string
    }
  | {
      readonly type: 'flush'
      readonly id: number
      readonly cache: 'answers' | 'authorizations'
      readonly apiId: string
      readonly stage: string
    }
  | { readonly type: 'identities'; readonly id: number; readonly snapshot: IdentitySnapshot }
  | { readonly type: 'listen'; readonly port: number }
  | { readonly type: 'explain'; readonly id: number; readonly requestId: string }
  | { readonly type: 'latest'; readonly id: number; readonly count: number }
  | { readonly type: 'origins'; readonly id: number }
  | { readonly type: 'invoked'; readonly id: number; readonly answer: SentAnswer }
  | StreamNews
  | { readonly type: 'stop' }

export type FromWorker =
  | { readonly type: 'batch'; readonly messages: readonly FromWorker[] }
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'listen-failed'; readonly message: string; readonly code: string }
  /** `error`: the program could not be compiled; the old one stays. */
  | { readonly type: 'done'; readonly id: number; readonly error: string | null }
  | { readonly type: 'explained'; readonly id: number; readonly found: Explained | null }
  | { readonly type: 'latest'; readonly id: number; readonly records: readonly PlainRecord[] }
  | { readonly type: 'origins'; readonly id: number; readonly origins: readonly OriginMetrics[] }
  | { readonly type: 'invoke'; readonly id: number; readonly call: FunctionCall }
  | StreamReply
  | { readonly type: 'log'; readonly level: 'warn' | 'error'; readonly message: string }
  | { readonly type: 'stopped' }

/** A decision record that can be sent: step names instead of steps. */
export type PlainRecord = Omit<DecisionRecord, 'steps'> & { readonly steps: readonly string[] }

export interface Explained {
  readonly record: PlainRecord
  /** After a miss: the routes of the current program that come nearest. */
  readonly nearest: readonly {
    readonly verb: string
    readonly path: string
    readonly why: string
  }[]
}

export function toPlain(record: DecisionRecord): PlainRecord {
  return { ...record, steps: record.steps.map(step => step.name) }
}

export function toNearest(near: readonly NearRoute[]): Explained['nearest'] {
  return near.map(({ route, why }) => ({ verb: route.httpMethod, path: route.resourcePath, why }))
}
