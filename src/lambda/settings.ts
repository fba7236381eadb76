/**
 * What the runner is told about a function and an invocation, and what it answers. Plain data: it also travels
 * between threads.
 */

/** One published state of a function: code, configuration, and where it is. */
export interface FunctionSettings {
  /** As invoked: with the version or alias if the caller named one. */
  readonly arn: string
  readonly name: string
  /** `$LATEST` or a number. */
  readonly version: string
  /** `folder/file.export` */
  readonly handler: string
  /** For example `nodejs22.x`. */
  readonly runtime: string
  /** The absolute path of the unpacked code. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly memoryMb: number
  readonly account: string
  readonly region: string
  /** Changes with code and configuration: environments of another revision get no more invocations. */
  readonly revision: string
  /** Whether a change of the files in `folder` is a new revision. */
  readonly hotReload: boolean
  /** Default `/aws/lambda/{name}`. */
  readonly logGroup?: string
  /** The unpacked folders of its layers, in the order in which they are laid over one another at `/opt`. */
  readonly layers?: readonly string[]
  /** Those of the layers whose changes are new revisions, too. */
  readonly hotLayers?: readonly string[]
  /** Shared by all versions: so many run at once, no more; undefined: the runner's own limit. */
  readonly reservedConcurrency?: number
  /** Environments of this version or alias that are kept started; default 0. */
  readonly provisionedConcurrency?: number
  /** Of an alias over two versions: this is the other one. */
  readonly isAdditional?: boolean
  /** Default 512. */
  readonly storageMb?: number
  /** Default `Text`. */
  readonly logFormat?: 'Text' | 'JSON'
  /** With `JSON`: the least level of what the function prints, `TRACE` to `FATAL`; default `INFO`. */
  readonly applicationLogLevel?: string
  /** With `JSON`: the least level of what the platform says, `DEBUG`, `INFO` or `WARN`; default `INFO`. */
  readonly systemLogLevel?: string
  /** The ARN of its execution role. */
  readonly role?: string
}

/** Where its code and layers lie, the code first. */
export function foldersOf({ folder, layers = [] }: FunctionSettings): readonly string[] {
  return [folder, ...layers]
}

/** What the function signs its own calls of AWS services with. */
export interface RoleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * The credentials of a function's role, asked when an environment starts. null: the function gets none; undefined: the role
 * is not known, and it gets what every function gets.
 */
export type CredentialsOf = (settings: FunctionSettings) => RoleCredentials | null | undefined

export interface Invocation {
  /** JSON; nothing at all stands for `{}`. */
  readonly payload: Buffer
  readonly requestId: string
  /** JSON, handed to the function as `context.clientContext`. */
  readonly clientContext?: string
  /** Epoch milliseconds: nobody wants the answer after that, so an invocation that still waits is refused. */
  readonly deadlineMs?: number
  /** The X-Ray trace header for the function. */
  readonly traceId?: string
  /** JSON, `{"cognitoIdentityId":…,"cognitoIdentityPoolId":…}`, handed to the function as `context.identity`. */
  readonly identity?: string
  /** What the caller named, if that is another ARN than the settings': an alias of the version that runs. */
  readonly invokedArn?: string
}

export type ResultContentType =
  | 'application/json'
  | 'application/octet-stream'
  | 'application/vnd.awslambda.http-integration-response'

export interface InvocationResult {
  /** Empty after a streamed answer that ended well: its bytes went to the sink. */
  readonly payload: Buffer
  /** `Unhandled` for every error, as AWS's Node.js runtimes do; then the payload describes the error. */
  readonly functionError: undefined | 'Unhandled' | 'Handled'
  /** JSON, or what a streaming handler wrote: as it is, or JSON metadata, eight NULs and the body. */
  readonly contentType: ResultContentType
  /** The last 4 KB of the invocation's log. */
  readonly logTail: string
  /** From handing over the event to the answer, without the start of the environment. */
  readonly durationMs: number
  /** Whether an environment had been started for it, or for another invocation that waited. */
  readonly coldStart: boolean
}

/** One log event. `requestId` is empty for what an environment says outside of invocations. */
export interface LogLine {
  readonly arn: string
  readonly requestId: string
  /** The log stream: one per environment, `2026/01/31/[$LATEST]` and 32 hex digits. */
  readonly stream: string
  readonly text: string
  /** Epoch milliseconds. */
  readonly timeMs: number
}
