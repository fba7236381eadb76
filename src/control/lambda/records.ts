/**
 * The records that the control plane keeps for functions, and where each lies:
 *
 *     lambda-function   under ''             by name; the function as $LATEST
 *     lambda-version    under the function   by number; never changes
 *     lambda-alias      under the function   by name
 *     lambda-policy     under the function   by qualifier, '$LATEST' for the function itself
 *     lambda-events     under the function   by qualifier; how asynchronous invocations end
 *     lambda-provision  under the function   by version or alias
 *     lambda-url        under the function   by alias, '$LATEST' for the function itself
 *     lambda-url-id     under ''             by the id in the address; which function it leads to
 *     lambda-layer      under ''             by name
 *     lambda-layer-version  under the layer  by number
 *
 * The zip of a function lies as a blob under the function's name and its hash, and so do copies of its layers: a layer
 * version that is deleted, or lies in another account, stays with the functions that use it.
 */
import { kind } from '../../store/store.ts'

/** Where the code is: a zip, kept as a blob, or a folder in which somebody works. */
export type CodeRecord =
  | { readonly type: 'zip'; readonly sha256: string; readonly sizeBytes: number }
  | { readonly type: 'folder'; readonly path: string }

export interface LoggingRecord {
  LogFormat: 'Text' | 'JSON'
  /** Only with `JSON`. */
  ApplicationLogLevel?: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'
  /** Only with `JSON`. */
  SystemLogLevel?: 'DEBUG' | 'INFO' | 'WARN'
  LogGroup: string
}

/** A layer version as a function uses it. */
export interface LayerUse {
  readonly arn: string
  readonly code: CodeRecord
}

/** A function as $LATEST, or one of its versions. Members have AWS's meaning and units. */
export interface FunctionRecord {
  name: string
  /** `$LATEST` or a number. */
  version: string
  runtime: string
  role: string
  handler: string
  description: string
  timeoutSeconds: number
  memoryMb: number
  environment?: Record<string, string>
  architectures: ('x86_64' | 'arm64')[]
  storageMb: number
  tracing: 'Active' | 'PassThrough'
  logging: LoggingRecord
  kmsKeyArn?: string
  vpc?: { subnetIds: string[]; securityGroupIds: string[] }
  code: CodeRecord
  /** In the order of laying them over one another. */
  layers?: LayerUse[]
  /** An SQS queue or SNS topic for events that could not be handled. */
  deadLetterArn?: string
  snapStart?: 'PublishedVersions'
  /** Without effect: there is one Node.js here, whose version is the gateway's. */
  runtimeUpdates?: { updateOn: 'Auto' | 'FunctionUpdate' | 'Manual'; runtimeVersionArn?: string }
  revisionId: string
  lastModifiedMs: number
}

/** What the function has and its versions do not. */
export interface LatestRecord extends FunctionRecord {
  tags: Record<string, string>
  /** The number of the newest version; 0 before the first. Numbers are never used again. */
  newestVersion: number
  reservedConcurrency?: number
  /** Without effect: nothing here counts how often functions call each other. Default `Terminate`. */
  recursiveLoop?: 'Allow' | 'Terminate'
}

export interface AliasRecord {
  name: string
  functionVersion: string
  description: string
  /** The other version that gets this share of the invocations, from 0 to 1. */
  additional?: { version: string; weight: number }
  revisionId: string
}

/** One statement of a function's policy, as AWS shows it. */
export interface StatementRecord {
  Sid: string
  Effect: 'Allow'
  Principal: '*' | Record<string, string>
  Action: string
  Resource: string
  Condition?: Record<string, Record<string, string>>
}

export interface PolicyRecord {
  statements: StatementRecord[]
  revisionId: string
}

/** How asynchronous invocations of one qualifier end. */
export interface EventConfigRecord {
  /** Default 2. */
  retries?: number
  /** Default six hours. */
  maxAgeSeconds?: number
  onSuccess?: string
  onFailure?: string
  lastModifiedMs: number
}

export interface ProvisionRecord {
  environments: number
  lastModifiedMs: number
}

/** As AWS shows it; every member only if it was given. */
export interface CorsRecord {
  AllowCredentials?: boolean
  AllowHeaders?: string[]
  AllowMethods?: string[]
  AllowOrigins?: string[]
  ExposeHeaders?: string[]
  MaxAge?: number
}

export interface UrlRecord {
  urlId: string
  authType: 'AWS_IAM' | 'NONE'
  invokeMode: 'BUFFERED' | 'RESPONSE_STREAM'
  cors?: CorsRecord
  createdMs: number
  lastModifiedMs: number
}

/** What the id in a function's address leads to. */
export interface UrlTargetRecord {
  functionName: string
  alias?: string
}

export interface LayerRecord {
  /** Numbers are never used again. */
  newestVersion: number
}

export interface LayerVersionRecord {
  name: string
  version: number
  description: string
  licenseInfo?: string
  runtimes?: string[]
  architectures?: ('x86_64' | 'arm64')[]
  code: CodeRecord
  createdMs: number
  /** Who else may use it; absent when nobody may. */
  policy?: PolicyRecord
}

export const functions = kind<LatestRecord>('lambda-function', { secrets: ['environment'] })
/** By number. */
export const versions = kind<FunctionRecord>('lambda-version', { secrets: ['environment'] })
/** By name. */
export const aliases = kind<AliasRecord>('lambda-alias')
/** By qualifier. */
export const policies = kind<PolicyRecord>('lambda-policy')

/** By qualifier. */
export const eventConfigs = kind<EventConfigRecord>('lambda-events')
/** By version or alias. */
export const provisions = kind<ProvisionRecord>('lambda-provision')
/** By alias, `$LATEST` without one. */
export const urls = kind<UrlRecord>('lambda-url')
/** By the id in the address, unique over accounts and regions. */
export const urlTargets = kind<UrlTargetRecord>('lambda-url-id')
export const layers = kind<LayerRecord>('lambda-layer')
/** By number. */
export const layerVersions = kind<LayerVersionRecord>('lambda-layer-version')

/** The kinds of records under a function, by qualifier, that go when the qualifier goes. */
export const byQualifier = [policies, eventConfigs, provisions, urls] as const

/** The blob that holds a zip of the function: its own or a layer's. */
export function codeKey(name: string, sha256: string): string {
  return `lambda-code/${name}/${sha256}`
}

/** The blob that holds the zip of a layer's versions. */
export function layerKey(name: string, sha256: string): string {
  return `lambda-layer/${name}/${sha256}`
}
