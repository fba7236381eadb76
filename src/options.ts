/**
 * Every option of the gateway, declared once: type, unit, default and meaning. From this table come `--help`, the
 * `PORTCULLIS_…` variables, the keys of portcullis.yaml, and docs/reference/options.md.
 *
 * A flag wins over a variable, a variable over the file, the file over the default. All problems are told at once,
 * before anything is started.
 */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Credentials } from './aws/sign.ts'
import { awsIntegrationTimeoutMs } from './control/v1/integration-rules.ts'
import type { Address } from './integrations/private-network.ts'
import { credentialsOfEnvironment } from './options/aws-environment.ts'
import { contradictions } from './options/contradictions.ts'
import type { Declaration, Surroundings } from './options/declare.ts'
import { type FunctionOptions, functionDeclarations } from './options/functions.ts'
import * as kinds from './options/kinds.ts'
import { type SecurityOptions, securityOptions } from './options/security.ts'
import {
  fromEnvironment,
  fromFile,
  fromFlags,
  type Shapes,
  type Source,
} from './options/sources.ts'
import { type TokenOptions, tokenDeclarations } from './options/token-options.ts'

export interface Options extends SecurityOptions, TokenOptions, FunctionOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Absolute. */
  readonly dataDir: string
  /** Data-plane threads. */
  readonly threads: number
  readonly limits: 'aws' | 'none'
  readonly bodyLimitBytes: number
  readonly headTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly answerLimitBytes: number
  /** The most that an integration may ask for. */
  readonly integrationTimeoutMs: number
  /** Of a streamed answer after its first 10 MB, in bytes per second; 0: as fast as it comes. */
  readonly streamRate: number
  /** The longest silence within a streamed answer; null: AWS's, which depends on the type of the endpoint. */
  readonly streamIdleTimeoutMs: number | null
  readonly connectTimeoutMs: number
  /** Of one stage, in each thread. */
  readonly cacheBytes: number
  /** For callers whose access key id does not name an account. */
  readonly account: string
  readonly region: string
  readonly allowTargets: readonly string[]
  /** Service, as integration URIs name it -> URL; other services are at AWS. */
  readonly awsEndpoints: ReadonlyMap<string, string>
  /** null: calls of AWS itself are refused. */
  readonly awsCredentials: Credentials | null
  /** By id; for VPC links of the first kind. */
  readonly vpcLinks: ReadonlyMap<string, Address>
  readonly vpcEndpoints: ReadonlyMap<string, string>
  readonly vpcs: ReadonlyMap<string, string>
  /** By ARN; for VPC links of the second kind. */
  readonly listeners: ReadonlyMap<string, Address>
  /** In all threads together. */
  readonly recordsKept: number
  readonly example: boolean
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
  readonly logFormat: 'text' | 'json'
}

/** AWS's limit for a request's and an answer's body. */
const awsBodyLimitBytes = 10 * 1024 ** 2
/** AWS's bandwidth of a streamed answer after its first 10 MB. */
const awsStreamRate = 2 * 1024 ** 2
/** As long as a function can take. */
const freeIntegrationTimeoutMs = 900_000
/** A body is held in memory, so that even without AWS's limits there is one. */
const freeBodyLimitBytes = 1024 ** 3

/** The table. Later defaults may depend on earlier options. */
export const declarations: {
  readonly [Field in keyof Options]: Declaration<Options[Field], Options>
} = {
  host: {
    flag: 'host',
    group: 'Listening',
    kind: kinds.host,
    byDefault: () => '127.0.0.1',
    defaultText: '127.0.0.1',
    meaning: 'The address to listen on.',
    more: 'Any address that other machines can reach needs `--admin-credentials`.',
  },
  port: {
    flag: 'port',
    group: 'Listening',
    kind: kinds.port,
    byDefault: () => 4566,
    defaultText: '4566',
    meaning: 'The port for APIs and control plane; 0 takes any free one.',
  },
  threads: {
    flag: 'threads',
    group: 'Listening',
    kind: kinds.count(1, 64),
    // One core is left to the control plane, the store and the functions.
    byDefault: ({ cores }) => Math.min(4, Math.max(1, cores - 1)),
    defaultText: 'one less than the cores, at least 1 and at most 4',
    meaning: 'How many threads serve requests.',
  },
  dataDir: {
    flag: 'data-dir',
    group: 'Data',
    kind: kinds.folder,
    byDefault: ({ cwd }) => resolve(cwd, '.portcullis'),
    defaultText: './.portcullis',
    meaning: 'Where definitions and function code are kept.',
    more: 'A relative path in the YAML file is relative to that file.',
  },
  example: {
    flag: 'example',
    group: 'Data',
    kind: kinds.toggle,
    byDefault: () => true,
    defaultText: 'true',
    meaning: 'Load the example API when the store is empty.',
  },
  account: {
    flag: 'account',
    group: 'Data',
    kind: kinds.account,
    byDefault: () => '000000000000',
    defaultText: '000000000000',
    meaning: 'The account of callers whose access key id is not itself an account id.',
  },
  region: {
    flag: 'region',
    group: 'Data',
    kind: kinds.region,
    byDefault: () => 'us-east-1',
    defaultText: 'us-east-1',
    meaning: 'The region the example is loaded into.',
    more: 'Every other call names its region in its signature.',
  },
  limits: {
    flag: 'limits',
    group: 'Limits',
    kind: kinds.choice(['aws', 'none']),
    byDefault: () => 'aws',
    defaultText: 'aws',
    meaning: "Whether AWS's limits hold where no option says otherwise.",
  },
  bodyLimitBytes: {
    flag: 'body-limit',
    group: 'Limits',
    kind: kinds.bytes(1024, freeBodyLimitBytes),
    byDefault: (_, { limits }) => (limits === 'none' ? freeBodyLimitBytes : awsBodyLimitBytes),
    defaultText: '10MB; 1GB with `--limits none`',
    meaning: 'The largest body of a request; above it the answer is 413.',
  },
  headTimeoutMs: {
    flag: 'head-timeout',
    group: 'Limits',
    kind: kinds.duration(100, 600_000),
    byDefault: () => 30_000,
    defaultText: '30s',
    meaning: 'How long a client may take to send request line and headers; then the answer is 408.',
  },
  requestTimeoutMs: {
    flag: 'request-timeout',
    group: 'Limits',
    kind: kinds.duration(100, 3_600_000),
    byDefault: () => 300_000,
    defaultText: '5m',
    meaning: 'How long a client may take to send a request as a whole; then the answer is 408.',
    more: 'Where it is shorter than `--head-timeout`, it holds for both.',
  },
  answerLimitBytes: {
    flag: 'answer-limit',
    group: 'Limits',
    kind: kinds.bytes(1024, freeBodyLimitBytes),
    byDefault: (_, { limits }) => (limits === 'none' ? freeBodyLimitBytes : awsBodyLimitBytes),
    defaultText: '10MB; 1GB with `--limits none`',
    meaning: "The largest body of a back end's answer; above it the answer is an error.",
  },
  integrationTimeoutMs: {
    flag: 'integration-timeout',
    group: 'Limits',
    kind: kinds.duration(awsIntegrationTimeoutMs, 3_600_000),
    byDefault: (_, { limits }) =>
      limits === 'none' ? freeIntegrationTimeoutMs : awsIntegrationTimeoutMs,
    defaultText: '29s; 15m with `--limits none`',
    meaning: 'The most that the `timeoutInMillis` of an integration may say.',
    more: 'For methods with `responseTransferMode` STREAM it is at least 15 minutes. An integration that says nothing has 29 seconds.',
  },
  streamRate: {
    flag: 'stream-rate',
    group: 'Limits',
    kind: kinds.bytes(0, freeBodyLimitBytes),
    byDefault: (_, { limits }) => (limits === 'none' ? 0 : awsStreamRate),
    defaultText: '2MB; unlimited with `--limits none`',
    meaning: 'How many bytes a second a streamed answer gets after its first 10 MB; 0: no limit.',
    more: 'For methods with `responseTransferMode` STREAM; other answers come as fast as the client takes them.',
  },
  streamIdleTimeoutMs: {
    flag: 'stream-idle-timeout',
    group: 'Limits',
    kind: kinds.duration(10, 3_600_000),
    byDefault: () => null,
    defaultText: "AWS's: 30s for an edge-optimized API, 5m for others",
    meaning: 'How long a back end may be silent within a streamed answer; then it breaks off.',
    more: 'For methods with `responseTransferMode` STREAM.',
  },
  connectTimeoutMs: {
    flag: 'connect-timeout',
    group: 'Limits',
    kind: kinds.duration(1, 600_000),
    byDefault: () => 5_000,
    defaultText: '5s',
    meaning: 'How long connecting to a back end may take.',
  },
  cacheBytes: {
    flag: 'cache-bytes',
    group: 'Limits',
    kind: kinds.bytes(0, 64 * 1024 ** 3),
    byDefault: () => 64 * 1024 ** 2,
    defaultText: '64MB',
    meaning: "How much memory the cache of a stage's answers may take in each thread.",
    more: "Less where the stage's `cacheClusterSize` is less; only stages with a cache cluster have one.",
  },
  recordsKept: {
    flag: 'records-kept',
    group: 'Limits',
    kind: kinds.count(1, 1_000_000),
    byDefault: () => 10_000,
    defaultText: '10000',
    meaning: 'How many decision records are kept for `portcullis explain`.',
  },
  ...securityOptions,
  ...tokenDeclarations,
  allowTargets: {
    flag: 'allow-target',
    group: 'Security',
    kind: kinds.addresses,
    byDefault: () => [],
    defaultText: 'none',
    meaning: 'Link-local or cloud-metadata addresses that back ends may have nevertheless.',
  },
  awsEndpoints: {
    flag: 'aws-endpoint',
    group: 'AWS services',
    kind: kinds.endpoints,
    byDefault: () => new Map(),
    defaultText: 'none: services are at AWS',
    meaning: 'Where integrations find a service, such as dynamodb=http://127.0.0.1:8000.',
    more: 'Without `--aws-credentials`, what is sent there is signed with the key `test` and the secret `test`.',
  },
  awsCredentials: {
    flag: 'aws-credentials',
    group: 'AWS services',
    kind: kinds.awsCredentials,
    byDefault: ({ env }) => credentialsOfEnvironment(env),
    defaultText: 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN',
    meaning: 'What integrations with AWS services are signed with, in place of their roles.',
    more: 'Whoever may deploy an API can use them. Give them in the environment: other users see flags.',
    isSecret: true,
  },
  vpcLinks: {
    flag: 'vpc-link',
    group: 'Private integrations',
    kind: kinds.vpcLinks,
    byDefault: () => new Map(),
    defaultText: 'none: integrations through a VPC link are refused',
    meaning:
      'The load balancer that a VPC link of the first kind leads to, such as abc123=127.0.0.1:8080.',
    more: "Without a port it is that of the integration's URI, as on AWS.",
  },
  listeners: {
    flag: 'listener',
    group: 'Private integrations',
    kind: kinds.listeners,
    byDefault: () => new Map(),
    defaultText: 'none: integrations through a VPC link are refused',
    meaning:
      'Where a load balancer or listener behind VPC links of the second kind is, by the ARN in integrationTarget.',
    more: "Without a port it is that of the integration's URI. A REST API's URI also says whether to speak TLS, whatever the scheme here is.",
  },
  vpcEndpoints: {
    flag: 'vpc-endpoint',
    group: 'Private APIs',
    kind: kinds.networks,
    byDefault: () => new Map(),
    defaultText: 'none: private APIs refuse every request',
    meaning: 'The network whose requests come through a VPC endpoint, such as vpce-1=10.0.0.0/8.',
    more: 'Of several that have the address the first counts; it is `aws:SourceVpce` in resource policies.',
  },
  vpcs: {
    flag: 'vpc',
    group: 'Private APIs',
    kind: kinds.networks,
    byDefault: () => new Map(),
    defaultText: 'none',
    meaning: 'The network that stands for a VPC in `aws:SourceVpc`, such as vpc-1=10.0.0.0/8.',
  },
  ...functionDeclarations,
  logLevel: {
    flag: 'log-level',
    group: 'Log',
    kind: kinds.choice(['error', 'warn', 'info', 'debug']),
    byDefault: () => 'info',
    defaultText: 'info',
    meaning: 'The least important lines to write.',
  },
  logFormat: {
    flag: 'log-format',
    group: 'Log',
    kind: kinds.choice(['text', 'json']),
    byDefault: () => 'text',
    defaultText: 'text',
    meaning: 'Lines for people, or one JSON object a line.',
  },
}

/** The file that is read when `--config` names none. */
export const defaultFile = 'portcullis.yaml'

/** What is wrong with the options given: every problem on a line of its own. */
export class OptionError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'OptionError'
    this.problems = problems
  }
}

export interface GivenOptions {
  /** By the fields of `Options`, and `config` for the file. Values as text, numbers, booleans or lists. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

const fields = Object.keys(declarations) as (keyof Options)[]
const flagNames = fields.map(field => declarations[field].flag)
const shapes: Shapes = new Map(
  fields.map(field => [declarations[field].flag, declarations[field].kind.shape]),
)

/** Reads and checks all options. Throws an `OptionError` that lists every problem. */
export function readOptions({ flags, env, cwd }: GivenOptions): Options {
  const { config, ...rest } = flags
  const named = config ?? env['PORTCULLIS_CONFIG']
  const file = typeof named === 'string' && named !== '' ? named : undefined
  const sources = [
    fromFlags(byFlag(rest), flagNames, cwd),
    fromEnvironment(env, flagNames, cwd),
    fromFile(file ?? defaultFile, shapes, cwd, file === undefined),
  ]
  const problems = sources.flatMap(source => source.problems)
  const given = sources.map(source => source.given)
  const surroundings = { cwd, env, cores: availableParallelism() }
  const options: Record<string, unknown> = {}
  for (const field of fields)
    options[field] = readField(field, given, surroundings, options, problems)
  // Every field was set by its own declaration, which has the field's type.
  const complete = options as unknown as Options
  problems.push(...contradictions(complete))
  if (problems.length > 0) throw new OptionError(problems)
  return Object.freeze(complete)
}

function readField<Field extends keyof Options>(
  field: Field,
  sources: readonly Source[],
  surroundings: Surroundings,
  before: Readonly<Record<string, unknown>>,
  problems: string[],
): unknown {
  const declared: Declaration<Options[Field], Options> = declarations[field]
  const { flag, kind, byDefault, isSecret } = declared
  const given = sources.find(source => source.has(flag))?.get(flag)
  if (given === undefined) return byDefault(surroundings, before)
  const value = kind.read(given.text)
  if (value === undefined) {
    const shown = isSecret ? 'the value' : JSON.stringify(given.text.slice(0, 100))
    problems.push(`${given.name}: ${shown} is not ${kind.wanted}`)
    return byDefault(surroundings, before)
  }
  return pathFields.has(field) ? resolve(given.folder, String(value)) : value
}

const pathFields: ReadonlySet<keyof Options> = new Set(['dataDir', 'deadLetters', 'masterKeyFile'])

function byFlag(values: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const flagOf = new Map<string, string>(fields.map(field => [field, declarations[field].flag]))
  return new Map(Object.entries(values).map(([name, value]) => [flagOf.get(name) ?? name, value]))
}
