/**
 * Integration URI of a Lambda function -> the function's ARN:
 *
 *     arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/invocations
 *     arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/{function}/response-streaming-invocations
 *
 * where {function} is a full ARN, `account:function:name` or a name, each with or without `:qualifier`. "Set up
 * Lambda integrations" in the developer guide.
 */

const invocation =
  /^arn:(aws[a-z-]*):apigateway:([a-z0-9-]+):lambda:path\/{1,2}2015-03-31\/functions\/(.+)\/invocations$/
const fullArn =
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}(?::[A-Za-z0-9$_-]{1,128})?$/
const partialArn = /^(?:(\d{12}):function:)?([A-Za-z0-9_-]{1,140}(?::[A-Za-z0-9$_-]{1,128})?)$/
const streaming =
  /^arn:(aws[a-z-]*):apigateway:([a-z0-9-]+):lambda:path\/{1,2}2021-11-15\/functions\/(.+)\/response-streaming-invocations$/

/** Says whether the URI addresses the Lambda service at all. */
export function isLambdaUri(uri: string): boolean {
  return /^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:/.test(uri)
}

/** Says whether the URI invokes a function: all else that Lambda offers is called like any other service. */
export function isInvocationUri(uri: string): boolean {
  return isLambdaUri(uri) && uri.includes('/invocations')
}

/** Says whether the URI asks for response streaming, which is another operation of Lambda. */
export function isStreamingUri(uri: string): boolean {
  return streaming.test(uri)
}

/** `uri`: stage variables filled in. Throws SyntaxError when it names no function. */
export function functionArnOf(uri: string, account: string): string {
  const parts = invocation.exec(uri) ?? streaming.exec(uri)
  if (parts === null) {
    throw new SyntaxError(
      `${uri} is not arn:aws:apigateway:…:lambda:path/2015-03-31/functions/…/invocations`,
    )
  }
  const [, partition, region, name = ''] = parts
  if (fullArn.test(name)) return name
  const partial = partialArn.exec(name)
  if (partial === null) throw new SyntaxError(`${name} does not name a function`)
  return `arn:${partition}:lambda:${region}:${partial[1] ?? account}:function:${partial[2]}`
}
