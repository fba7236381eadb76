/**
 * The control plane's front door. Every call goes the same way:
 *
 *     accept -> which service -> read the body -> check the signature, unless the call needs none
 *            -> match, read, check (aws/dispatch.ts) -> handle in one transaction (transactions.ts) -> write
 *
 * It is a request listener, not a server: gateway.ts decides where it listens.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type AnyHandlers, dispatch, refusal } from '../aws/dispatch.ts'
import { Fault, InternalFailure } from '../aws/faults.ts'
import { splitConnectionPath } from '../aws/match.ts'
import { type Form, readForm } from '../aws/query-read.ts'
import {
  httpService,
  iamService,
  managementService,
  restService,
  stsService,
} from '../aws/services.ts'
import { scopeOf } from '../aws/sigv4-claim.ts'
import { headerOf, type WireRequest, type WireResponse } from '../aws/wire.ts'
import { clientOf } from '../base/client-headers.ts'
import type { Namespace } from '../store/store.ts'
import { authorizeCall, passRoleCheck } from './administration.ts'
import { authenticate, type Credentials } from './caller.ts'
import { partitionOf } from './context.ts'
import { iamControl } from './iam/operations.ts'
import { globalRegion } from './iam/records.ts'
import { readBody } from './request-body.ts'
import {
  type Caller,
  type ControlService,
  type TransactionDeps,
  transactional,
} from './transactions.ts'
import { outsideTransaction, restHandlers } from './v1/operations.ts'
import { httpHandlers, managementHandlers } from './v2/operations.ts'

export interface ControlDeps extends TransactionDeps {
  readonly credentials: Credentials
  /** For callers whose access key id does not name an account. Default `000000000000`. */
  readonly defaultAccount?: string
  /** The Lambda API, when there is something to run functions. */
  readonly lambda?: ControlService
  /** STS, when there is something to seal sessions with. */
  readonly sts?: ControlService
  /** Takes what went wrong and is not the caller's fault; he is told nothing of it. */
  report(error: unknown, call: { requestId: string; operation: string | undefined }): void
}

/** Definitions may be 6 MB, function code 50 MB zipped and in base64. */
const definitionLimitBytes = 10_485_760
const codeLimitBytes = 73_400_320

interface Served extends ControlService {
  readonly calls: AnyHandlers<Caller>
  readonly limitBytes: number
}

/** Makes the listener. It answers every request and never throws. */
export function createControlServer(
  deps: ControlDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const serve = (service: ControlService, limitBytes = definitionLimitBytes): Served => ({
    ...service,
    calls: authorized(service, transactional(service, deps), deps),
    limitBytes,
  })
  const services = {
    rest: serve({ service: restService, handlers: restHandlers, outsideTransaction }),
    http: serve({ service: httpService, handlers: httpHandlers }),
    management: serve({ service: managementService, handlers: managementHandlers }),
    lambda: deps.lambda && serve(deps.lambda, codeLimitBytes),
    iam: serve(iamControl),
    sts: deps.sts && serve(deps.sts),
  }

  async function answer(request: IncomingMessage, requestId: string): Promise<WireResponse> {
    const [rawPath = '/', rawQuery = ''] = splitTarget(request.url ?? '/')
    const { method = 'GET', rawHeaders } = request
    const target = { method, rawPath, rawQuery, rawHeaders }
    let name = serviceOf(target)
    let served = services[name === 'unknown' ? 'rest' : name] ?? services.rest
    const report = (error: unknown, operation: string | undefined) =>
      deps.report(error, { requestId, operation })
    try {
      const body = await readBody(request, served.limitBytes)
      const signed = { ...target, body }
      const form = name === 'unknown' || served.service.query !== null ? readForm(signed) : noForm
      if (name === 'unknown') name = serviceOfForm(form)
      served = services[name === 'unknown' ? 'rest' : name] ?? services.rest
      const isAnonymous =
        scopeOf(target) === undefined && served.anonymous?.has(form.get('Action') ?? '')
      const { namespace, identity } = isAnonymous
        ? { namespace: nowhere, identity: null }
        : authenticate(
            signed,
            served.service,
            deps.credentials,
            deps.clock,
            deps.defaultAccount ?? '000000000000',
          )
      if (name === 'unknown' || !services[name]) throw notServed(scopeOf(target)?.service ?? name)
      const caller = {
        namespace: served.service.query === null ? namespace : globalOf(namespace),
        requestId,
        host: hostOf(request),
        accessKeyId: scopeOf(target)?.accessKeyId ?? '',
        userAgent: request.headers['user-agent'] ?? '',
        ...clientOf(request.headers),
        identity,
        method,
        rawPath,
        checkPassRole: null,
      }
      // The path of a connection has the stage's address in front of it, which is signed but not matched.
      const path = name === 'management' ? splitConnectionPath(rawPath)?.path : undefined
      const call = { ...signed, rawPath: path ?? rawPath }
      return await dispatch(served.service, served.calls, caller, call, report, requestId)
    } catch (error) {
      if (error instanceof Fault) return refusal(served.service, error, requestId)
      report(error, undefined)
      return refusal(served.service, new InternalFailure(), requestId)
    }
  }

  return (request, response) => {
    const requestId = deps.ids.uuid()
    answer(request, requestId)
      .then(reply => send(reply, requestId, request, response))
      .catch(error => {
        // The client has gone, or a streamed answer broke: nothing can be said any more.
        response.destroy()
        if (!request.destroyed) deps.report(error, { requestId, operation: undefined })
      })
  }
}

/** Outside development nothing runs that the caller's policies do not allow. */
function authorized(
  { service }: ControlService,
  calls: AnyHandlers<Caller>,
  deps: ControlDeps,
): AnyHandlers<Caller> {
  if (deps.credentials.type === 'development') return calls
  const guarded: Record<string, (caller: Caller, input: never) => Promise<unknown>> = {}
  for (const [name, call] of Object.entries(calls)) {
    guarded[name] = async (caller, input) => {
      const { identity } = caller
      // Without one, what the call was given has to prove who asks: see `anonymous`.
      if (identity === null) return call(caller, input)
      await authorizeCall(deps, { ...caller, identity }, service, name, input)
      return call({ ...caller, checkPassRole: passRoleCheck(deps, { ...caller, identity }) }, input)
    }
  }
  return guarded
}

type ServiceName = 'rest' | 'http' | 'management' | 'lambda' | 'iam' | 'sts' | 'unknown'

const noForm: Form = new Map()
/** Of calls without a signature, whose handlers ask for no namespace of their own. */
const nowhere: Namespace = Object.freeze({ account: '', region: 'us-east-1' })

/** IAM and STS have no regions. */
function globalOf({ account, region }: Namespace): Namespace {
  return { account, region: globalRegion(partitionOf(region)) }
}

/** By the credential scope, which every SDK sends; for API Gateway's two APIs and for strays by the path. */
function serviceOf(target: Omit<WireRequest, 'body'>): ServiceName {
  const service = scopeOf(target)?.service
  if (service === 'lambda' || service === 'iam' || service === 'sts') return service
  if (service === 'execute-api' && splitConnectionPath(target.rawPath)) return 'management'
  if (service !== 'apigateway') {
    if (/^\/20\d\d-\d\d-\d\d\//.test(target.rawPath)) return 'lambda'
    const [, byHost] = /^(iam|sts)\./i.exec(headerOf(target.rawHeaders, 'host') ?? '') ?? []
    if (byHost !== undefined) return byHost.toLowerCase() === 'iam' ? 'iam' : 'sts'
    // The query and JSON protocols: of the first, the form says which service is meant.
    if (target.method === 'POST' && target.rawPath === '/') return 'unknown'
  }
  return /^\/v2(?:\/|$)/.test(target.rawPath) ? 'http' : 'rest'
}

/** By the version, which differs from service to service; AssumeRoleWithWebIdentity comes without a signature. */
function serviceOfForm(form: Form): ServiceName {
  if (!form.has('Action')) return 'unknown'
  const version = form.get('Version')
  if (version === iamService.query?.version) return 'iam'
  return version === stsService.query?.version ? 'sts' : 'unknown'
}

function splitTarget(url: string): [string, string] {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

function hostOf({ headers: { host = '' } }: IncomingMessage): string {
  return /^[\w.:[\]-]{1,255}$/.test(host) ? host : 'localhost'
}

function notServed(service: string): Fault {
  return new Fault(
    'NotImplementedException',
    501,
    `The service ${service} is not built in Portcullis. See docs/reference/compatibility.md.`,
  )
}

async function send(
  { status, headers, body }: WireResponse,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // What was not read of the body would otherwise be taken for the next request.
  if (!request.complete) headers['connection'] = 'close'
  headers['x-amzn-requestid'] = requestId
  if (typeof body === 'string' || body instanceof Uint8Array) {
    headers['content-length'] = String(Buffer.byteLength(body))
    response.writeHead(status, headers).end(body)
    return
  }
  response.writeHead(status, headers)
  await pipeline(Readable.from(body), response)
}
