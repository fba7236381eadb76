/** Makes what runs functions, from the options: the runner, the logs, functions elsewhere, and the Lambda API on top. */
import { join } from 'node:path'
import type { Finder } from './aws/identity-finder.ts'
import { AwsCalls } from './aws-call.ts'
import { systemClock } from './base/clock.ts'
import type { MasterKey } from './base/master-key.ts'
import { FunctionCalls } from './function-calls.ts'
import { functionCredentials } from './function-credentials.ts'
import { FunctionLogs } from './function-logs.ts'
import { runnerFrom } from './function-runner.ts'
import { functionUrlFinder } from './function-url-calls.ts'
import { FunctionUrls } from './function-urls/server.ts'
import type { IntegrationTools } from './integrations/prepare.ts'
import type { Log } from './observe/log.ts'
import type { Options } from './options.ts'
import { RemoteFunctions } from './remote-functions.ts'
import { RotatingFile } from './rotating-file.ts'
import type { Store } from './store/store.ts'

export interface OpenFunctions {
  readonly calls: FunctionCalls
  readonly logs: FunctionLogs
  readonly urls: FunctionUrls
  close(): Promise<void>
}

const deadLetterFileBytes = 16 * 1024 * 1024
const deadLetterFilesKept = 4

/** `store` is null when it cannot be opened. `identities` knows who may sign for function URLs, and the roles of functions. */
export function openFunctions(
  options: Options,
  store: Store | null,
  { client, aws: access }: Pick<IntegrationTools, 'client' | 'aws'>,
  log: Log,
  masterKey: MasterKey,
  identities: Finder,
): OpenFunctions {
  const report = (error: unknown) => log.error(String(error))
  const logs = new FunctionLogs(join(options.dataDir, 'logs'), report)
  const credentialsOf = functionCredentials(identities, systemClock, text => log.warn(text))
  const runner = runnerFrom(options, credentialsOf, line => {
    logs.add(line)
    log.info(line.text, { function: line.arn, requestId: line.requestId })
  })
  const { connectTimeoutMs, answerLimitBytes } = options
  const aws = new AwsCalls({ client, ...access, connectTimeoutMs, answerLimitBytes })
  const calls = new FunctionCalls({
    store,
    runner,
    dataDir: options.dataDir,
    masterKey,
    clock: systemClock,
    log,
    remote: new RemoteFunctions({ named: options.functions, aws, client, connectTimeoutMs }),
    aws,
    deadLetters: new RotatingFile({
      path: join(options.deadLetters ?? join(options.dataDir, 'dead-letters'), 'events.jsonl'),
      limitBytes: deadLetterFileBytes,
      kept: deadLetterFilesKept,
      report,
    }),
  })
  return {
    calls,
    logs,
    urls: new FunctionUrls({
      find: functionUrlFinder(store, calls),
      findIdentity: identities.findIdentity,
      log: (level, message, requestId) => log[level](message, { requestId }),
    }),
    async close() {
      calls.close()
      await runner.close()
      await logs.flush()
    },
  }
}
