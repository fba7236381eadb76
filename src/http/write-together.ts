/**
 * Sends a head and a body as one piece of memory. Both are copied into a buffer that the thread uses again and again: that
 * costs less than to hand the system two pieces, and leaves no garbage (bench/micro/answer-write.ts).
 */
import type { Writable } from 'node:stream'

const bufferBytes = 64 * 1024
let buffer: Buffer | null = null

/** `head` is latin1. What it is given may change once this has returned, unless both are longer than 64 KiB together. */
export function writeTogether(socket: Writable, head: string, body: Buffer): void {
  const length = head.length + body.length
  if (length > bufferBytes) {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
    return
  }
  buffer ??= Buffer.allocUnsafeSlow(bufferBytes)
  buffer.write(head, 0, 'latin1')
  body.copy(buffer, head.length)
  socket.write(buffer.subarray(0, length))
  // What the system has not taken at once is taken from there later.
  if (socket.writableLength > 0) buffer = null
}
