#!/usr/bin/env node
/**
 * The command line: reads arguments, calls the command, turns what went wrong into advice and an exit code.
 * 0: done. 1: it could not be done. 2: it was asked for wrongly.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import {
  type ControlClientSettings,
  credentialsFrom,
  defaultEndpoint,
  regionFrom,
} from './cli/control-client.ts'
import { runDoctor } from './cli/doctor.ts'
import { explainRequest } from './cli/explain.ts'
import { CommandFailure } from './cli/failure.ts'
import { importDocument } from './cli/import.ts'
import { invokeFunction } from './cli/invoke.ts'
import { showLogs } from './cli/logs.ts'
import { wordsOn } from './cli/print.ts'
import { givenFlags, optionTerm, sourcesText, startFlags } from './cli/start-flags.ts'
import { printToken } from './cli/token.ts'
import { duration } from './options/kinds.ts'
import { OptionError, readOptions } from './options.ts'

const words = wordsOn(process.stdout, process.stderr)
const { env } = process

const program = new Command('portcullis')
  .description("An open API gateway that speaks Amazon API Gateway's language.")
  .version(versionOfPackage())
  .exitOverride()
  .configureOutput({ outputError: text => words.fail(reworded(text)) })
  .addHelpText(
    'after',
    `
Examples:
  portcullis start                                     a gateway on 127.0.0.1:4566, with an example API
  portcullis import openapi.yaml --stage dev           create or update the API of that title, and deploy it
  portcullis explain 6f1c9a52-…                        why the request with this x-amzn-RequestId got its answer
  aws --endpoint-url http://127.0.0.1:4566 apigateway get-rest-apis

portcullis COMMAND --help tells all about one command.`,
  )

const startCommand = program
  .command('start')
  .description('Run the gateway here until Ctrl-C.')
  .configureHelp({ optionTerm })
  .addHelpText('after', `\n${sourcesText}`)
  .action(async (values: Record<string, unknown>) => {
    const flags = givenFlags(values, name => startCommand.getOptionValueSource(name))
    const options = readOptions({ flags, env, cwd: process.cwd() })
    // Loaded here: the other commands need no gateway.
    const { start } = await import('./cli/start.ts')
    await start(options, words)
  })
for (const flag of startFlags()) startCommand.addOption(flag)

program
  .command('import')
  .description('Create or update an API from an OpenAPI or Swagger document, and deploy it.')
  .argument('<FILE>', 'the document, YAML or JSON; - reads standard input')
  .requiredOption('--stage <NAME>', 'The stage to deploy to.')
  .option('--name <NAME>', "The API's name. [the document's title]")
  .option(
    '--fail-on-warnings',
    'Change nothing when the document has parts that are not understood.',
  )
  .addOption(endpointOption())
  .addHelpText(
    'after',
    `
Signed with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in AWS_REGION; without them as test/test in us-east-1.

Example:
  portcullis import openapi.yaml --stage dev`,
  )
  .action(async (file: string, given: Record<string, string | boolean | undefined>) => {
    await importDocument(
      {
        file,
        stage: String(given['stage']),
        name: given['name'] === undefined ? undefined : String(given['name']),
        endpoint: checkedEndpoint(given['endpoint']),
        failOnWarnings: given['failOnWarnings'] === true,
      },
      env,
      words,
    )
  })

program
  .command('explain')
  .description('Tell why a request got its answer.')
  .argument('<REQUEST-ID>', 'the answer header x-amzn-RequestId')
  .option('--json', 'The whole decision record.')
  .addOption(endpointOption())
  .action(async (requestId: string, given: Record<string, string | boolean | undefined>) => {
    const endpoint = checkedEndpoint(given['endpoint'])
    await explainRequest(requestId, clientFor(endpoint), given['json'] === true, words)
  })

program
  .command('invoke')
  .description('Run a function once and print what it gives.')
  .argument('<FUNCTION>', 'its name or ARN; :VERSION or :ALIAS may follow')
  .option('--payload <JSON>', 'The event: JSON, @FILE, or @- for standard input. [empty]')
  .option('--log', 'Show the end of what it printed, on standard error.')
  .addOption(endpointOption())
  .addHelpText(
    'after',
    `
Signed and in the region as import is. The exit code is 1 when the function failed.

Example:
  portcullis invoke pets --payload '{"name": "Rex"}'`,
  )
  .action(async (functionName: string, given: Record<string, string | boolean | undefined>) => {
    const payload = given['payload'] === undefined ? null : String(given['payload'])
    const settings = clientFor(checkedEndpoint(given['endpoint']))
    const showsLog = given['log'] === true
    await invokeFunction({ functionName, payload, showsLog }, settings, words)
  })

program
  .command('logs')
  .description('Show what a function printed.')
  .argument('<FUNCTION>', 'its name or ARN')
  .option('--follow', 'Go on with what it prints from now on, until Ctrl-C.')
  .option('--since <TIME>', 'Only what is younger, such as 10m or 1h.')
  .option('--json', 'One JSON object a line.')
  .addOption(endpointOption())
  .addHelpText('after', '\nIn the region of AWS_REGION or AWS_DEFAULT_REGION, else us-east-1.')
  .action(async (functionName: string, given: Record<string, string | boolean | undefined>) => {
    await showLogs(
      {
        functionName,
        endpoint: checkedEndpoint(given['endpoint']),
        isFollowed: given['follow'] === true,
        sinceMs: given['since'] === undefined ? null : checkedDuration(given['since']),
        asJson: given['json'] === true,
        region: regionFrom(env),
        credentials: credentialsFrom(env),
      },
      words,
      Date.now(),
    )
  })

program
  .command('doctor')
  .description('Find what will always be refused, what is not live, and what has no effect.')
  .option('--json', 'All findings, for scripts; the exit code is 1 when requests are refused.')
  .addOption(endpointOption())
  .action(async (given: Record<string, string | boolean | undefined>) => {
    const endpoint = checkedEndpoint(given['endpoint'])
    await runDoctor(clientFor(endpoint), given['json'] === true, words)
  })

program
  .command('token')
  .description('Print a token for a user pool, from the built-in issuer (start --dev-issuer on).')
  .requiredOption('--pool <ID>', 'The user pool, such as eu-west-1_abc123. It need not exist.')
  .addOption(
    new Option('--use <USE>', 'What the token is for.').choices(['id', 'access']).default('id'),
  )
  .option(
    '--claim <NAME=VALUE>',
    'A claim; may be given several times. JSON is taken as such.',
    collect,
  )
  .option('--scope <SCOPES>', 'Scopes of an access token, with spaces between.', '')
  .option('--expires <TIME>', 'When it expires: 30s, 5m, 1h, 2d; -1h has expired.', '1h')
  .addOption(endpointOption())
  .addHelpText(
    'after',
    `
Outside development it needs the admin credentials, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

Example:
  curl -H "Authorization: $(portcullis token --pool eu-west-1_abc --claim email=me@example.com)" …`,
  )
  .action(async (given: Record<string, unknown>) => {
    await printToken(
      {
        endpoint: checkedEndpoint(given['endpoint']),
        credentials: credentialsFrom(env),
        pool: String(given['pool']),
        use: String(given['use']),
        claims: Array.isArray(given['claim']) ? given['claim'].map(String) : [],
        scope: String(given['scope']),
        expires: String(given['expires']),
      },
      words,
    )
  })

// Whoever reads us may stop early: `portcullis logs F | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const exitCode = await run()
if (exitCode !== 0) process.exitCode = exitCode

async function run(): Promise<number> {
  try {
    await program.parseAsync()
    return 0
  } catch (error) {
    // Commander has printed its own complaints, and --help and --version are none.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof OptionError) words.fail(error.message)
    else if (error instanceof CommandFailure) words.fail(error.message)
    else words.fail((error as Error).stack ?? String(error))
    if (error instanceof OptionError) return 2
    return error instanceof CommandFailure ? error.exitCode : 1
  }
}

function clientFor(endpoint: string): ControlClientSettings {
  return { endpoint, credentials: credentialsFrom(env), region: regionFrom(env) }
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

function endpointOption(): Option {
  return new Option('--endpoint <URL>', 'Where the gateway listens.')
    .env('PORTCULLIS_ENDPOINT')
    .default(defaultEndpoint)
}

function checkedDuration(given: unknown): number {
  const kind = duration(1, 366 * 86_400_000)
  const ms = kind.read(String(given))
  if (ms !== undefined) return ms
  throw new CommandFailure(`--since: ${JSON.stringify(String(given))} is not ${kind.wanted}`, 2)
}

function checkedEndpoint(given: unknown): string {
  const text = String(given)
  if (URL.canParse(text)) {
    const url = new URL(text)
    if (/^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin
  }
  throw new CommandFailure(
    `--endpoint: ${JSON.stringify(text)} is not an address such as http://127.0.0.1:4566`,
    2,
  )
}

/** `--prot: unknown option; did you mean --port?`, as readOptions words it too. */
function reworded(text: string): string {
  return text
    .trim()
    .replace(/^error: unknown option '(.+)'/, '$1: unknown option')
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.+)\?\)$/, '; did you mean $1?')
}

function versionOfPackage(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
      if (name === 'portcullis') return String(version)
    } catch {
      // From src/ the file is one level up, from dist/src/ two.
    }
  }
  return 'unknown'
}
