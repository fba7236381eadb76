/**
 * The formats of JSON Schema draft-04 (validation §7.3), with the error texts of the validator whose messages AWS
 * shows. Formats that nobody knows are not checked. All tests take linear time.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { compileEcmaPattern } from './json-schema-patterns.ts'
import { quote } from './json-schema-run.ts'

/** Says whether a text has the format, and what to say when it has not. */
export interface Format {
  has(text: string): boolean
  complain(text: string): string
}

export const formats: ReadonlyMap<string, Format> = new Map([
  [
    'date-time',
    format(
      isDateTime,
      text =>
        `string ${quote(text)} is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`,
    ),
  ],
  ['email', format(isEmail, text => `string ${quote(text)} is not a valid email address`)],
  ['hostname', format(isHostname, text => `string ${quote(text)} is not a valid hostname`)],
  ['ipv4', format(isIPv4, text => `string ${quote(text)} is not a valid IPv4 address`)],
  [
    'ipv6',
    format(
      text => !text.includes('%') && isIPv6(text),
      text => `string ${quote(text)} is not a valid IPv6 address`,
    ),
  ],
  [
    'regex',
    format(isRegex, text => `string ${quote(text)} is not a valid ECMA 262 regular expression`),
  ],
  ['uri', format(isUri, text => `string ${quote(text)} is not a valid URI`)],
  [
    'uuid',
    format(
      text => /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(text),
      text => `input string ${quote(text)} is not a valid UUID`,
    ),
  ],
])

function format(has: (text: string) => boolean, complain: (text: string) => string): Format {
  return Object.freeze({ has, complain })
}

/** RFC 3339 §5.6, with a zone as Java writes it too: `Z`, `+01:00`, `+0100`. */
function isDateTime(text: string): boolean {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d{1,12})?(?:[Zz]|[+-]\d\d:?\d\d)$/.exec(
      text,
    )
  if (parts === null) return false
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const isTime = hour < 24 && minute < 60 && second < 60
  return isTime && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
}

/** One `@`, something on both sides, no blanks (guess: the validator asks for an RFC 822 address). */
function isEmail(text: string): boolean {
  const sign = text.lastIndexOf('@')
  if (sign < 1 || sign === text.length - 1 || text.length > 320) return false
  const local = text.slice(0, sign)
  const domain = text.slice(sign + 1)
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return false
  return /^[^\s@"(),:;<>[\\\]]+$/.test(local) && isHostname(domain)
}

/** RFC 1123 §2.1. */
function isHostname(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false
  return text
    .split('.')
    .every(label => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
}

/** RFC 3986: an absolute or relative reference of allowed characters, as `java.net.URI` takes them. */
function isUri(text: string): boolean {
  if (!/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%\u0080-\uffff]*$/.test(text)) return false
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return false
  const colon = text.indexOf(':')
  const end = text.search(/[/?#]/)
  if (colon < 0 || (end >= 0 && end < colon)) return true
  return /^[A-Za-z][A-Za-z0-9+.-]*$/.test(text.slice(0, colon)) && colon < text.length - 1
}

/** Guess: what RE2 cannot run (look-around, back-references) still counts as a regular expression. */
function isRegex(text: string): boolean {
  if (text.length > 4096) return false
  try {
    new RegExp(text)
    return true
  } catch {
    try {
      compileEcmaPattern(text)
      return true
    } catch {
      return false
    }
  }
}
