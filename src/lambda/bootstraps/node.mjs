/**
 * The program inside every Node.js environment: takes the settings, loads the user's handler, then answers
 * one invocation after another until its gateway hangs up.
 *
 * Follows AWS's open source runtime client (aws-lambda-nodejs-runtime-interface-client): `legacy` is how
 * nodejs22.x and older call a handler, `modern` is how nodejs24.x does it, and handlers made by
 * `awslambda.streamifyResponse` get a stream.
 */
import { openChannel } from './node-channel.mjs'
import { patchConsole } from './node-console.mjs'
import { describeError, UnhandledPromiseRejection } from './node-errors.mjs'
import { serveLegacy } from './node-legacy.mjs'
import { installGlobals, loadHandler } from './node-load.mjs'
import { refuseCallbackHandler, serveModern, watchForNodeJsExit } from './node-modern.mjs'
import { isStreaming, serveStreaming } from './node-stream.mjs'

const channel = openChannel()
const settings = channel.readSettings()
const logError = patchConsole(channel, settings.logLevel)
const isLegacy = settings.runtimeMajor < 24

// The exit codes are those of AWS's runtime client; users see them in `Runtime.ExitError` answers.
process.on('uncaughtException', error => {
  logError('Uncaught Exception', error)
  channel.fail(describeError(error))
  process.exit(129)
})
process.on('unhandledRejection', reason => {
  const error = new UnhandledPromiseRejection(reason)
  logError('Unhandled Promise Rejection', error)
  channel.fail(describeError(error))
  process.exit(128)
})
// A result that waits for the next read still counts when the function ends the process after it.
process.on('exit', () => channel.flushLast())

installGlobals()
let handler
try {
  handler = await loadHandler(settings.folder, settings.handler)
  if (!isLegacy && !isStreaming(handler)) refuseCallbackHandler(handler)
} catch (error) {
  logError('Uncaught Exception', error)
  channel.fail(describeError(error))
  process.exit(1)
}
channel.ready()

if (isLegacy && !isStreaming(handler)) serveLegacy(channel, handler, logError)
else {
  watchForNodeJsExit(channel, logError)
  const serve = isStreaming(handler) ? serveStreaming : serveModern
  await serve(channel, handler, logError)
}
