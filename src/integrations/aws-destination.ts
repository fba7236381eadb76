/**
 * Where the calls of an AWS service go: to AWS over HTTPS, or to the address that `--aws-endpoint` gives for the
 * service. Such an address stands for every subdomain of the service; for S3, where the subdomain is a bucket, the
 * bucket goes in front of the path instead, which S3 and its emulators take for the same.
 */
import type { AwsEndpoint } from '../program/program.ts'
import { type HttpTarget, httpTarget, httpTargetOf } from './http/http-call.ts'

export interface AwsDestination {
  readonly target: HttpTarget
  /** `host[:port]` as the Host header says it. */
  readonly authority: string
  /** In front of every path: '' or `/bucket`. */
  readonly pathPrefix: string
  /** Not an endpoint of the user's. */
  readonly isAws: boolean
}

/** `endpoints`: service -> URL. Throws TypeError for a URL that is none. */
export function destinationOf(
  endpoint: AwsEndpoint,
  endpoints: ReadonlyMap<string, string>,
): AwsDestination {
  const given = endpoints.get(endpoint.name)
  if (given === undefined) {
    return Object.freeze({
      target: httpTarget({ secure: true, host: endpoint.host, port: 443 }),
      authority: endpoint.host,
      pathPrefix: '',
      isAws: true,
    })
  }
  const url = new URL(given)
  const isBucket = endpoint.name === 's3' && endpoint.subdomain !== ''
  return Object.freeze({
    target: httpTargetOf(url),
    authority: url.host,
    pathPrefix: isBucket ? `/${endpoint.subdomain}` : '',
    isAws: false,
  })
}
