/**
 * Networks in CIDR form, `10.0.0.0/8`, `2001:db8::/32`, or one address alone (RFC 4632, RFC 4291).
 *
 * An address is read into 32-bit words, one of IPv4 and four of IPv6; an IPv4 address that is written as IPv6
 * (`::ffff:10.0.0.1`) counts as IPv4. Reading takes one pass and never guesses: `010.0.0.1`, `10.1` and `fe80::1%eth0`
 * are no addresses.
 */

/** Whether an address lies in the network; false for what is no address. */
export type IpRange = (address: string) => boolean

/** undefined: the text is no network. Bits behind the prefix do not count, as in AWS's policies. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const network = readIp(slash < 0 ? text : text.slice(0, slash))
  if (network === undefined) return undefined
  const size = network.length * 32
  const digits = slash < 0 ? String(size) : text.slice(slash + 1)
  const bits = /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN
  if (!(bits <= size)) return undefined
  const masks = network.map((_, i) => maskOf(Math.min(32, Math.max(0, bits - i * 32))))
  const wanted = network.map((word, i) => (word & (masks[i] as number)) >>> 0)
  return address => {
    const words = readIp(address)
    if (words === undefined || words.length !== wanted.length) return false
    for (let i = 0; i < wanted.length; i++) {
      if (((words[i] as number) & (masks[i] as number)) >>> 0 !== wanted[i]) return false
    }
    return true
  }
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0
}

/** One word for IPv4, four for IPv6; undefined: no address. */
function readIp(text: string): readonly number[] | undefined {
  if (text.length > 45) return undefined
  if (!text.includes(':')) {
    const word = readIpv4(text)
    return word === undefined ? undefined : [word]
  }
  const words = readIpv6(text)
  const isMapped = words?.[0] === 0 && words[1] === 0 && words[2] === 0xffff
  return isMapped ? [words[3] as number] : words
}

/** Without regular expressions, since policies with addresses read the client's for every request. */
function readIpv4(text: string): number | undefined {
  let word = 0
  let parts = 0
  let at = 0
  while (parts < 4) {
    if (parts > 0 && text.charCodeAt(at++) !== dot) return undefined
    const start = at
    let part = 0
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
      part = part * 10 + digit
    }
    const length = at - start
    if (length < 1 || length > 3 || part > 255) return undefined
    if (length > 1 && text.charCodeAt(start) === zero) return undefined
    word = word * 256 + part
    parts++
  }
  return at === text.length ? word : undefined
}

const dot = 0x2e
const zero = 0x30

/** -1: there is no digit. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - zero
  return digit >= 0 && digit <= 9 ? digit : -1
}

function readIpv6(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const front = groupsOf(halves[0] ?? '')
  const back = halves.length === 2 ? groupsOf(halves[1] ?? '') : []
  if (front === undefined || back === undefined) return undefined
  const missing = 8 - front.length - back.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...front, ...Array<number>(missing).fill(0), ...back]
  return [0, 2, 4, 6].map(i => (groups[i] as number) * 65_536 + (groups[i + 1] as number))
}

/** The last group may be an IPv4 address, which stands for two. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && i === parts.length - 1) {
      const word = readIpv4(part)
      if (word === undefined) return undefined
      groups.push(Math.floor(word / 65_536), word % 65_536)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
    } else return undefined
  }
  return groups
}
