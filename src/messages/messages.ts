/**
 * What the parts of the data plane say to each other: four messages with AWS's names, in the order in which a
 * request lives through them.
 *
 *     client -> MethodRequest -> IntegrationRequest -> back end
 *     client <- MethodResponse <- IntegrationResponse <-
 *
 * A step reads one and writes the next; nobody changes a message that was already handed on. Headers are flat lists
 * `[name, value, name, value, …]` with names as they were sent: the form that node:http reads and writes without
 * building objects.
 */
import type { Later } from '../base/later.ts'
import { type BodyStream, isStream } from './body-stream.ts'
import type { Variables } from './variables.ts'

export type HeaderList = readonly string[]

/** What the client asked for, after the API and stage were taken off the front. */
export interface MethodRequest {
  readonly method: string
  /** From the resource tree's root, as sent: `/pets/a%2Fb`. Never empty. */
  readonly path: string
  /** Behind the `?`, as sent; '' when there is none. */
  readonly rawQuery: string
  readonly headers: HeaderList
  /** null: the request had no body. */
  readonly body: Buffer | null
  /** Values of `{name}` and `{name+}`, undecoded. No prototype. */
  readonly pathParameters: Readonly<Record<string, string>>
  /** Decoded names -> decoded values in order; parsed when first asked for. */
  readonly query: ReadonlyMap<string, readonly string[]>
  /** Last value of the header; the name's case counts, as in AWS's mappings. */
  header(name: string): string | undefined
  /** Every value of the header in order; the name's case counts. */
  headerValues(name: string): readonly string[]
  /** Last value of the header by lower-case name, however the client wrote it. */
  headerNoCase(lowerName: string): string | undefined
}

/** What the back end will be asked. */
export interface IntegrationRequest {
  readonly method: string
  /** Values for the `{name}` placeholders of the integration's URI. */
  readonly path: Readonly<Record<string, string>>
  /** What a template made of the path; null: nothing. Private integrations look at it. */
  readonly pathOverride: PathOverride | null
  /** Encoded, without `?`; added to what the URI itself has. */
  readonly query: string
  /** Host is not among them. */
  readonly headers: HeaderList
  /** The Host header that a mapping sets; null: the endpoint's own. */
  readonly host: string | null
  /** A stream for HTTP_PROXY only. */
  readonly body: Buffer | BodyStream | null
  /** Proxy integrations build from the request itself. */
  readonly incoming: MethodRequest
  /** Who signed, for integrations that take the caller's credentials; null: nobody. */
  readonly caller: CallerKey | null
}

/** What a caller is found by. */
export interface CallerKey {
  readonly accessKeyId: string
  readonly sessionToken: string | null
}

/** In whose name a back end was called: a role or the caller. For the decision record. */
export interface ActorUse {
  readonly arn: string
  /** `lambda:InvokeFunction` */
  readonly action: string
  /** The statement that allowed it; null: the root asked, the back end's own policy decided, or it is `unchecked`. */
  readonly allowedBy: { readonly policy: string; readonly id: string } | null
  /** IAM here does not know the role. */
  readonly isUnchecked: boolean
  /** Why it was not allowed, and the back end not called; '' when it was. */
  readonly denied: string
}

/** `$context.requestOverride.path`, which takes the stage off the path of a private integration. */
export interface PathOverride {
  /** In place of the whole path, not encoded; undefined: only values of `IntegrationRequest.path` were overridden. */
  readonly whole: string | undefined
}

/** What the back end said. */
export interface IntegrationResponse {
  readonly status: number
  readonly headers: HeaderList
  /** A stream from proxy integrations only. */
  readonly body: Buffer | BodyStream
  /** Lambda, non-proxy: the `errorMessage` of a failed invocation; what selection patterns look at. */
  readonly errorMessage?: string
  /** Milliseconds until the whole answer was here; of one that is streamed, all of its headers. */
  readonly latencyMs: number
  /** In whose name it was called; absent: the gateway's own. */
  readonly actor?: ActorUse
}

/** What the client gets; also what a step returns to answer early. */
export type Reply = HeldReply | StreamedReply

/** A reply that is here in full: what caches keep and tests show. */
export interface HeldReply {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Buffer | string
}

/** A reply whose body is still to come. */
export interface StreamedReply {
  readonly status: number
  readonly headers: HeaderList
  readonly body: BodyStream
}

/** Which of the two a reply is. */
export function isStreamed(reply: Reply): reply is StreamedReply {
  return isStream(reply.body)
}

/** Says that the client went away or the time is up; `onAbort` is called at once when it already has happened. */
export interface Cancel {
  readonly aborted: boolean
  onAbort(stop: () => void): void
}

/** How every integration is called; made once per route by the kind's `prepare`. Throws `Refusal`. */
export type Send = (
  request: IntegrationRequest,
  variables: Variables,
  cancel: Cancel,
) => IntegrationResponse | Promise<IntegrationResponse> | Later<IntegrationResponse>

/** What an authorizer said of the caller. Whether its policy lets this request pass is not decided yet. */
export interface Authorization {
  readonly principalId: string
  /** The policy document as the authorizer gave it; its form was checked. */
  readonly policyDocument: Readonly<Record<string, unknown>>
  /** Numbers and booleans are texts already. */
  readonly context: Readonly<Record<string, string>>
  /** The API key, when the API takes it from its authorizers. */
  readonly usageIdentifierKey?: string
}

/** Which request is asked about. */
export interface AuthorizationCall {
  /** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}`. */
  readonly methodArn: string
  readonly traceId: string
}

/** How every authorizer is called; made once per authorizer by the kind's `prepare`. Throws `Refusal`. */
export type Authorize = (
  request: MethodRequest,
  variables: Variables,
  call: AuthorizationCall,
) => Promise<Authorization>

/** Calls a Lambda function; handed over by gateway.ts. */
export type InvokeFunction = (call: FunctionCall) => Promise<FunctionAnswer>

export interface FunctionCall {
  /** Full ARN, with qualifier when the integration named one. */
  readonly functionArn: string
  readonly payload: string | Buffer
  /** ARN of the method that calls, for the function's resource policy; null: `credentials` decide. */
  readonly sourceArn: string | null
  /** In whose name it is called, when the function's policy must let that one; absent: it need not. */
  readonly invoker?: FunctionInvoker
  readonly sourceAccount: string
  readonly asynchronous: boolean
  /** Whether the answer is wanted as it is written: `timeoutMs` is then the time until it begins. */
  readonly streamed?: boolean
  /** The request for which the function is called, so that `explain` can show what the function printed. */
  readonly callerRequestId?: string
  readonly timeoutMs: number
  readonly traceId: string
}

/** A user or a session of a role, as policies name them. */
export interface FunctionInvoker {
  readonly account: string
  readonly arn: string
  readonly roleArn: string | null
  readonly userId: string
  /** null: it has no permissions boundary. */
  readonly boundary: object | null
}

export type FunctionAnswer =
  | {
      readonly type: 'answered'
      readonly payload: Buffer
      readonly functionError: string | null
      /** Lambda's own request id of the invocation. */
      readonly invocationId?: string
    }
  /** Only of calls that are `streamed`, and only when the function did not fail before it began to answer. */
  | {
      readonly type: 'streaming'
      readonly body: BodyStream
      readonly invocationId?: string
    }
  | {
      readonly type: 'not-found' | 'forbidden' | 'throttled' | 'timeout' | 'failed' | 'too-large'
      readonly reason: string
    }
