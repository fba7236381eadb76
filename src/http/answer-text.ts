/** The head of an answer as text, as node:http would write it, for connections that node:http does not look after. */
import { STATUS_CODES } from 'node:http'
import { isFieldValue } from '../base/field-value.ts'
import { lineStart } from '../integrations/http/header-name.ts'

const lines = new Map<number, string>()

/**
 * Status line, headers and empty line. Throws TypeError for a name or value that HTTP does not allow, so that no header can
 * end a line or an answer.
 */
export function answerHead(
  status: number,
  headers: readonly string[],
  keepsAlive: boolean,
  isChunked: boolean,
): string {
  let text = statusLine(status)
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const value = headers[i + 1] as string
    const start = lineStart(name)
    if (start === '') throw new TypeError(`Not a header name: ${name}`)
    if (!isFieldValue(value)) throw new TypeError(`Bad character in the value of ${name}`)
    text += start + value
  }
  text += keepsAlive ? '\r\nConnection: keep-alive' : '\r\nConnection: close'
  return text + (isChunked ? '\r\nTransfer-Encoding: chunked\r\n\r\n' : '\r\n\r\n')
}

function statusLine(status: number): string {
  const known = lines.get(status)
  if (known !== undefined) return known
  if (!Number.isInteger(status) || status < 200 || status > 999) {
    throw new RangeError(`Not a final status: ${status}`)
  }
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}`
  lines.set(status, line)
  return line
}
