/**
 * What a function behind AWS_PROXY gave back -> status, headers, body. Only the documented keys may be there; anything
 * else is a malformed answer, which the caller turns into 502 ("Output format of a Lambda function for proxy
 * integration" in the developer guide; the details are recorded from AWS). That one with too many headers is
 * malformed is a guess; what stands before a streamed body ends at 16 KB anyway.
 */
import { answerHeadProblem, maxAnswerHeaders } from '../base/answer-head-limits.ts'

export interface ProxyAnswer {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
  readonly isBase64Encoded: boolean
}

const allowed = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'])

const allowedMetadata = new Set(['statusCode', 'headers', 'multiValueHeaders', 'cookies'])

/** Gives a sentence that says what is wrong instead of an answer. */
export function parseProxyAnswer(payload: Buffer): ProxyAnswer | string {
  const answer = parseObject(payload, allowed)
  if (typeof answer === 'string') return answer
  const { body } = answer
  if (Object.keys(answer).length === 0) return 'the function returned an empty object'
  if (body != null && typeof body !== 'string') return 'body is not a string'
  const head = readHead(answer)
  if (typeof head === 'string') return head
  const problem = answerHeadProblem(head.headers)
  if (problem !== undefined) return problem
  return { ...head, body: body ?? '', isBase64Encoded: answer.isBase64Encoded === true }
}

/** The metadata before a streamed body; it may have cookies, and nothing else that a held answer has not. */
export function parseProxyMetadata(payload: Buffer): ProxyAnswer | string {
  const metadata = parseObject(payload, allowedMetadata)
  if (typeof metadata === 'string') return metadata
  const head = readHead(metadata)
  if (typeof head === 'string') return head
  const { cookies } = metadata
  if (cookies != null && !Array.isArray(cookies)) return 'cookies is not a list'
  for (const cookie of (cookies ?? []) as unknown[]) {
    const problem = addHeader(head.headers, 'Set-Cookie', cookie)
    if (problem !== undefined) return problem
  }
  return { ...head, body: '', isBase64Encoded: false }
}

function parseObject(payload: Buffer, keys: ReadonlySet<string>): Record<string, unknown> | string {
  let value: unknown
  try {
    value = JSON.parse(payload.toString('utf8'))
  } catch {
    return 'the function did not return JSON'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'the function did not return an object'
  }
  const unknown = Object.keys(value).find(key => !keys.has(key))
  if (unknown !== undefined) return `the answer has the unknown key ${JSON.stringify(unknown)}`
  return value as Record<string, unknown>
}

function readHead(answer: Record<string, unknown>): { status: number; headers: string[] } | string {
  const status = readStatus(answer.statusCode)
  if (status === undefined) return 'statusCode is not an HTTP status'
  const headers: string[] = []
  const problem =
    readMultiValueHeaders(answer.multiValueHeaders, headers) ?? readHeaders(answer.headers, headers)
  return problem ?? { status, headers }
}

function readStatus(value: unknown): number | undefined {
  if (value == null) return 200
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599
    ? (status as number)
    : undefined
}

function readMultiValueHeaders(value: unknown, headers: string[]): string | undefined {
  if (value == null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) return 'multiValueHeaders is not an object'
  for (const [name, values] of Object.entries(value)) {
    if (!Array.isArray(values)) return `multiValueHeaders.${name} is not a list`
    for (const one of values) {
      const problem = addHeader(headers, name, one)
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

/** After the multi-value ones; the same name in other letters takes their spelling. */
function readHeaders(value: unknown, headers: string[]): string | undefined {
  if (value == null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) return 'headers is not an object'
  for (const [name, one] of Object.entries(value)) {
    if (one === null) continue
    const problem = addHeader(headers, spellingOf(headers, name), one)
    if (problem !== undefined) return problem
  }
  return undefined
}

function spellingOf(headers: readonly string[], name: string): string {
  const lower = name.toLowerCase()
  for (let i = 0; i < headers.length; i += 2) {
    if ((headers[i] as string).toLowerCase() === lower) return headers[i] as string
  }
  return name
}

function addHeader(headers: string[], name: string, value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return `the header ${name} is not a string, number or boolean`
  }
  const text = String(value)
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    return `${JSON.stringify(name)} is no header name`
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
    return `the value of the header ${name} is not allowed`
  headers.push(name, text)
  // At once, because each name is compared with those before it.
  return headers.length > 2 * maxAnswerHeaders ? answerHeadProblem(headers) : undefined
}
