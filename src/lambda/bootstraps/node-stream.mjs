/**
 * Handlers made by `awslambda.streamifyResponse`: `(event, responseStream, context)`.
 *
 * What is written goes to the gateway at once, and `write` says to wait for `drain` while whoever reads has enough.
 * See https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  describeError,
  invalidStreamingOperation,
  malformedStreamingHandler,
} from './node-errors.mjs'

const streamingKey = Symbol.for('aws.lambda.runtime.handler.streaming')
const markKey = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')
const preludeType = 'application/vnd.awslambda.http-integration-response'
const flag = { streamed: 2, prelude: 4 }

/** `awslambda.streamifyResponse`: marks the handler. */
export function streamifyResponse(handler, options) {
  handler[streamingKey] = 'response'
  if (typeof options?.highWaterMark === 'number')
    handler[markKey] = Math.trunc(options.highWaterMark)
  return handler
}

/** `awslambda.HttpResponseStream`: puts status and headers, as JSON and eight NULs, before the first byte. */
export const HttpResponseStream = {
  from(stream, prelude) {
    stream.setContentType(preludeType)
    const text = JSON.stringify(prelude)
    stream._onBeforeFirstWrite = write => {
      write(text)
      write(new Uint8Array(8))
    }
    return stream
  },
}

export function isStreaming(handler) {
  const mark = handler[streamingKey]
  if (mark === undefined || mark === null || mark === false) return false
  if (mark !== 'response') throw malformedStreamingHandler('Only response streaming is supported.')
  return true
}

class ResponseStream extends Writable {
  contentType
  #channel
  #send
  #hasBegun = false

  constructor(channel, options) {
    super(options)
    this.#channel = channel
  }

  setContentType(type) {
    if (this.#hasBegun) throw invalidStreamingOperation('Cannot set content-type, too late.')
    this.contentType = type
  }

  get flags() {
    return flag.streamed | (this.contentType === preludeType ? flag.prelude : 0)
  }

  write(chunk, encoding, callback) {
    this.#begin()
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array
    return super.write(isBytes ? chunk : JSON.stringify(chunk), encoding, callback)
  }

  end(...args) {
    // The last piece does not come by `write`, and without any the prelude is still the answer.
    this.#begin()
    return super.end(...args)
  }

  _write(chunk, _encoding, callback) {
    this.#send ??= this.#channel.stream(this.flags)
    this.#send(chunk, callback)
  }

  _final(callback) {
    this.#send ??= this.#channel.stream(this.flags)
    callback()
  }

  #begin() {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this._onBeforeFirstWrite?.(chunk => super.write(chunk))
  }
}

/** Never returns. */
export async function serveStreaming(channel, handler, logError) {
  for (;;) {
    const { event, context } = channel.next()
    context.callbackWaitsForEmptyEventLoop = true
    const stream = new ResponseStream(channel, { highWaterMark: handler[markKey] })
    try {
      await runOnce(handler, JSON.parse(event), stream, context)
      await nextTurn()
      channel.succeed('', stream.flags)
    } catch (error) {
      logError('Invoke Error', error)
      channel.fail(describeError(error))
    }
    // Nothing listens any more, and a late write must not end the process.
    stream.on('error', () => {})
  }
}

async function runOnce(handler, event, stream, context) {
  // An error without a listener would end the process instead of the invocation.
  const failed = new Promise((_resolve, reject) => stream.on('error', reject))
  failed.catch(() => {})
  const finished = new Promise(resolve => stream.on('finish', resolve))
  const pending = handler(event, stream, context)
  if (typeof pending?.then !== 'function')
    throw new Error('Streaming does not support non-async handlers.')
  const result = await Promise.race([pending, failed])
  if (result !== undefined) console.warn('Streaming handlers ignore return values.')
  await Promise.race([finished, failed])
}
