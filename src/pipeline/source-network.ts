/**
 * Private APIs are reached through endpoints of a VPC. Here networks stand for both, by the options `--vpc-endpoint` and `--vpc`:
 * a request comes through an endpoint when its address lies in the network that was given for it. A request from anywhere
 * else is refused, whatever the resource policy says (AWS has no way from there to the API at all; the answer is a guess).
 */
import { type IpRange, parseIpRange } from '../base/ip-range.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'

export interface SourceNetwork {
  readonly vpcId: string | null
  readonly vpceId: string | null
}

export const noNetwork: SourceNetwork = Object.freeze({ vpcId: null, vpceId: null })

/** Names of the cloud and the networks that stand for them, in CIDR form; the first that fits counts. */
export interface NetworkSettings {
  readonly vpcEndpoints: ReadonlyMap<string, string>
  readonly vpcs: ReadonlyMap<string, string>
}

export type FindNetwork = (address: string) => SourceNetwork

export function networkFinder({ vpcEndpoints, vpcs }: NetworkSettings): FindNetwork {
  const endpointOf = nameFinder(vpcEndpoints)
  const vpcOf = nameFinder(vpcs)
  return address => ({ vpcId: vpcOf(address), vpceId: endpointOf(address) })
}

function nameFinder(networks: ReadonlyMap<string, string>): (address: string) => string | null {
  const ranges: [name: string, range: IpRange][] = []
  for (const [name, text] of networks) {
    const range = parseIpRange(text)
    if (range === undefined) throw new TypeError(`${text} is no network`)
    ranges.push([name, range])
  }
  return address => ranges.find(([, has]) => has(address))?.[0] ?? null
}

/** For private APIs: finds the endpoint that the request came through. */
export function requireEndpoint(x: Exchange): undefined {
  const { sourceIp } = x.arrival
  x.admitSource(x.loaded.networkOf(sourceIp))
  if (x.source.vpceId !== null) return
  throw new Refusal('ACCESS_DENIED', {
    message: 'Forbidden',
    errorType: 'ForbiddenException',
    reason: `the API is private, and ${sourceIp} is in no network that --vpc-endpoint names`,
  })
}
