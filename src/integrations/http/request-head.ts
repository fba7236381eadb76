/**
 * The text of a request before its body, RFC 9112 sections 3, 5 and 6. Whatever the caller hands
 * over, what is written is one request: nothing in method, path or headers can end a line, and the
 * framing headers are written here and nowhere else.
 */
import { isFieldValue } from '../../base/field-value.ts'
import { HttpClientError } from './errors.ts'
import { isHeaderName, lineStart } from './header-name.ts'
import type { HttpCall } from './http-call.ts'

// Above 0xff a character would lose its high byte on the wire, and U+010A become a line feed.
const notInPath = /[^\x21-\x7e\x80-\xff]/

/** Bodies whose answer says "again" are safe to send twice: RFC 9110 section 9.2.2. */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/** Whether the call may be sent again when nobody knows if the first time arrived. */
export function isRepeatable(call: HttpCall): boolean {
  return idempotent.has(call.method) && (call.body === null || Buffer.isBuffer(call.body))
}

/** The request line and headers with the empty line; throws HttpClientError `invalid-request`. */
export function writeRequestHead(call: HttpCall): string {
  const { method, path, headers } = call
  // Methods are tokens, as names are. The answer to CONNECT is a tunnel, which this client does not make.
  if (!isHeaderName(method) || method === 'CONNECT') throw invalid('method')
  if (path.charCodeAt(0) !== 0x2f || notInPath.test(path)) throw invalid('path')
  let text = `${method} ${path} HTTP/1.1`
  let hosts = 0
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const value = headers[i + 1]
    const start = lineStart(name)
    if (start === '') throw invalid('header name')
    if (value === undefined || !isFieldValue(value)) throw invalid(`value of header ${name}`)
    const rule = ownRule(name)
    if (rule === 'framing') continue
    if (rule === 'host') hosts++
    text += start + value
  }
  if (hosts !== 1) throw invalid('number of Host headers')
  return text + framing(call)
}

function framing(call: HttpCall): string {
  const { body } = call
  if (body === null || Buffer.isBuffer(body)) {
    const length = body === null ? 0 : body.length
    // RFC 9110 section 8.6: methods that expect a body say so when there is none.
    const silent =
      length === 0 && call.method !== 'POST' && call.method !== 'PUT' && call.method !== 'PATCH'
    return silent ? '\r\n\r\n' : `\r\nContent-Length: ${length}\r\n\r\n`
  }
  const { lengthBytes } = body
  if (lengthBytes === -1) return '\r\nTransfer-Encoding: chunked\r\n\r\n'
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0) throw invalid('length of the body')
  return `\r\nContent-Length: ${lengthBytes}\r\n\r\n`
}

function ownRule(name: string): 'framing' | 'host' | 'plain' {
  // By length first: nearly every header is done after this switch.
  switch (name.length) {
    case 4:
      return name.toLowerCase() === 'host' ? 'host' : 'plain'
    case 10:
    case 14:
    case 16:
    case 17:
      return framingNames.has(name.toLowerCase()) ? 'framing' : 'plain'
    default:
      return 'plain'
  }
}

const framingNames = new Set([
  'connection',
  'keep-alive',
  'content-length',
  'proxy-connection',
  'transfer-encoding',
])

function invalid(what: string): HttpClientError {
  return new HttpClientError('invalid-request', `Invalid ${what}`)
}
