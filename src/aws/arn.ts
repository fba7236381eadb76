/**
 * Amazon Resource Names: `arn:partition:service:region:account:resource`. The resource is everything
 * after the fifth colon, colons and slashes included.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and, for API Gateway,
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
 */

export interface Arn {
  readonly partition: string
  readonly service: string
  /** Empty for global services. */
  readonly region: string
  /** Empty in the control-plane ARNs of API Gateway. */
  readonly account: string
  readonly resource: string
}

/** A function's name as callers write it: alone, as a partial ARN, or whole; with a version or alias or none. */
export interface FunctionReference {
  readonly region: string | undefined
  readonly account: string | undefined
  readonly name: string
  readonly qualifier: string | undefined
}

const maxLength = 2048

/** Takes an ARN apart; undefined when it is none. */
export function parseArn(text: string): Arn | undefined {
  if (text.length > maxLength || !text.startsWith('arn:')) return undefined
  const [, partition, service, region, account, ...resource] = text.split(':')
  if (!partition || !service || region === undefined || account === undefined) return undefined
  if (resource.length === 0 || resource[0] === '') return undefined
  return { partition, service, region, account, resource: resource.join(':') }
}

export function formatArn(arn: Arn): string {
  return `arn:${arn.partition}:${arn.service}:${arn.region}:${arn.account}:${arn.resource}`
}

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return 'aws'
}

/** The ARN of a control-plane resource, `/restapis/a1b2c3d4e5/stages/dev`: its account is empty. */
export function controlArn(region: string, path: string): string {
  return `arn:${partitionOf(region)}:apigateway:${region}::${path}`
}

/**
 * The ARN that an execute-api policy is evaluated against. `rest` begins after the API's id:
 * `dev/GET/pets/1`, `dev/$connect`, `authorizers/a1b2c3`.
 */
export function invokeArn(region: string, account: string, apiId: string, rest: string): string {
  return `arn:${partitionOf(region)}:execute-api:${region}:${account}:${apiId}/${rest}`
}

/** The ARN of a function, of one of its versions or aliases when a qualifier is given. */
export function functionArn(
  region: string,
  account: string,
  name: string,
  qualifier?: string,
): string {
  const resource = qualifier === undefined ? `function:${name}` : `function:${name}:${qualifier}`
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:${resource}`
}

/**
 * Reads what Lambda takes for a function name; undefined when it is none:
 *
 *     my-function   my-function:live   123456789012:function:my-function   arn:aws:lambda:…:my-function:3
 */
export function parseFunctionName(text: string): FunctionReference | undefined {
  const arn = parseArn(text)
  if (arn && arn.service !== 'lambda') return undefined
  const parts = (arn ? arn.resource : text).split(':')
  const account = arn?.account ?? (parts[1] === 'function' ? parts.shift() : undefined)
  if (parts[0] === 'function' && parts.length > 1) parts.shift()
  else if (arn || account !== undefined) return undefined
  const [name = '', qualifier, ...rest] = parts
  if (rest.length > 0 || !/^[A-Za-z0-9_-]{1,64}$/.test(name)) return undefined
  if (qualifier !== undefined && !/^[A-Za-z0-9$_-]{1,128}$/.test(qualifier)) return undefined
  if (account !== undefined && !/^\d{12}$/.test(account)) return undefined
  return { region: arn?.region, account, name, qualifier }
}

/**
 * The function that an integration's or authorizer's URI names:
 * `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function ARN}/invocations`, or the
 * response-streaming form of 2021-11-15. Undefined when the URI is no such thing.
 */
export function functionOfInvokeUri(
  uri: string,
): { readonly functionArn: string; readonly isStreaming: boolean } | undefined {
  const arn = parseArn(uri)
  if (arn?.service !== 'apigateway' || arn.account !== 'lambda') return undefined
  const buffered = between(arn.resource, 'path/2015-03-31/functions/', '/invocations')
  if (buffered) return { functionArn: buffered, isStreaming: false }
  const streamed = between(
    arn.resource,
    'path/2021-11-15/functions/',
    '/response-streaming-invocations',
  )
  return streamed ? { functionArn: streamed, isStreaming: true } : undefined
}

function between(text: string, start: string, end: string): string | undefined {
  if (!text.startsWith(start) || !text.endsWith(end)) return undefined
  return text.slice(start.length, -end.length) || undefined
}
