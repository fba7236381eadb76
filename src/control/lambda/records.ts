/**
 * The records that the control plane keeps for functions, and where each lies:
 *
 *     lambda-function   under ''             by name; the function as $LATEST
 *     lambda-version    under the function   by number; never changes
 *     lambda-alias      under the function   by name
 *     lambda-policy     under the function   by qualifier, '$LATEST' for the function itself
 *
 * The zip of a function lies as a blob under the function's name and its hash.
 */
import { kind } from '../../store/store.ts'

/** Where the code is: a zip, kept as a blob, or a folder in which somebody works. */
export type CodeRecord =
  | { readonly type: 'zip'; readonly sha256: string; readonly sizeBytes: number }
  | { readonly type: 'folder'; readonly path: string }

export interface LoggingRecord {
  LogFormat: 'Text'
  LogGroup: string
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
  revisionId: string
  lastModifiedMs: number
}

/** What the function has and its versions do not. */
export interface LatestRecord extends FunctionRecord {
  tags: Record<string, string>
  /** The number of the newest version; 0 before the first. Numbers are never used again. */
  newestVersion: number
}

export interface AliasRecord {
  name: string
  functionVersion: string
  description: string
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

export const functions = kind<LatestRecord>('lambda-function')
/** By number. */
export const versions = kind<FunctionRecord>('lambda-version')
/** By name. */
export const aliases = kind<AliasRecord>('lambda-alias')
/** By qualifier. */
export const policies = kind<PolicyRecord>('lambda-policy')

/** The blob that holds the zip. */
export function codeKey(name: string, sha256: string): string {
  return `lambda-code/${name}/${sha256}`
}
