/**
 * `portcullis start`: the gateway in the foreground, with the example when the store is empty. The first Ctrl-C (or
 * SIGTERM) lets the requests that run end; another one exits at once.
 */
import type { Credentials } from '../aws/sign.ts'
import { findExample, type LoadedExample, loadExample } from '../example.ts'
import { createGateway, type Gateway } from '../gateway.ts'
import { createLog, type Log } from '../observe/log.ts'
import { isLoopback } from '../options/contradictions.ts'
import type { Options } from '../options.ts'
import { ControlClient, defaultEndpoint } from './control-client.ts'
import { CommandFailure } from './failure.ts'
import type { Words } from './print.ts'

/** Resolves when the gateway has stopped. Throws a `CommandFailure` when it cannot start. */
export async function start(options: Options, words: Words): Promise<void> {
  const log = createLog(options)
  const stopped = stopSignal()
  const gateway = await startGateway(options, log)
  surviveMistakes(log)
  try {
    const example = options.example ? await exampleOf(options, gateway, log) : undefined
    greet(options, gateway, example, words)
    await stopped
    words.say('')
    words.say('Stopping: requests that run get their answers. Ctrl-C again to stop at once.')
  } finally {
    await gateway.close()
  }
}

async function startGateway(options: Options, log: Log): Promise<Gateway> {
  try {
    return await createGateway(options, { log })
  } catch (cause) {
    log.debug('start failed', { error: cause })
    throw new CommandFailure((cause as Error).message, 1, { cause })
  }
}

/** An example that cannot be loaded is no reason not to start. */
async function exampleOf(
  options: Options,
  gateway: Gateway,
  log: Log,
): Promise<LoadedExample | undefined> {
  if (gateway.storeFault !== null) return undefined
  const credentials: Credentials = options.adminCredentials ?? {
    accessKeyId: 'test',
    secretAccessKey: 'test',
  }
  const client = new ControlClient({ endpoint: gateway.url, credentials, region: options.region })
  try {
    return gateway.isStoreEmpty
      ? await loadExample(client, options.account)
      : await findExample(client)
  } catch (error) {
    log.warn(`The example was not loaded: ${(error as Error).message}`)
    return undefined
  }
}

function greet(
  options: Options,
  gateway: Gateway,
  example: LoadedExample | undefined,
  words: Words,
): void {
  const { say, strong, dim } = words
  const mode =
    options.adminCredentials === null ? 'any well-formed credentials' : 'signed by the admin key'
  say('')
  say(`${strong('Portcullis')} is ready at ${strong(gateway.url)}`)
  say('')
  say(
    `  control plane   aws --endpoint-url ${gateway.url} apigateway get-rest-apis   ${dim(`(${mode})`)}`,
  )
  const elsewhere = gateway.url === defaultEndpoint ? '' : ` --endpoint ${gateway.url}`
  say(`  import an API   npx portcullis import openapi.yaml --stage dev${elsewhere}`)
  say(`  why an answer   npx portcullis explain <x-amzn-RequestId>${elsewhere}`)
  say(`  data            ${options.dataDir}`)
  if (example !== undefined) {
    say('')
    say('The example (examples/pets) answers through a function, a validator and an HTTP back end:')
    say('')
    for (const line of example.curls) say(`  ${line}`)
  }
  say('')
  if (isLoopback(options.host)) say(dim('Only this machine can connect. Ctrl-C stops.'))
}

/** How close together two signals are taken for one: npm passes on the Ctrl-C that the terminal has sent already. */
const sameSignalMs = 500

function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    let firstAt: number | null = null
    const onSignal = (signal: NodeJS.Signals): void => {
      const now = performance.now()
      if (firstAt === null) {
        firstAt = now
        resolve()
      } else if (now - firstAt > sameSignalMs) {
        process.exit(signal === 'SIGINT' ? 130 : 143)
      }
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

/**
 * A mistake of ours in one call must not end everybody's gateway; every change is a transaction, so that nothing
 * half-done is kept. It is logged with its stack, and is a bug to be fixed.
 */
function surviveMistakes(log: Log): void {
  process.on('uncaughtException', error =>
    log.error('unexpected error, please report it', { error }),
  )
  process.on('unhandledRejection', error =>
    log.error('unexpected rejection, please report it', { error }),
  )
}
