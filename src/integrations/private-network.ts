/**
 * Where private integrations lead: the gateway's options `--vpc-link` and `--listener` give each link of the first kind, and
 * each load balancer behind links of the second, its address here. What has none is refused, and never looked for at
 * the URI's own host, which may be someone else's in the public network.
 */
import type { HttpEndpoint, PrivateConnection } from '../program/program.ts'
import { type HttpTarget, httpTarget } from './http/http-call.ts'

export interface Address {
  /** IPv6 with brackets. */
  readonly host: string
  /** null: the port of the integration's URI. */
  readonly port: number | null
}

export interface PrivateNetwork {
  /** By the id of the link. */
  readonly vpcLinks: ReadonlyMap<string, Address>
  /** By the ARN of a load balancer or of a listener, as the integration names it. */
  readonly listeners: ReadonlyMap<string, Address>
}

/** Whom an endpoint's calls go to; or the problem, when the network does not have its link. */
export function targetOf(
  endpoint: HttpEndpoint,
  network: PrivateNetwork,
): { readonly target: HttpTarget } | { readonly problem: string } {
  const { secure, host, port, insecureSkipVerification, clientCertificate, connection } = endpoint
  const tls = { secure, insecureSkipVerification, clientCertificate }
  if (connection === null) {
    return { target: httpTarget({ ...tls, host, port }) }
  }
  const address = addressOf(connection, network)
  if (address === undefined) return { problem: missingAddress(connection) }
  return {
    target: httpTarget({
      ...tls,
      host: address.host,
      port: address.port ?? port,
      serverName: host,
    }),
  }
}

/** undefined: the options do not name the link or its load balancer. */
export function addressOf(
  { linkId, listenerArn }: PrivateConnection,
  { vpcLinks, listeners }: PrivateNetwork,
): Address | undefined {
  return listenerArn === null ? vpcLinks.get(linkId) : listeners.get(listenerArn)
}

/** What to do about a connection without an address, a sentence. */
export function missingAddress({ linkId, listenerArn }: PrivateConnection): string {
  return listenerArn === null
    ? `The VPC link ${linkId} has no address here: start the gateway with --vpc-link ${linkId}=HOST:PORT.`
    : `The target ${listenerArn} of the VPC link ${linkId} has no address here: start the gateway with --listener ${listenerArn}=http://HOST:PORT.`
}
