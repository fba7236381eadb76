/** The first thing that a bootstrap of ours is told: what there is to know of the function, once for all invocations. */
import type { Runtime } from './runtimes.ts'
import type { FunctionSettings } from './settings.ts'
import { logGroupOf, logLevelOf } from './variables.ts'

/** JSON for the frame `settings`; `task` is where the process finds the code. */
export function descriptionOf(
  runtime: Runtime,
  settings: FunctionSettings,
  start: {
    readonly task: string
    readonly logStream: string
    readonly responseLimitBytes: number
  },
): string {
  const { arn, name, version, handler, timeoutMs, memoryMb } = settings
  return JSON.stringify({
    arn,
    name,
    version,
    handler,
    folder: start.task,
    timeoutMs,
    memory: String(memoryMb),
    logGroup: logGroupOf(settings),
    logStream: start.logStream,
    logLevel: logLevelOf(settings),
    runtimeMajor: runtime.type === 'node' ? runtime.major : undefined,
    runtimeMinor: runtime.type === 'python' ? runtime.minor : undefined,
    responseLimitBytes: start.responseLimitBytes,
  })
}
