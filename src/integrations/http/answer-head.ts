/**
 * Reads the head of an answer, from the status line to the last header, strictly: RFC 9112
 * sections 2.2, 4, 5, 6 and 7. A back end that breaks the rules is refused rather than interpreted,
 * because two readers that guess differently are how answers get mixed up.
 *
 * Stricter than node:http's parser: lines end in CRLF only, the version is 1.0 or 1.1, Content-Length
 * comes once, the only transfer coding is `chunked`, comes once, and not in HTTP/1.0; no empty lines
 * before the status line, at most 1,000 headers.
 */
import { fieldValueAt } from '../../base/field-value.ts'
import { headerNameAt } from './header-name.ts'

/** What the status line and the headers say. */
export interface AnswerHead {
  readonly status: number
  /** Name, value, name, value… as sent. */
  readonly headers: string[]
  /** Content-Length in bytes, -1 if absent. */
  readonly contentLength: number
  readonly isChunked: boolean
  /** Whether the connection may carry another answer after this one. */
  readonly keepsAlive: boolean
  /** The `timeout` of the Keep-Alive header in seconds, -1 if absent. */
  readonly keepAliveSeconds: number
}

/** No control characters but those that end lines: for all lines at once, and anchored, because that is twice as fast. */
const headText = /^[\t\x20-\x7e\x80-\xff\r\n]*$/
const badCharacter = 'Bad character in a header name or value'
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const maxHeaders = 1000

/** Reads `text`, one latin1 character per byte, which ends in CRLF; a string answer says what is wrong. */
export function readAnswerHead(text: string): AnswerHead | string {
  const start = readStart(text)
  if (start === null) return 'Bad status line'
  const { isOld } = start
  const fields = new Fields()
  const problem = readHeaders(text, start.line.length, fields)
  if (problem !== '') return problem
  if (fields.isChunked && isOld) return 'Transfer-Encoding in HTTP/1.0'
  return {
    status: start.status,
    headers: fields.headers,
    contentLength: fields.contentLength,
    isChunked: fields.isChunked,
    keepsAlive: !fields.closes && (!isOld || fields.keepsAlive),
    keepAliveSeconds: fields.keepAliveSeconds,
  }
}

interface Start {
  /** With its CRLF. */
  readonly line: string
  readonly isOld: boolean
  readonly status: number
}

/** The last one: nearly all begin with `HTTP/1.1 200 OK`. */
let lastStart: Start = { line: 'HTTP/1.1 200 OK\r\n', isOld: false, status: 200 }

function readStart(text: string): Start | null {
  if (text.startsWith(lastStart.line)) return lastStart
  const end = text.indexOf('\r\n')
  const found = statusLine.exec(text.slice(0, end))
  if (found === null) return null
  const start = { line: text.slice(0, end + 2), isOld: found[1] === '0', status: Number(found[2]) }
  // A part of a text holds the whole of it, so only what is short is kept, as a copy.
  if (end <= 64) {
    lastStart = { ...start, line: Buffer.from(start.line, 'latin1').toString('latin1') }
  }
  return start
}

/** Checks a trailer section, which is then dropped; empty if it is fine, else what is wrong. */
export function checkTrailers(text: string): string {
  const fields = new Fields()
  const problem = readHeaders(text, 0, fields)
  if (problem !== '') return problem
  return fields.isChunked || fields.contentLength >= 0 ? 'Framing header in the trailers' : ''
}

class Fields {
  readonly headers: string[] = []
  contentLength = -1
  isChunked = false
  closes = false
  keepsAlive = false
  keepAliveSeconds = -1
}

function readHeaders(text: string, from: number, fields: Fields): string {
  if (!headText.test(text)) return badCharacter
  const { headers } = fields
  let at = from
  while (at < text.length) {
    const end = text.indexOf('\r', at)
    if (text.indexOf('\n', at) !== end + 1) return badCharacter
    const colon = text.indexOf(':', at)
    if (colon < 0 || colon > end) return 'Header without a colon'
    // Refuses folded lines and blanks before the colon too: neither is a token.
    const name = headerNameAt(text, at, colon)
    if (name === '') return 'Bad header name'
    const value = fieldValueAt(text, colon + 1, end)
    const problem = noteFraming(name, value, fields)
    if (problem !== '') return problem
    headers.push(name, value)
    if (headers.length > 2 * maxHeaders) return 'Too many headers'
    at = end + 2
  }
  return fields.isChunked && fields.contentLength >= 0
    ? 'Content-Length beside Transfer-Encoding'
    : ''
}

function noteFraming(name: string, value: string, fields: Fields): string {
  // By length first: nearly every header is done after this switch.
  switch (name.length) {
    case 10:
      noteConnection(name.toLowerCase(), value.toLowerCase(), fields)
      return ''
    case 14:
      if (name.toLowerCase() !== 'content-length') return ''
      if (fields.contentLength >= 0) return 'Content-Length twice'
      if (!/^\d{1,15}$/.test(value)) return 'Bad Content-Length'
      fields.contentLength = Number(value)
      return ''
    case 17:
      if (name.toLowerCase() !== 'transfer-encoding') return ''
      if (fields.isChunked) return 'Transfer-Encoding twice'
      if (value.toLowerCase() !== 'chunked') return 'Unknown transfer coding'
      fields.isChunked = true
      return ''
    default:
      return ''
  }
}

function noteConnection(name: string, value: string, fields: Fields): void {
  if (name === 'connection') {
    if (value === 'keep-alive') {
      fields.keepsAlive = true
      return
    }
    for (const option of value.split(',')) {
      const word = option.trim()
      if (word === 'close') fields.closes = true
      else if (word === 'keep-alive') fields.keepsAlive = true
    }
  } else if (name === 'keep-alive') {
    const hint = /^timeout=(\d{1,6})(?:$|[ ,;])/.exec(value)
    if (hint !== null) fields.keepAliveSeconds = Number(hint[1])
  }
}
