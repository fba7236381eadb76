/**
 * How nodejs24.x calls a handler: `(event, context)`, and what it returns or resolves to is the answer.
 * Handlers with a callback are refused at load. A promise that is never settled empties the event loop, which ends
 * the process (that AWS reports it as here, with `Runtime.NodeJsExit`, is a guess for nodejs24.x).
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  callbackHandlerDeprecated,
  describeError,
  nodeJsExit,
  stringifyError,
} from './node-errors.mjs'

/** Throws for a handler that takes three parameters. */
export function refuseCallbackHandler(handler) {
  if (handler.length < 3) return
  throw callbackHandlerDeprecated(
    'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
      'You need to modify this function to use a supported handler signature to use Node.js 24 or later. ' +
      'For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
  )
}

/** Ends the process, with an answer, when the event loop is empty and the invocation is not. */
export function watchForNodeJsExit(channel, logError) {
  process.on('beforeExit', () => {
    const error = nodeJsExit()
    logError('Invoke Error', error)
    channel.fail(describeError(error))
    process.exit(13)
  })
}

/** Never returns. */
export async function serveModern(channel, handler, logError) {
  for (;;) {
    const { event, context } = channel.next()
    try {
      const result = await handler(JSON.parse(event), context)
      // One turn of the event loop, so that a rejection that nobody handles comes before the answer.
      await nextTurn()
      channel.succeed(toJson(result))
    } catch (error) {
      await nextTurn()
      logError('Invoke Error', error)
      channel.fail(describeError(error))
    }
  }
}

function toJson(result) {
  try {
    return JSON.stringify(result) ?? 'null'
  } catch {
    throw stringifyError()
  }
}
