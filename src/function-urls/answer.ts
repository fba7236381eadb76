/**
 * What a function behind a URL gave back -> status, headers, body.
 *
 *     {"statusCode": 201, "headers": {…}, "cookies": […], "body": "…", "isBase64Encoded": false}    as it says
 *     any other JSON                                      200, application/json, the JSON; of a text the text itself
 *     {"statusCode": …} and eight NULs, then bytes        what a streaming handler writes
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 */
import { answerHeadProblem } from '../base/answer-head-limits.ts'

export interface UrlAnswer {
  readonly status: number
  /** Name, value, name, value… */
  readonly headers: readonly string[]
  readonly body: Buffer
}

/** What stands before a streamed body. */
export type AnswerHead = Pick<UrlAnswer, 'status' | 'headers'>

const headEnd = Buffer.alloc(8)
export const headLimitBytes = 16 * 1024

/** A sentence instead says what is wrong, which is a 502. */
export function readAnswer(payload: Buffer): UrlAnswer | string {
  const streamed = splitHead(payload)
  if (streamed !== undefined) {
    const head = readHead(streamed.head)
    return typeof head === 'string' ? head : { ...head, body: streamed.rest }
  }
  const value = parsed(payload)
  if (value === undefined) return 'the function did not return JSON'
  if (!isObject(value) || value['statusCode'] === undefined) {
    const body = typeof value === 'string' ? Buffer.from(value) : payload
    return { status: 200, headers: ['content-type', 'application/json'], body }
  }
  const head = headOf(value)
  if (typeof head === 'string') return head
  const { body = '', isBase64Encoded } = value
  if (body !== null && typeof body !== 'string') return 'body is not a string'
  const encoding = isBase64Encoded === true ? 'base64' : 'utf8'
  return { ...head, body: Buffer.from(body ?? '', encoding) }
}

/** Where the metadata of a streamed answer ends; undefined when it has not (yet). */
export function splitHead(
  bytes: Buffer,
): { readonly head: Buffer; readonly rest: Buffer } | undefined {
  const end = bytes.subarray(0, headLimitBytes + headEnd.length).indexOf(headEnd)
  if (end < 0) return undefined
  return { head: bytes.subarray(0, end), rest: bytes.subarray(end + headEnd.length) }
}

/** The metadata of a streamed answer; a sentence when it is none. */
export function readHead(bytes: Buffer): AnswerHead | string {
  const value = parsed(bytes)
  return isObject(value) ? headOf(value) : 'the metadata of the streamed answer is no JSON object'
}

function headOf(value: Readonly<Record<string, unknown>>): AnswerHead | string {
  const { statusCode = 200 } = value
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    return 'statusCode is not an HTTP status'
  }
  const headers: string[] = []
  for (const [name, text] of Object.entries(isObject(value['headers']) ? value['headers'] : {})) {
    if (!add(headers, name, text)) return `the header ${JSON.stringify(name)} cannot be sent`
  }
  for (const cookie of Array.isArray(value['cookies']) ? value['cookies'] : []) {
    if (!add(headers, 'set-cookie', cookie)) return 'a cookie cannot be sent'
  }
  if (!headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type')) {
    headers.push('content-type', 'application/json')
  }
  return answerHeadProblem(headers) ?? { status, headers }
}

/** Framing is ours, whatever the function says. */
const dropped: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

function add(headers: string[], name: string, value: unknown): boolean {
  if (dropped.has(name.toLowerCase())) return true
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return false
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return false
  const text = String(value)
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return false
  headers.push(name, text)
  return true
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
