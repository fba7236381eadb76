/**
 * Sends a streamed request body, as fast as the back end takes it: RFC 9112 sections 6.2 and 7.1.
 * With a declared length exactly that many bytes are sent or the connection must die, because the
 * back end would take what follows for another request.
 */
import type { Socket } from 'node:net'
import { HttpClientError } from './errors.ts'

/**
 * Writes `body` to `socket`, chunked if `contentLength` is undefined; stops quietly when `isWanted`
 * turns false. Throws HttpClientError `invalid-request` for a wrong length, and whatever the body throws.
 */
export async function writeBody(
  socket: Socket,
  body: AsyncIterable<Buffer>,
  contentLength: number | undefined,
  isWanted: () => boolean,
): Promise<void> {
  let sent = 0
  for await (const chunk of body) {
    if (!isWanted()) return
    if (!Buffer.isBuffer(chunk)) throw invalid('Body chunk is not a Buffer')
    // A chunk of length zero would end the body.
    if (chunk.length === 0) continue
    sent += chunk.length
    if (contentLength !== undefined && sent > contentLength) throw invalid('Body too long')
    if (!writeChunk(socket, chunk, contentLength === undefined)) await drained(socket)
    if (!isWanted()) return
  }
  if (contentLength === undefined) socket.write('0\r\n\r\n', 'latin1')
  else if (sent < contentLength) throw invalid('Body too short')
}

function writeChunk(socket: Socket, chunk: Buffer, isChunked: boolean): boolean {
  if (!isChunked) return socket.write(chunk)
  socket.cork()
  socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
  socket.write(chunk)
  const hasRoom = socket.write('\r\n', 'latin1')
  socket.uncork()
  return hasRoom
}

function drained(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      socket.off('drain', go)
      socket.off('close', go)
      resolve()
    }
    if (socket.destroyed) resolve()
    else socket.on('drain', go).on('close', go)
  })
}

function invalid(message: string): HttpClientError {
  return new HttpClientError('invalid-request', message)
}
