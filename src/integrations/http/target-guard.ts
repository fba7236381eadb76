/**
 * Keeps calls away from addresses where a machine's own credentials and settings are handed out:
 * link-local networks and the clouds' metadata services. The check is made on the address that is
 * about to be connected to, after DNS, so that no name and no spelling of an address gets round it.
 *
 * Link-local: RFC 3927, RFC 4291 section 2.5.6. Addresses that carry an IPv4 address inside are judged
 * by that address too: RFC 4291 section 2.5.5, RFC 2765 section 2.1, RFC 6052, RFC 8215, RFC 3056,
 * RFC 4380 section 4 and RFC 5214 section 6.1.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'

/** Says whether an address may be connected to. */
export type AllowTarget = (address: string) => boolean

/** What `net.connect` takes as `lookup`. */
export type Lookup = (
  hostname: string,
  options: LookupOptions,
  callback: (
    error: NodeJS.ErrnoException | null,
    address: string | LookupAddress[],
    family?: number,
  ) => void,
) => void

const forbidden4: readonly (readonly [string, number])[] = [
  ['169.254.0.0', 16], // link-local: EC2, ECS, EKS, Azure, Google Cloud, Oracle and others
  ['100.100.100.200', 32], // Alibaba Cloud
  ['168.63.129.16', 32], // Azure's host agent
  ['192.0.0.192', 32], // Oracle Cloud, classic
]

const forbidden6: readonly (readonly [string, number])[] = [
  ['fe80::', 10], // link-local
  ['fd00:ec2::', 32], // EC2 instance metadata, EKS pod identity, time and DNS services
  ['fd20:ce::254', 128], // Google Cloud
  ['fd00:42::42', 128], // Scaleway
]

const forbidden = new BlockList()
for (const [network, prefix] of forbidden4) {
  forbidden.addSubnet(network, prefix, 'ipv4')
  const [a, b, c, d] = network.split('.').map(part => Number(part).toString(16).padStart(2, '0'))
  forbidden.addSubnet(`::${a}${b}:${c}${d}`, 96 + prefix, 'ipv6') // IPv4-compatible
  forbidden.addSubnet(`::ffff:${a}${b}:${c}${d}`, 96 + prefix, 'ipv6') // IPv4-mapped
  forbidden.addSubnet(`::ffff:0:${a}${b}:${c}${d}`, 96 + prefix, 'ipv6') // IPv4-translated
  forbidden.addSubnet(`64:ff9b::${a}${b}:${c}${d}`, 96 + prefix, 'ipv6') // NAT64
  forbidden.addSubnet(`64:ff9b:1::${a}${b}:${c}${d}`, 96 + prefix, 'ipv6') // NAT64, local use
  forbidden.addSubnet(`2002:${a}${b}:${c}${d}::`, 16 + prefix, 'ipv6') // 6to4
  forbidden.addSubnet(`2001:0:${a}${b}:${c}${d}::`, 32 + prefix, 'ipv6') // Teredo, by its server
}
for (const [network, prefix] of forbidden6) forbidden.addSubnet(network, prefix, 'ipv6')

/** The default: anything but link-local and cloud-metadata addresses. */
export function isOrdinaryAddress(address: string): boolean {
  const zone = address.indexOf('%')
  const bare = zone < 0 ? address : address.slice(0, zone)
  const family = isIP(bare)
  // What is not an address cannot be judged, so it is not ordinary.
  if (family === 0) return false
  if (family === 4) return !forbidden.check(bare, 'ipv4')
  const inner = tunnelEnd(bare)
  return !forbidden.check(bare, 'ipv6') && (inner === null || !forbidden.check(inner, 'ipv4'))
}

/**
 * The IPv4 address in the last 32 bits of an ISATAP or Teredo address, behind bits that may be anything; Teredo inverts
 * it. null: there is none, or one that begins with zeros, which nothing forbids.
 */
function tunnelEnd(address: string): string | null {
  // A URL has one spelling of an address, in which zeros are left out only where two groups are.
  const text = new URL(`http://[${address}]/`).hostname
  const end = /^\[(.*):([0-9a-f]+):([0-9a-f]+)\]$/.exec(text)
  if (end === null) return null
  const [, start = '', high = '', low = ''] = end
  const isTeredo = /^2001:(?:0:|:|$)/.test(start)
  if (!isTeredo && !start.endsWith(':5efe')) return null
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16)
  const value = isTeredo ? 0xffff_ffff - bits : bits
  return [24, 16, 8, 0].map(shift => (value >>> shift) & 255).join('.')
}

/** The error of a call that was kept away. */
export function forbiddenTarget(host: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`Calls to the address of ${host} are not allowed`)
  error.code = 'TARGET_NOT_ALLOWED'
  return error
}

/** `lookup`, less the addresses that `allow` refuses; an error if none is left. Default lookup: the system's. */
export function guardedLookup(allow: AllowTarget, lookup: Lookup = systemLookup): Lookup {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [])
      const addresses = typeof found === 'string' ? [] : found.filter(each => allow(each.address))
      const first = addresses[0]
      if (first === undefined) return callback(forbiddenTarget(hostname), [])
      if (options.all === true) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }
}
