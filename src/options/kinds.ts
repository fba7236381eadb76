/**
 * The kinds of values an option can have. Flags, environment variables and the YAML file all give text, so that one
 * reader per kind serves the three; lists are written with commas, and a flag given twice or a YAML list is the same.
 */
import { isIP } from 'node:net'
import { parseIpRange } from '../base/ip-range.ts'
import { readMasterKey } from '../base/master-key.ts'
import type { Address } from '../integrations/private-network.ts'

export interface Kind<T> {
  /** Stands for the value in `--help`; '' for a switch, which needs none. */
  readonly placeholder: string
  /** What a right value is, to follow "is not". */
  readonly wanted: string
  /** `list`: values with commas. `pairs`: `name=value` with commas. */
  readonly shape: 'value' | 'list' | 'pairs'
  /** undefined: the text is no such value. */
  read(text: string): T | undefined
}

function kind<T>(
  placeholder: string,
  wanted: string,
  read: (text: string) => T | undefined,
  shape: Kind<T>['shape'] = 'value',
): Kind<T> {
  return Object.freeze({ placeholder, wanted, shape, read })
}

export const port = kind('PORT', 'a port (0-65535)', text => whole(text, 0, 65_535))

/** Whole numbers from `least` to `most`. */
export function count(least: number, most: number): Kind<number> {
  return kind('N', `a whole number from ${least} to ${most}`, text => whole(text, least, most))
}

export const host = kind('HOST', 'a host name or IP address', text =>
  isIP(text) !== 0 || /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text) ? text : undefined,
)

export const folder = kind('FOLDER', 'a folder', text =>
  text !== '' && !text.includes('\0') ? text : undefined,
)

export const file = kind('FILE', 'a file', text =>
  text !== '' && !text.includes('\0') ? text : undefined,
)

export const masterKey = kind('KEY', '32 bytes in hexadecimal or base64', readMasterKey)

export const account = kind('ID', 'an account id (12 digits)', text =>
  /^\d{12}$/.test(text) ? text : undefined,
)

export const region = kind('REGION', 'a region such as eu-central-1', text =>
  /^[a-z]{2,8}(?:-[a-z0-9]{1,16}){1,4}$/.test(text) ? text : undefined,
)

export const toggle = kind('', 'true or false', text =>
  text === 'true' ? true : text === 'false' ? false : undefined,
)

/** `KEY:SECRET`; the secret may hold colons. */
export const credentials = kind('KEY:SECRET', 'of the form KEY:SECRET', text => {
  const [, accessKeyId, secretAccessKey] = /^([\w.-]{3,128}):(\S{8,256})$/.exec(text) ?? []
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return Object.freeze({ accessKeyId, secretAccessKey })
})

/** `KEY:SECRET` or, for credentials that expire, `KEY:SECRET:TOKEN`. */
export const awsCredentials = kind('KEY:SECRET[:TOKEN]', 'of the form KEY:SECRET[:TOKEN]', text => {
  const [, accessKeyId = '', secretAccessKey = '', sessionToken] =
    /^([\w.-]{3,128}):([^\s:]{1,256})(?::(\S{1,16384}))?$/.exec(text) ?? []
  if (accessKeyId === '') return undefined
  return Object.freeze({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  })
})

/** A program by its path, or by the name under which PATH has it. */
export const program = kind('PROGRAM', 'the path or the name of a program', text =>
  /^[\x20-\u{10ffff}]{1,4096}$/u.test(text) ? text : undefined,
)

const endpoint =
  /^\s*([a-z0-9-]{1,63})=(https?:\/\/(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[1-9]\d{0,4})?)\/?\s*$/i

/** Service -> `http(s)://host[:port]`. */
export const endpoints = kind(
  'SERVICE=URL,…',
  'a list such as dynamodb=http://127.0.0.1:8000, each service once',
  text =>
    readPairs(text, item => {
      const [, service = '', url = ''] = endpoint.exec(item) ?? []
      return URL.canParse(url) ? [service.toLowerCase(), url] : undefined
    }),
  'pairs',
)

const functionAddress =
  /^\s*([A-Za-z0-9_-]{1,64})=(http:\/\/(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[1-9]\d{0,4})?)\/?\s*$/i

/** Function name -> `http://host[:port]`. */
export const functions = kind(
  'NAME=URL,…',
  'a list such as pets=http://127.0.0.1:9000, each function once',
  text =>
    readPairs(text, item => {
      const [, name = '', url = ''] = functionAddress.exec(item) ?? []
      return URL.canParse(url) ? [name, url] : undefined
    }),
  'pairs',
)

const link = /^\s*([\w-]{1,64})=([^\s/=]{1,300})\s*$/
// An ARN may have any mark but these; Cloud Map's end with `?name=value`.
const listener = /^\s*(arn:[^\s,]{1,1024})=https?:\/\/([^\s/=]{1,300})\/?\s*$/i

/** Id of a VPC link -> address. */
export const vpcLinks = kind(
  'ID=HOST:PORT,…',
  'a list such as abc123=127.0.0.1:8080, each link once',
  text => readAddresses(text, link),
  'pairs',
)

/** Id in the cloud -> network. */
export const networks = kind(
  'ID=CIDR,…',
  'a list such as vpce-1=10.0.0.0/8, each id once',
  text =>
    readPairs(text, item => {
      const [, id = '', network = ''] =
        /^\s*([\w-]{1,64})=([0-9a-fA-F.:]{2,45}(?:\/\d{1,3})?)\s*$/.exec(item) ?? []
      return parseIpRange(network) === undefined ? undefined : [id, network]
    }),
  'pairs',
)

/** ARN of a load balancer or listener -> address. */
export const listeners = kind(
  'ARN=URL,…',
  'a list such as arn:aws:elasticloadbalancing:…:listener/…=http://127.0.0.1:8080, each ARN once',
  text => readAddresses(text, listener),
  'pairs',
)

const issuer =
  /^\s*((?:arn:aws[a-z-]*:cognito-idp:[a-z0-9-]{1,32}:\d{12}:userpool\/)?[a-z0-9-]{1,32}_[0-9A-Za-z]{1,55})=(https?:\/\/[^\s,?#@]{1,1000})\s*$/

/** Id or ARN of a user pool -> URL of an issuer, letter by letter. */
export const issuers = kind(
  'POOL=URL,…',
  'a list such as eu-west-1_abc=https://login.example.com, each user pool once',
  text =>
    readPairs(text, item => {
      const [, pool = '', url = ''] = issuer.exec(item) ?? []
      return URL.canParse(url) ? [pool, url] : undefined
    }),
  'pairs',
)

export const addresses = kind(
  'ADDRESS,…',
  'a list of IP addresses',
  text => {
    const items = text.split(',').map(item => item.trim())
    return items.every(item => isIP(item) !== 0) ? Object.freeze(items) : undefined
  },
  'list',
)

/** One of the words of `words`. */
export function choice<const W extends string>(words: readonly W[]): Kind<W> {
  return kind(words.join('|'), `one of ${words.join(', ')}`, text =>
    words.find(word => word === text),
  )
}

const byteUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['B', 1],
  ['KB', 1024],
  ['MB', 1024 ** 2],
  ['GB', 1024 ** 3],
])

/** Bytes: `10485760`, `10240KB` or `10MB` (units of 1,024, as AWS counts them). */
export function bytes(least: number, most: number): Kind<number> {
  const wanted = `a size such as 10MB (${sizeText(least)} to ${sizeText(most)})`
  return kind('SIZE', wanted, text => measure(text, byteUnits, least, most))
}

const timeUnits: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** Milliseconds, from `500ms`, `5s`, `10m` or `1h`; a unit is needed, because a bare number would be ambiguous. */
export function duration(leastMs: number, mostMs: number): Kind<number> {
  const wanted = `a time with its unit, such as 500ms or 5s (${timeText(leastMs)} to ${timeText(mostMs)})`
  return kind('TIME', wanted, text => measure(text, timeUnits, leastMs, mostMs))
}

/** `10 MB`, for people. */
export function sizeText(size: number): string {
  return inLargestUnit(size, byteUnits)
}

/** `5 s`, for people. */
export function timeText(ms: number): string {
  return inLargestUnit(ms, timeUnits)
}

function readPairs<T>(
  text: string,
  readItem: (item: string) => readonly [name: string, value: T] | undefined,
): ReadonlyMap<string, T> | undefined {
  const found = new Map<string, T>()
  for (const item of text.split(',')) {
    const pair = readItem(item)
    if (pair === undefined || found.has(pair[0])) return undefined
    found.set(...pair)
  }
  return found
}

/** `pattern` finds a name and `host[:port]`. */
function readAddresses(text: string, pattern: RegExp): ReadonlyMap<string, Address> | undefined {
  return readPairs(text, item => {
    const [, name = '', given = ''] = pattern.exec(item) ?? []
    const address = readAddress(given)
    return address === undefined ? undefined : [name, address]
  })
}

function readAddress(text: string): Address | undefined {
  const [, name = '', digits] =
    /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (name === '' || !URL.canParse(`http://${name}`)) return undefined
  const port = digits === undefined ? null : whole(digits, 1, 65_535)
  return port === undefined ? undefined : Object.freeze({ host: name, port })
}

function whole(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}

function measure(
  text: string,
  units: ReadonlyMap<string, number>,
  least: number,
  most: number,
): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,15})\s?([a-z]{0,2})$/i.exec(text) ?? []
  const factor = units.get(unit) ?? units.get(unit.toUpperCase())
  if (digits === '' || factor === undefined) return undefined
  const value = Number(digits) * factor
  return value >= least && value <= most ? value : undefined
}

function inLargestUnit(value: number, units: ReadonlyMap<string, number>): string {
  const fitting = [...units].filter(([unit, factor]) => unit !== '' && value % factor === 0)
  const [unit, factor] = fitting.at(-1) ?? ['', 1]
  return `${value / factor} ${unit}`
}
