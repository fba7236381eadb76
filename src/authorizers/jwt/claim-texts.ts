/**
 * Claims as API Gateway hands them on: all are texts. How they become texts differs between the two kinds of APIs, and is
 * known from users' logs only.
 *
 *                     REST API, user pool               HTTP API, JWT
 *     exp, iat        Fri Jul 29 18:52:53 UTC 2016      1469818373
 *     ["a","b"]       a,b                               [a b]
 *     true            true                              true
 *     {"x":1}         {"x":1}                           map[x:1]
 */
import type { JsonObject } from '../../base/strict-json.ts'

export type ClaimTexts = Readonly<Record<string, string>>

/** For `$context.authorizer.claims` of REST APIs. No prototype. */
export function userPoolClaims(claims: JsonObject): ClaimTexts {
  return mapped(claims, (name, value) => {
    const isDate = (name === 'exp' || name === 'iat') && typeof value === 'number'
    return isDate ? javaDate(value) : javaText(value)
  })
}

/** For `$context.authorizer.claims` of HTTP APIs and `jwt.claims` of their events. No prototype. */
export function jwtClaims(claims: JsonObject): ClaimTexts {
  return mapped(claims, (_, value) => goText(value))
}

/** Absent and null are the same (guess). */
function mapped(claims: JsonObject, textOf: (name: string, value: unknown) => string): ClaimTexts {
  const texts: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(claims)) {
    if (value !== null) texts[name] = textOf(name, value)
  }
  return Object.freeze(texts)
}

function javaText(value: unknown): string {
  if (Array.isArray(value)) return value.map(javaText).join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** As Go prints values with `%v`, which is what such events look like. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (value === null) return '<nil>'
  if (typeof value !== 'object') return String(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${members.map(([name, each]) => `${name}:${goText(each)}`).join(' ')}]`
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** As `java.util.Date` writes itself: `Fri Jul 29 18:52:53 UTC 2016`. `seconds` since 1970. */
function javaDate(seconds: number): string {
  const date = new Date(seconds * 1000)
  const day = String(date.getUTCDate()).padStart(2, '0')
  const time = date.toISOString().slice(11, 19)
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} UTC ${date.getUTCFullYear()}`
}
