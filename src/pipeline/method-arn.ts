/**
 * The name under which policies know what a request asks for:
 *
 *     arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}
 *
 * The path is as the client wrote it, not decoded. As in matching routes one slash at the end does not count, and of two
 * slashes at its beginning one is left: a policy must not see another path than the method behind it (a guess: what
 * AWS makes of such paths is not recorded).
 *
 * "ARN format for API execution" in the developer guide; its quotas page has the limit: 414 beyond 1,600 bytes.
 */
import { partitionOf } from '../aws/arn.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Program } from '../program/program.ts'
import type { Exchange } from './exchange.ts'

const limitBytes = 1600

/** The ARN of the request's method. Throws `Refusal` (414) when it is too long. */
export function methodArn(x: Exchange): string {
  const arn = methodArnFor(x.program, x.arrival.method, x.arrival.path)
  // No text has more bytes than three times its length.
  if (arn.length * 3 > limitBytes && Buffer.byteLength(arn) > limitBytes) {
    throw new Refusal('ACCESS_DENIED', {
      status: 414,
      message: 'Request URI too long',
      errorType: 'RequestUriTooLongException',
      reason: `the ARN of the method is longer than ${limitBytes} bytes, more than policies take`,
    })
  }
  return arn
}

export function methodArnFor(program: Program, verb: string, path: string): string {
  const { region, account, apiId, stageName } = program
  return `arn:${partitionOf(region)}:execute-api:${region}:${account}:${apiId}/${stageName}/${verb}${pathOf(path)}`
}

function pathOf(path: string): string {
  const start = path.startsWith('//') ? 1 : 0
  const end = path.length > start + 1 && path.endsWith('/') ? path.length - 1 : path.length
  return path.slice(start, end)
}
