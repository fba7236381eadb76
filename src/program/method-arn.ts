/**
 * The ARN under which API Gateway asks a function on behalf of a method. It names the method as it is defined, not the
 * request: `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB or *}/{resource path}`, with the resource's own
 * `{name}` in it (recorded from AWS).
 */
import type { Program, Route } from './program.ts'

/** The `AWS:SourceArn` that a function's resource policy is weighed with. */
export function methodSourceArn(
  { region, account, apiId, stageName }: Program,
  { httpMethod, resourcePath }: Route,
): string {
  const verb = httpMethod === 'ANY' ? '*' : httpMethod
  const api = `arn:aws:execute-api:${region}:${account}:${apiId}`
  return `${api}/${stageName}/${verb}/${resourcePath.slice(1)}`
}
