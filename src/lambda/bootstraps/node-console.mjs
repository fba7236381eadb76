/**
 * Sends what the function prints to the gateway as log events: `console.*` in AWS's form, which is
 * `time <tab> request id <tab> level <tab> text`, or JSON objects for functions that log JSON, and direct writes to the
 * standard streams as they are. Going through the channel keeps them in order with the answers, and names their
 * invocation for certain.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
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
const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
// CloudWatch's largest log event.
const eventLimitCharacters = 256 * 1024

/**
 * Returns the function that logs an error the way AWS's runtime does. `least` is the level below which nothing is logged,
 * of functions that log JSON; undefined: text.
 */
export function patchConsole(channel, least) {
  const eventOf = least === undefined ? textOf : jsonOf
  const print = (level, args) => {
    channel.log(eventOf(channel.requestId, level, args).slice(0, eventLimitCharacters))
  }
  for (const [method, level] of Object.entries(methods)) {
    const isDropped = least !== undefined && levels.indexOf(level) < levels.indexOf(least)
    console[method] = isDropped ? () => {} : (...args) => print(level, args)
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
  if (least === undefined)
    return (title, error) => print('ERROR', [title, `\t${formatError(error)}`])
  const logError = console.error
  return (_title, error) => logError(error instanceof Error ? error : new Error(error))
}

function textOf(requestId, level, args) {
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${format(...args)}`
}

/** One argument stays what it is, several become one text; beside them stands what the first error among them says. */
function jsonOf(requestId, level, args) {
  const event = { timestamp: new Date().toISOString(), level, requestId }
  if (args.length === 1) {
    try {
      return JSON.stringify({ ...event, message: args[0] }, describeErrors)
    } catch {
      // A circle, a BigInt.
      return JSON.stringify({ ...event, message: format(args[0]) })
    }
  }
  const error = args.find(arg => arg instanceof Error)
  return JSON.stringify({ ...event, message: format(...args), ...(error && detailsOf(error)) })
}

function describeErrors(_key, value) {
  return value instanceof Error ? { ...detailsOf(value), ...value } : value
}

function detailsOf(error) {
  return {
    errorType: error.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  }
}
