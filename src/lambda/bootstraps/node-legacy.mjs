/**
 * How nodejs22.x and older call a handler: `(event, context, callback)`. A promise is awaited, the callback and
 * `context.done/succeed/fail` answer too, a plain return value is ignored. After a callback the answer waits for
 * an empty event loop unless `context.callbackWaitsForEmptyEventLoop` is false. When the event loop
 * runs empty without any answer, an async handler failed and any other handler answered null.
 */
import { describeError, nodeJsExit } from './node-errors.mjs'

/** Starts the loop: it goes on by itself, from one blocking read to the next. */
export function serveLegacy(channel, handler, logError) {
  const isAsync = handler.constructor?.name === 'AsyncFunction'
  let onEmptyLoop = () => {}
  process.on('beforeExit', () => onEmptyLoop())

  const finish = () => setImmediate(once)

  function once() {
    const { event, context } = channel.next()
    let isDone = false
    let mayWait = true

    const answer = (error, result) => {
      onEmptyLoop = () => {}
      if (error !== undefined && error !== null) fail(error)
      else succeed(result)
      isDone = true
      finish()
    }
    const fail = error => {
      logError('Invoke Error', error)
      channel.fail(describeError(error))
    }
    const succeed = result => {
      let text
      try {
        // A value without JSON form (a function, a symbol) is null, as nothing is.
        text = JSON.stringify(result) ?? 'null'
      } catch {
        return fail(new Error('Unable to stringify response body'))
      }
      channel.succeed(text)
    }
    // Only the first call of any of the four functions counts.
    const first =
      action =>
      (...args) => {
        if (isDone) return
        isDone = true
        action(...args)
      }
    const callback = first((error, result) => {
      const isError = error !== undefined && error !== null
      if (isError || !mayWait) answer(error, result)
      else onEmptyLoop = () => answer(null, result)
    })

    Object.defineProperty(context, 'callbackWaitsForEmptyEventLoop', {
      enumerable: true,
      get: () => mayWait,
      set: value => {
        mayWait = value
      },
    })
    context.done = first(answer)
    context.succeed = first(result => answer(null, result))
    context.fail = first(error => answer(error ?? 'handled'))

    onEmptyLoop = () => {
      isDone = true
      answer(isAsync ? nodeJsExit() : null, null)
    }
    try {
      const result = handler(JSON.parse(event), context, callback)
      if (typeof result?.then === 'function') result.then(context.succeed, context.fail)
    } catch (error) {
      callback(error)
    }
  }

  finish()
}
