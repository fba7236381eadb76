/**
 * Networks that stand for VPCs and their endpoints, by the options `--vpc-endpoint` and `--vpc`: a request comes through an
 * endpoint when its address lies in the network that was given for it.
 */
import { type IpRange, parseIpRange } from '../base/ip-range.ts'

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
