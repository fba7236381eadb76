/**
 * Writes answers. node is given one flat header list with Content-Length and Date in it, so that it builds no header
 * object and needs no second pass. Head and body leave in one system call: a small body as one latin1 string with the head,
 * a longer one beside it (writev), because as a string it would be copied three times more (bench/micro/answer-write.ts).
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { coarseTimers } from '../base/coarse-timer.ts'
import type { HeldReply } from '../messages/messages.ts'
import { endAnswer, isLingering } from './linger.ts'

/** Bodies up to here cost less as a string than as a second buffer. */
export const joinedLimitBytes = 2048

/**
 * The Content-Length of every answer to HEAD whose body is here: what two published answers of AWS to `curl -I` say of
 * refusals that have a body for GET. For answers that are no refusals it is a guess. RFC 9110 §8.6 wants GET's, or none.
 */
export const headLength = 0

/** For a large answer to be taken, like the time for a request to be sent; a slow reader holds its memory no longer. */
export const takingLimitMs = 300_000
const largeBytes = 65_536

/** "Idle connection timeout: 310 seconds" (quotas page); longer than any integration may take. */
export const idleLimitMs = 310_000

/**
 * node tells clients so only of a time that it keeps itself. An answer that ends with its connection promises nothing:
 * one without a length to a client that knows no chunks.
 */
export function promiseKeepAlive(
  response: ServerResponse,
  headers: string[],
  hasLength: boolean,
): void {
  if (response.shouldKeepAlive && (hasLength || response.useChunkedEncodingByDefault)) {
    headers.push('Keep-Alive', keepAlive)
  }
}

/** The value of Keep-Alive: for how many seconds an idle connection is kept. */
export const keepAlive = `timeout=${idleLimitMs / 1000}`

/** `headers` becomes ours: Date and Content-Length are added to it. */
export function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  reply: HeldReply,
  headers: string[],
): void {
  if (response.destroyed) return
  response.sendDate = false
  const { status, body } = reply
  // 1xx cannot be a final status; AWS's answer to such an override is not known (guess: 500).
  if (status < 200) {
    writePlain(request, response, 500, 'Internal server error')
    return
  }
  const isRead = closeUnlessRead(request, response)
  const isEmpty = hasNoLength(status)
  const length = isEmpty || request.method === 'HEAD' ? headLength : byteLength(body)
  headers.push('Date', httpDate())
  if (!isEmpty) headers.push('Content-Length', String(length))
  promiseKeepAlive(response, headers, !isEmpty)
  response.writeHead(status, headers)
  if (!isRead) {
    if (length === 0) response.flushHeaders()
    else response.write(body)
    endAnswer(request, response)
    return
  }
  if (length === 0) response.end()
  // ASCII needs no conversion on its way out: what has as many bytes as characters is that.
  else if (typeof body === 'string') response.end(body, length === body.length ? 'latin1' : 'utf8')
  else if (length <= joinedLimitBytes) response.end(body.toString('latin1'), 'latin1')
  else response.end(body)
  if (length > largeBytes) limitTaking(response)
}

/** RFC 9110 §8.6: 204 has none; 304 would tell that of a 200, which is not known. */
export function hasNoLength(status: number): boolean {
  return status === 204 || status === 304
}

/** Of a body as it is sent. */
export function byteLength(body: Buffer | string): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}

function limitTaking(response: ServerResponse): void {
  const limit = coarseTimers.after(takingLimitMs, () => response.destroy())
  response.once('close', () => coarseTimers.cancel(limit))
}

/** `{"message": …}`, for requests that belong to no API. */
export function writePlain(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
  headers: readonly string[] = [],
): void {
  const isRead = closeUnlessRead(request, response)
  const isHead = request.method === 'HEAD'
  const body = JSON.stringify({ message })
  const length = isHead ? headLength : Buffer.byteLength(body)
  const all = [...headers, 'Content-Type', 'application/json', 'Date', httpDate()]
  all.push('Content-Length', String(length))
  promiseKeepAlive(response, all, true)
  response.sendDate = false
  response.writeHead(status, all)
  if (isRead) {
    response.end(isHead ? undefined : body)
    return
  }
  if (isHead) response.flushHeaders()
  else response.write(body)
  endAnswer(request, response)
}

/** An answer that comes before the body was read ends the connection: the rest of the body is not ours to parse. */
export function closeUnlessRead(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.complete || !hasBody(request)) return true
  response.shouldKeepAlive = false
  return false
}

function hasBody(request: IncomingMessage): boolean {
  const { headers } = request
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

const parserAnswers: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request header fields too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request timed out'],
}

/** What node's parser refuses never becomes a request; it gets an answer on the bare socket. */
export function writeFault(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || isLingering(socket)) socket.destroy()
  else writeRaw(socket, ...(parserAnswers[error.code ?? ''] ?? ([400, 'Bad request'] as const)))
}

/** `{"message": …}` on a bare socket, which is closed behind it. */
export function writeRaw(socket: Duplex, status: number, message: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ message })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}

let dateText = ''
let dateSecond = 0

/** IMF-fixdate of now, made once a second. */
export function httpDate(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
