/**
 * Sends a head and a body as one piece of memory. Both are copied into a buffer that the thread uses again and again: that
 * costs less than to hand the system two pieces, and leaves no garbage (bench/micro/answer-write.ts).
 */
import type { Writable } from 'node:stream'

/** Longer bodies leave as they are, beside their heads. */
const longestCopied = 64 * 1024
const bufferBytes = 2 * longestCopied
let buffer: Buffer | null = null

/** `head` is latin1. The memory of a body of up to 64 KiB may be used again once this has returned. */
export function writeTogether(socket: Writable, head: string, body: Buffer): void {
  const length = head.length + body.length
  if (length > bufferBytes || body.length > longestCopied) {
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body.length > longestCopied ? body : Buffer.from(body))
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
