/**
 * What the platform itself says in a function's log, in both of Lambda's log formats: START, END and REPORT lines, or JSON
 * records such as `{"time":…,"type":"platform.start","record":{…}}`, which have levels.
 *
 * The records are those of https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html, their levels
 * those of https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html. What only AWS has
 * (ARNs of runtime versions, spans, tracing) is left out.
 */

/** How something ended that the platform reports on. */
export type Failure = 'timeout' | { readonly errorType: string }

export type Initialization = 'on-demand' | 'provisioned-concurrency'

interface AnyEvent {
  readonly timeMs: number
}

/** An environment begins to load the function. */
export interface InitStart extends AnyEvent {
  readonly type: 'initStart'
  readonly initialization: Initialization
  readonly runtimeVersion: string
  readonly functionName: string
  readonly functionVersion: string
}

/** It has loaded the function, or could not. */
export interface InitReport extends AnyEvent {
  readonly type: 'initReport'
  readonly initialization: Initialization
  readonly durationMs: number
  /** Undefined: it is loaded. */
  readonly failure: Failure | undefined
}

/** An invocation begins. */
export interface Start extends AnyEvent {
  readonly type: 'start'
  readonly requestId: string
  readonly version: string
}

/** An invocation is over: what END, REPORT and their records say. */
export interface Done extends AnyEvent {
  readonly type: 'runtimeDone' | 'report'
  readonly requestId: string
  readonly durationMs: number
  readonly memoryMb: number
  readonly peakMemoryKb: number
  /** Only of the first invocation of an environment. */
  readonly initMs: number | undefined
  /** The function itself failed, or the platform ended it. */
  readonly failure: Failure | undefined
  /** The failure is the function's own, of which REPORT does not speak. */
  readonly isOwnFailure: boolean
}

export type PlatformEvent = InitStart | InitReport | Start | Done

/** The least level of JSON records that is logged. */
export type SystemLevel = 'DEBUG' | 'INFO' | 'WARN'

const weights: Readonly<Record<SystemLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2 }

/** The line of the plain format; undefined where it has none, as for loading that went well. */
export function textOf(event: PlatformEvent): string | undefined {
  switch (event.type) {
    case 'initStart':
      return `INIT_START Runtime Version: ${event.runtimeVersion}`
    case 'initReport':
      return event.failure && initReportLine(event.durationMs, event.failure)
    case 'start':
      return `START RequestId: ${event.requestId} Version: ${event.version}`
    case 'runtimeDone':
      return `END RequestId: ${event.requestId}`
    case 'report':
      return reportLine(event)
    default:
      return event satisfies never
  }
}

/** The record of the JSON format; undefined when its level is below `least`. */
export function jsonOf(event: PlatformEvent, least: SystemLevel): string | undefined {
  if (weights[levelOf(event)] < weights[least]) return undefined
  const time = new Date(event.timeMs).toISOString()
  return JSON.stringify({ time, type: `platform.${event.type}`, record: recordOf(event) })
}

function initReportLine(durationMs: number, failure: Failure): string {
  const took = `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\t`
  return failure === 'timeout'
    ? `${took}Status: timeout`
    : `${took}Status: error\tError Type: ${failure.errorType}`
}

function reportLine(event: Done): string {
  const { durationMs, initMs, failure } = event
  let line =
    `REPORT RequestId: ${event.requestId}\tDuration: ${durationMs.toFixed(2)} ms\t` +
    `Billed Duration: ${billedMs(event)} ms\tMemory Size: ${event.memoryMb} MB\t` +
    `Max Memory Used: ${Math.ceil(event.peakMemoryKb / 1024)} MB\t`
  if (initMs !== undefined) line += `Init Duration: ${initMs.toFixed(2)} ms\t`
  if (failure === 'timeout') line += 'Status: timeout'
  else if (failure !== undefined && !event.isOwnFailure) {
    line += `Status: error\tError Type: ${failure.errorType}`
  }
  return line
}

function billedMs({ durationMs, initMs = 0 }: Done): number {
  return Math.ceil(durationMs + initMs)
}

function levelOf(event: PlatformEvent): SystemLevel {
  if (event.type === 'initStart' || event.type === 'start') return 'INFO'
  if (event.failure !== undefined) return 'WARN'
  if (event.type === 'report') return 'INFO'
  return event.type === 'initReport' && event.initialization !== 'on-demand' ? 'INFO' : 'DEBUG'
}

function recordOf(event: PlatformEvent): Record<string, unknown> {
  switch (event.type) {
    case 'initStart': {
      const { initialization, runtimeVersion, functionName, functionVersion } = event
      return {
        initializationType: initialization,
        phase: 'init',
        runtimeVersion,
        functionName,
        functionVersion,
      }
    }
    case 'initReport':
      return {
        initializationType: event.initialization,
        phase: 'init',
        ...statusOf(event.failure),
        metrics: { durationMs: rounded(event.durationMs) },
      }
    case 'start':
      return { requestId: event.requestId, version: event.version }
    case 'runtimeDone':
      return {
        requestId: event.requestId,
        ...statusOf(event.failure),
        metrics: { durationMs: rounded(event.durationMs) },
      }
    case 'report':
      return {
        requestId: event.requestId,
        metrics: {
          durationMs: rounded(event.durationMs),
          billedDurationMs: billedMs(event),
          memorySizeMB: event.memoryMb,
          maxMemoryUsedMB: Math.ceil(event.peakMemoryKb / 1024),
          ...(event.initMs !== undefined && { initDurationMs: rounded(event.initMs) }),
        },
        ...statusOf(event.failure),
      }
    default:
      return event satisfies never
  }
}

/** The schema also has `failure`; that what a function does wrong is always an `error` is a guess. */
function statusOf(failure: Failure | undefined): { status: string; errorType?: string } {
  if (failure === undefined) return { status: 'success' }
  return failure === 'timeout'
    ? { status: 'timeout' }
    : { status: 'error', errorType: failure.errorType }
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
