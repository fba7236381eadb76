/**
 * Reads the head of a request that is as plain as nearly all are: HTTP/1.1, a common verb, an origin-form target, headers of
 * visible ASCII, all lines ended by CRLF. It takes less than HTTP allows and judges nothing: whatever it does not take goes to
 * node's parser. What it takes, that parser reads alike (plain-head.test.ts holds one against the other), so that it
 * makes no difference which of the two a request meets.
 */
import { fieldValueAt } from '../base/field-value.ts'
import { headerNameAt } from '../integrations/http/header-name.ts'
import type { ParsedHead } from './intake.ts'

export interface PlainHead extends ParsedHead {
  /** Where the body begins. */
  readonly endsAt: number
}

/** No more than this is looked at; AWS takes 20,480 bytes of headers and 10,240 of target. */
const maxHeadBytes = 32 * 1024
/** Most heads are shorter: looking at more than this first would turn whole bodies into text. */
const firstLookBytes = 2048
const maxHeaders = 100
const endOfHead = '\r\n\r\n'
const behindTarget = ' HTTP/1.1\r\n'

/** Anchored, because V8 takes half the time for it that it takes to search for the first of all others. */
const plainText = /^[\t\x20-\x7e\r\n]*$/
const plainTarget = /^\/[!"$-~]*$/
const plainVerbs: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']

/** The head at the front of `bytes`; `incomplete`: more must come to tell; null: not a plain one. */
export function readPlainHead(bytes: Buffer): PlainHead | 'incomplete' | null {
  let text = bytes.toString('latin1', 0, firstLookBytes)
  let end = text.indexOf(endOfHead)
  if (end < 0 && bytes.length > firstLookBytes) {
    text = bytes.toString('latin1', 0, maxHeadBytes)
    end = text.indexOf(endOfHead)
  }
  if (end < 0) {
    const mayBecomeOne = bytes.length < maxHeadBytes && /^[A-Z]/.test(text) && plainText.test(text)
    return mayBecomeOne ? 'incomplete' : null
  }
  const endsAt = end + endOfHead.length
  // Not a slice: each look at one goes a longer way.
  return read(text.length === endsAt ? text : bytes.toString('latin1', 0, endsAt), endsAt)
}

function read(text: string, endsAt: number): PlainHead | null {
  const method = verbOf(text)
  if (method === undefined || !plainText.test(text)) return null
  const targetEnd = text.indexOf('\r\n') - behindTarget.length + 2
  if (!text.startsWith(behindTarget, targetEnd)) return null
  const url = text.slice(method.length + 1, targetEnd)
  if (!plainTarget.test(url)) return null
  const headers: string[] = []
  let at = targetEnd + behindTarget.length
  const last = endsAt - 2
  while (at < last) {
    const end = text.indexOf('\r', at)
    if (text.indexOf('\n', at) !== end + 1) return null
    const colon = text.indexOf(':', at)
    // Refuses folded lines and blanks before the colon too: neither is a token.
    const name = colon < end ? headerNameAt(text, at, colon) : ''
    if (name === '' || headers.length === 2 * maxHeaders) return null
    headers.push(name, fieldValueAt(text, colon + 1, end))
    at = end + 2
  }
  return { method, url, version: '1.1', headers, endsAt }
}

function verbOf(text: string): string | undefined {
  for (const verb of plainVerbs) {
    if (text.startsWith(verb) && text.charCodeAt(verb.length) === 0x20) return verb
  }
  return undefined
}
