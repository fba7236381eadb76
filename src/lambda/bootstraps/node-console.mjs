/**
 * Sends what the function prints to the gateway as log events: `console.*` in AWS's form
 * `time <tab> request id <tab> level <tab> text`, and direct writes to the standard streams as they are.
 * Going through the channel keeps them in order with the answers, and names their invocation for certain.
 */
import { format } from 'node:util'
import { formatError } from './node-errors.mjs'

const methods = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  log: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
}
// CloudWatch's largest log event.
const eventLimitCharacters = 256 * 1024

/** Returns the function that logs an error the way AWS's runtime does. */
export function patchConsole(channel) {
  const print = (level, args) => {
    const text = format(...args).slice(0, eventLimitCharacters)
    channel.log(`${new Date().toISOString()}\t${channel.requestId}\t${level}\t${text}`)
  }
  for (const [method, level] of Object.entries(methods)) {
    console[method] = (...args) => print(level, args)
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk, encoding, callback) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      for (let at = 0; at < text.length; at += eventLimitCharacters) {
        channel.text(text.slice(at, at + eventLimitCharacters))
      }
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') process.nextTick(done)
      return true
    }
  }
  return (title, error) => print('ERROR', [title, `\t${formatError(error)}`])
}
