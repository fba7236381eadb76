/**
 * What one process of a function is started with beside its settings: where its files are and what it is told about
 * itself. On AWS the places are fixed; here they only are inside a sandbox.
 */
import type { Initialization } from './platform-events.ts'

/** Where things are, as the function sees them. */
export interface Places {
  readonly task: string
  /** What is /opt on AWS, the layer that wins first. */
  readonly layers: readonly string[]
  readonly temporary: string
  readonly bootstraps: string
}

/** What one start differs in from another of the same function. */
export interface Start {
  /** The environment's own folder. */
  readonly temporary: string
  readonly logStream: string
  /** `host:port` of the Runtime API, for custom runtimes. */
  readonly api: string | undefined
  readonly initialization: Initialization
}
