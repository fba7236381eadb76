/**
 * What the events of proxy integrations and of Lambda authorizers have in common: AWS gives names twice, once with the last
 * value and once with all of them, and the request's surroundings in one order (recorded from AWS).
 */
import type { Context } from './variables.ts'

export interface NamedValues {
  /** Of several values the last. No prototype. */
  readonly single: Readonly<Record<string, string>>
  /** All values in order. No prototype. */
  readonly multi: Readonly<Record<string, readonly string[]>>
}

/** Gathers `[name, value]` pairs. */
export function namedValues(pairs: Iterable<readonly [string, string]>): NamedValues {
  const single: Record<string, string> = Object.create(null)
  const multi: Record<string, string[]> = Object.create(null)
  for (const [name, value] of pairs) {
    single[name] = value
    const values = multi[name]
    if (values === undefined) multi[name] = [value]
    else values.push(value)
  }
  return { single, multi }
}

/** The same of a parsed query. */
export function namedQuery(query: ReadonlyMap<string, readonly string[]>): NamedValues {
  const single: Record<string, string> = Object.create(null)
  const multi: Record<string, readonly string[]> = Object.create(null)
  for (const [name, values] of query) {
    single[name] = values.at(-1) ?? ''
    multi[name] = values
  }
  return { single, multi }
}

/** The event's `requestContext`; `authorizer` and `isCanaryRequest` stand in it where the context has them. */
export function eventContext(context: Context): object {
  const { authorizer, operationName, isCanaryRequest } = context
  return {
    resourceId: context.resourceId,
    ...(authorizer === undefined ? {} : { authorizer }),
    resourcePath: context.resourcePath,
    ...(operationName === undefined ? {} : { operationName }),
    ...(isCanaryRequest === undefined ? {} : { isCanaryRequest }),
    httpMethod: context.httpMethod,
    extendedRequestId: context.extendedRequestId,
    requestTime: context.requestTime,
    path: context.path,
    accountId: context.accountId,
    protocol: context.protocol,
    stage: context.stage,
    domainPrefix: context.domainPrefix,
    requestTimeEpoch: context.requestTimeEpoch,
    requestId: context.requestId,
    identity: context.identity,
    domainName: context.domainName,
    deploymentId: context.deploymentId,
    apiId: context.apiId,
  }
}
