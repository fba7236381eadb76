/**
 * The child's end of the channel to the gateway, file descriptor 3: frames as in `frames.ts`.
 *
 * Reads and writes block. Between two invocations the whole process therefore stands still, timers included,
 * which is what AWS does by freezing the environment. It also saves the event loop's detour on every
 * invocation. A result is held back until the next blocking read, so that the gateway only reuses an
 * environment which survived its invocation.
 */
import { readSync, writeSync } from 'node:fs'
import { createContext } from './node-context.mjs'

const fd = 3
const headerBytes = 5
const frame = { invoke: 2, ready: 16, log: 17, text: 18, result: 19, error: 20 }
const isLastFlag = 1

export function openChannel() {
  let buffer = Buffer.allocUnsafe(65536)
  let end = 0
  let settings = { responseLimitBytes: 0 }
  let requestId
  // An answer is owed: by the loading of the handler at first, then by each invocation.
  let isOwing = true
  let held
  let isHeldError = false
  let heldFlags = 0

  function readFrame() {
    while (end < headerBytes || end < headerBytes + buffer.readUInt32LE(0)) {
      if (end >= headerBytes && buffer.length < headerBytes + buffer.readUInt32LE(0)) {
        const larger = Buffer.allocUnsafe(headerBytes + buffer.readUInt32LE(0))
        buffer.copy(larger, 0, 0, end)
        buffer = larger
      }
      const count = readSync(fd, buffer, end, buffer.length - end, null)
      // The gateway is gone, or wants us gone: die before any of the user's code runs again.
      if (count === 0) process.kill(process.pid, 'SIGKILL')
      end += count
    }
    // The gateway sends one frame and waits for its answer, so nothing can follow this one.
    const body = buffer.subarray(headerBytes, end)
    end = 0
    return body
  }

  function write(bytes) {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at)
  }

  function send(type, text) {
    const length = Buffer.byteLength(text)
    const bytes = Buffer.allocUnsafe(headerBytes + length)
    bytes.writeUInt32LE(length, 0)
    bytes[4] = type
    bytes.write(text, headerBytes)
    write(bytes)
  }

  function flush(flags) {
    if (held === undefined) return
    const length = typeof held === 'string' ? Buffer.byteLength(held) : held.length
    const bytes = Buffer.allocUnsafe(headerBytes + 5 + length)
    bytes.writeUInt32LE(length + 5, 0)
    bytes[4] = isHeldError ? frame.error : frame.result
    bytes[5] = flags | heldFlags
    bytes.writeUInt32LE(process.resourceUsage().maxRSS, 6)
    if (typeof held === 'string') bytes.write(held, 10)
    else held.copy(bytes, 10)
    held = undefined
    write(bytes)
  }

  function hold(payload, isError, flags) {
    // Only the first answer to an invocation counts.
    if (!isOwing) return
    isOwing = false
    held = payload
    isHeldError = isError
    heldFlags = flags
  }

  return {
    readSettings() {
      settings = JSON.parse(readFrame().toString())
      return settings
    },
    ready() {
      isOwing = false
      send(frame.ready, '')
    },
    /** Blocks until there is an invocation: the event's JSON text and a function that makes the context. */
    next() {
      flush(0)
      const body = readFrame()
      const headLength = body.readUInt16LE(0)
      const head = JSON.parse(body.toString('utf8', 2, 2 + headLength))
      isOwing = true
      requestId = head.requestId
      const event = body.toString('utf8', 2 + headLength)
      if (head.traceId !== undefined) process.env._X_AMZN_TRACE_ID = head.traceId
      else if (process.env._X_AMZN_TRACE_ID !== undefined) delete process.env._X_AMZN_TRACE_ID
      return { event, context: createContext(settings, head) }
    },
    /** Of the current or last invocation; undefined while the handler is loaded. */
    get requestId() {
      return requestId
    },
    /** Takes the answer: JSON text or bytes. `flags`: 2 streamed, 4 streamed with an HTTP prelude. */
    succeed(payload, flags = 0) {
      const size = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
      if (size > settings.responseLimitBytes) {
        const errorMessage = `Response payload size exceeded maximum allowed payload size (${settings.responseLimitBytes} bytes).`
        hold(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }), true, 0)
      } else hold(payload, false, flags)
    },
    fail(description) {
      hold(JSON.stringify(description), true, 0)
    },
    log: text => send(frame.log, text),
    text: text => send(frame.text, text),
    flushLast: () => flush(isLastFlag),
  }
}
