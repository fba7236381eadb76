/**
 * TestInvokeMethod and TestInvokeAuthorizer: try a method or an authorizer of an API as it stands now, not as it was
 * deployed. Both wait for other things, so they look at the store first and run outside of a transaction.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
 */
import { NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { Method, Stage } from '../../aws/rest-api.ts'
import type { ProgramSource } from '../../program/program.ts'
import { clientCertificates, readClientCertificate } from '../certificate-records.ts'
import { type ControlContext, look, type ReadContext } from '../context.ts'
import { entryOf } from '../draft.ts'
import type { SimulatedRequest } from '../test-request.ts'
import { requireAuthorizer } from './authorizers.ts'
import { takeSnapshot } from './deployments.ts'
import { requireApi, requireResource } from './lookup.ts'
import { verbs } from './methods.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Output<N extends keyof RestOperations> = RestOperations[N]['output']

export async function testInvokeMethod(
  ctx: ControlContext,
  input: Input<'TestInvokeMethod'>,
): Promise<Output<'TestInvokeMethod'>> {
  const source = await look(ctx, reader => programOf(reader, input))
  const { status, headers, body, log, latencyMs } = await ctx.tests.method({
    ...simulated(ctx, input),
    source,
    resourceId: input.resourceId,
    method: verbOf(input),
  })
  return { status, body, ...headerMaps(headers), log, latency: latencyMs }
}

export async function testInvokeAuthorizer(
  ctx: ControlContext,
  input: Input<'TestInvokeAuthorizer'>,
): Promise<Output<'TestInvokeAuthorizer'>> {
  const authorizer = await look(ctx, reader => requireAuthorizer(reader, input))
  const { clientStatus, log, latencyMs, principalId, policy, claims } = await ctx.tests.authorizer({
    ...simulated(ctx, input),
    account: ctx.account,
    region: ctx.region,
    apiId: input.restApiId,
    authorizer,
    stageVariables: input.stageVariables ?? {},
    additionalContext: input.additionalContext ?? {},
  })
  return {
    clientStatus,
    log,
    latency: latencyMs,
    ...(principalId === null ? {} : { principalId }),
    ...(policy === null ? {} : { policy }),
    ...(claims === null ? {} : { claims }),
  }
}

/** That a method of ANY that is tested by this name is called with GET is a guess: no request has the verb ANY. */
function verbOf({ httpMethod }: Input<'TestInvokeMethod'>): string {
  return httpMethod === 'ANY' ? 'GET' : httpMethod
}

/** A program of the one method, so that what is unfinished elsewhere in the API does not matter. */
async function programOf(
  ctx: ReadContext,
  input: Input<'TestInvokeMethod'>,
): Promise<ProgramSource> {
  const { restApiId, resourceId, httpMethod, clientCertificateId } = input
  const resource = await requireResource(ctx, restApiId, resourceId)
  const verb = entryOf(resource.resourceMethods, httpMethod) ? httpMethod : 'ANY'
  const method = entryOf(resource.resourceMethods, verb)
  if (!method || !verbs.includes(httpMethod))
    throw new NotFoundException('Invalid Method identifier specified')
  if (clientCertificateId && !(await ctx.tx.get(clientCertificates, '', clientCertificateId))) {
    throw new NotFoundException('Invalid Client Certificate identifier specified')
  }
  const snapshot = await takeSnapshot(ctx, await requireApi(ctx, restApiId))
  const now = ctx.clock.now()
  return {
    format: 1,
    type: 'rest',
    account: ctx.account,
    region: ctx.region,
    apiId: restApiId,
    stage: testStage(input, now),
    ...(await readClientCertificate(ctx.tx, clientCertificateId)),
    deployment: { id: 'test-invoke-deployment-id', createdDate: now },
    snapshot: {
      ...snapshot,
      api: open(snapshot.api),
      resources: [{ ...resource, resourceMethods: { [verb]: withoutGuards(method) } }],
    },
  }
}

/** The name is AWS's (recorded). */
function testStage(
  { stageVariables, clientCertificateId }: Input<'TestInvokeMethod'>,
  now: number,
): Stage {
  return {
    stageName: 'test-invoke-stage',
    deploymentId: 'test-invoke-deployment-id',
    ...(stageVariables ? { variables: stageVariables } : {}),
    ...(clientCertificateId ? { clientCertificateId } : {}),
    createdDate: now,
    lastUpdatedDate: now,
  }
}

/** A test comes from the owner: who else may call, and from where, is not asked. */
function open(api: ProgramSource['snapshot']['api']): ProgramSource['snapshot']['api'] {
  const { policy: _, ...rest } = api
  return { ...rest, endpointConfiguration: { types: ['REGIONAL'] } }
}

function withoutGuards(method: Method): Method {
  return { ...method, authorizationType: 'NONE', apiKeyRequired: false }
}

function simulated(
  ctx: ControlContext,
  input: Input<'TestInvokeMethod'> | Input<'TestInvokeAuthorizer'>,
): SimulatedRequest {
  const { account, accessKeyId, userAgent } = ctx
  return {
    requestId: ctx.ids.uuid(),
    tester: { account, accessKeyId, userAgent },
    pathWithQuery: input.pathWithQueryString ?? '',
    headers: headerList(input.headers, input.multiValueHeaders),
    body: input.body ?? '',
  }
}

/** Of a header in both maps the values of the second count, as in answers of functions (guess). */
function headerList(
  single: Readonly<Record<string, string>> = {},
  several: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const list: string[] = []
  const multiple = new Set(Object.keys(several).map(name => name.toLowerCase()))
  for (const [name, value] of Object.entries(single)) {
    if (!multiple.has(name.toLowerCase())) list.push(name, value)
  }
  for (const [name, values] of Object.entries(several)) {
    for (const value of values) list.push(name, value)
  }
  return list
}

function headerMaps(list: readonly string[]) {
  const headers: Record<string, string> = {}
  const multiValueHeaders: Record<string, string[]> = {}
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i] as string
    const value = list[i + 1] as string
    set(headers, name, value)
    const values = Object.hasOwn(multiValueHeaders, name) ? (multiValueHeaders[name] ?? []) : []
    set(multiValueHeaders, name, [...values, value])
  }
  return { headers, multiValueHeaders }
}

/** A back end may send a header `__proto__`. */
function set<T>(map: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
}
