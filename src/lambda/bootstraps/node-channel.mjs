/**
 * The child's end of the channel to the gateway, file descriptor 3: frames as in `frames.ts`.
 *
 * Reads and writes block. Between two invocations the whole process therefore stands still, timers included,
 * which is what AWS does by freezing the environment. It also saves the event loop's detour on every
 * invocation. A result is held back until the next blocking read, so that the gateway only reuses an
 * environment which survived its invocation.
 */
import { read, readSync, writeSync } from 'node:fs'
import { createContext } from './node-context.mjs'

const fd = 3
const headerBytes = 5
const frame = {
  ...{ invoke: 2, credit: 3 },
  ...{ ready: 16, log: 17, text: 18, result: 19, error: 20, begin: 21, chunk: 22 },
}
const isLastFlag = 1
// How far a streamed answer may be ahead of its reader; see `frames.ts`.
const creditBytes = 256 * 1024
const windowBytes = 4 * creditBytes

export function openChannel() {
  let buffer = Buffer.allocUnsafe(65536)
  let end = 0
  let settings = { responseLimitBytes: 0 }
  let requestId
  // An answer is owed: by the loading of the handler at first, then by each invocation.
  let isOwing = true
  // Counts invocations, as the gateway does: each answer says which it is for.
  let number = 0
  let held
  let isHeldError = false
  let heldFlags = 0

  // Bytes before `start` were taken. What one read brings may be more than one frame: credit, then an invocation.
  let start = 0

  function bodyLength() {
    return end - start < headerBytes ? 0 : buffer.readUInt32LE(start)
  }

  function isWhole() {
    return end - start >= headerBytes && end - start >= headerBytes + bodyLength()
  }

  /** Makes room for the frame that has begun. */
  function makeRoom() {
    const needed = headerBytes + bodyLength()
    if (start + needed <= buffer.length && end < buffer.length) return
    const target = needed > buffer.length ? Buffer.allocUnsafe(needed) : buffer
    buffer.copy(target, 0, start, end)
    end -= start
    start = 0
    buffer = target
  }

  function fill(count) {
    // The gateway is gone, or wants us gone: die before any of the user's code runs again.
    if (count === 0) process.kill(process.pid, 'SIGKILL')
    end += count
  }

  function readFrame() {
    while (!isWhole()) {
      makeRoom()
      fill(readSync(fd, buffer, end, buffer.length - end, null))
    }
    const type = buffer[start + 4]
    const body = buffer.subarray(start + headerBytes, start + headerBytes + bodyLength())
    start += headerBytes + body.length
    if (start === end) start = end = 0
    return { type, body }
  }

  /** Reads without blocking the process: while an answer is streamed, other things go on. */
  function readFrameLater(done) {
    if (isWhole()) {
      done(readFrame())
      return
    }
    makeRoom()
    read(fd, buffer, end, buffer.length - end, null, (error, count) => {
      fill(error ? 0 : count)
      readFrameLater(done)
    })
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

  function sendPart(type, ofNumber, part) {
    const bytes = Buffer.allocUnsafe(headerBytes + 4 + part.length)
    bytes.writeUInt32LE(4 + part.length, 0)
    bytes[4] = type
    bytes.writeUInt32LE(ofNumber, 5)
    part.copy(bytes, 9)
    write(bytes)
  }

  function flush(flags) {
    if (held === undefined) return
    const length = Buffer.byteLength(held)
    const bytes = Buffer.allocUnsafe(headerBytes + 9 + length)
    bytes.writeUInt32LE(length + 9, 0)
    bytes[4] = isHeldError ? frame.error : frame.result
    bytes.writeUInt32LE(number, 5)
    bytes[9] = flags | heldFlags
    bytes.writeUInt32LE(process.resourceUsage().maxRSS, 10)
    bytes.write(held, 14)
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
      settings = JSON.parse(readFrame().body.toString())
      return settings
    },
    ready() {
      isOwing = false
      send(frame.ready, '')
    },
    /** Blocks until there is an invocation: the event's JSON text and a function that makes the context. */
    next() {
      flush(0)
      let { type, body } = readFrame()
      // Credit that the last invocation did not wait for.
      while (type === frame.credit) ({ type, body } = readFrame())
      number = (number + 1) >>> 0
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
    /** Takes the answer, JSON text; '' behind a stream. `flags`: 2 streamed, 4 streamed with an HTTP prelude. */
    succeed(payload, flags = 0) {
      const size = Buffer.byteLength(payload)
      if (size > settings.responseLimitBytes) {
        const errorMessage = `Response payload size exceeded maximum allowed payload size (${settings.responseLimitBytes} bytes).`
        hold(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }), true, 0)
      } else hold(payload, false, flags)
    },
    fail(description) {
      hold(JSON.stringify(description), true, 0)
    },
    /** Begins a streamed answer to the invocation that runs now; `write` gives bytes and is told when to go on. */
    stream(flags) {
      const mine = number
      let sent = 0
      let credits = 0
      const isOver = () => mine !== number || !isOwing
      sendPart(frame.begin, mine, Buffer.from([flags]))
      const write = (bytes, done) => {
        if (isOver()) {
          done(new Error('The invocation that this stream belongs to is over.'))
          return
        }
        if (sent - credits * creditBytes >= windowBytes) {
          readFrameLater(() => {
            credits++
            write(bytes, done)
          })
          return
        }
        const part = bytes.subarray(0, creditBytes)
        sent += part.length
        sendPart(frame.chunk, mine, part)
        if (part.length < bytes.length) write(bytes.subarray(part.length), done)
        else done()
      }
      return write
    },
    log: text => send(frame.log, text),
    text: text => send(frame.text, text),
    flushLast: () => flush(isLastFlag),
  }
}
