/** The function runner that the options ask for. */
import { systemClock } from './base/clock.ts'
import type { OnLog } from './lambda/log.ts'
import { FunctionRunner } from './lambda/runner.ts'
import type { CredentialsOf } from './lambda/settings.ts'
import type { Options } from './options.ts'

/** Throws an Error that says what to do when functions cannot be isolated here, as `--isolate` asks. */
export function runnerFrom(
  options: Options,
  credentialsOf: CredentialsOf,
  onLog: OnLog,
): FunctionRunner {
  return new FunctionRunner({
    clock: systemClock,
    maxEnvironments: options.functionEnvironments,
    idleMs: options.functionIdleMs,
    pythonPath: options.pythonPath,
    ...(options.nodePath !== null && { nodePath: options.nodePath }),
    ...(options.isolate && { sandbox: { bubblewrap: 'bwrap', network: options.isolateNetwork } }),
    credentialsOf,
    onLog,
  })
}
