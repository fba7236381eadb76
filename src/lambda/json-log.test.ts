import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bootstrapOf } from './fixtures/bootstraps.ts'
import { functionOf, invoke, lines, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings } from './settings.ts'

type Event = Record<string, unknown>

const json: Partial<FunctionSettings> = { logFormat: 'JSON' }
const debug: Partial<FunctionSettings> = { ...json, systemLogLevel: 'DEBUG' }
const quiet: Partial<FunctionSettings> = { ...json, systemLogLevel: 'WARN' }
const python = (code: string, changes: Partial<FunctionSettings> = {}) =>
  functionOf(
    { 'index.py': `import logging\ndef handler(event, context):\n${code}` },
    { ...json, runtime: 'python3.13', ...changes },
  )

/** What the function logged, each event parsed. */
function eventsOf(own: FunctionSettings): Event[] {
  return lines.filter(line => line.arn === own.arn).map(line => JSON.parse(line.text) as Event)
}

/** Without what the platform says. */
function printedBy(own: FunctionSettings): Event[] {
  return eventsOf(own).filter(event => event['type'] === undefined)
}

describe('a function that logs JSON', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith({ initLimitMs: 2000 })
  })
  after(() => runner.close())

  test('gets the records of the platform instead of START, END and REPORT', async () => {
    const own = functionOf('export const handler = async () => 1', debug)
    const { logTail } = await invoke(runner, own)
    const events = eventsOf(own)
    assert.deepEqual(
      events.map(event => event['type']),
      ['initStart', 'initReport', 'start', 'runtimeDone', 'report'].map(name => `platform.${name}`),
    )
    for (const { time } of events) assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/)
    const [initStart, initReport, start, done, report] = events.map(e => e['record'] as Event)
    const requestId = start?.['requestId']
    assert.deepEqual(initStart, {
      initializationType: 'on-demand',
      phase: 'init',
      runtimeVersion: `nodejs:${process.versions.node}`,
      functionName: own.name,
      functionVersion: '$LATEST',
    })
    assert.equal(initReport?.['status'], 'success')
    assert.deepEqual(start, { requestId, version: '$LATEST' })
    assert.equal(done?.['status'], 'success')
    const metrics = report?.['metrics'] as Record<string, number>
    assert.deepEqual(Object.keys(metrics), [
      ...['durationMs', 'billedDurationMs', 'memorySizeMB', 'maxMemoryUsedMB', 'initDurationMs'],
    ])
    assert.equal(metrics['memorySizeMB'], 128)
    assert.deepEqual({ ...report, metrics: 0 }, { requestId, metrics: 0, status: 'success' })
    assert.match(logTail, /^\{"time":.*"platform.start"/)
  })

  const ends = [
    {
      name: 'that throws',
      code: 'export const handler = async () => { throw new TypeError("no") }',
      settings: {},
      want: { status: 'error', errorType: 'TypeError' },
    },
    {
      name: 'that exits',
      code: 'export const handler = async () => process.exit(1)',
      settings: {},
      want: { status: 'error', errorType: 'Runtime.ExitError' },
    },
    {
      name: 'that takes too long',
      code: 'export const handler = () => new Promise(() => setInterval(() => {}, 1000))',
      settings: { timeoutMs: 100 },
      want: { status: 'timeout' },
    },
  ]
  for (const { name, code, settings, want } of ends) {
    test(`${name} is reported at WARN`, async () => {
      const own = functionOf(code, { ...quiet, ...settings, applicationLogLevel: 'FATAL' })
      await invoke(runner, own)
      const records = eventsOf(own)
      assert.deepEqual(
        records.map(event => event['type']),
        ['platform.runtimeDone', 'platform.report'],
      )
      for (const event of records) {
        const { status, errorType } = event['record'] as Event
        assert.deepEqual(errorType === undefined ? { status } : { status, errorType }, want)
      }
    })
  }

  test('of which all goes well says nothing at WARN, and at INFO when it starts and what it took', async () => {
    const silent = functionOf('export const handler = async () => 1', quiet)
    await invoke(runner, silent)
    assert.deepEqual(eventsOf(silent), [])
    const usual = functionOf('export const handler = async () => 1', json)
    await invoke(runner, usual)
    assert.deepEqual(
      eventsOf(usual).map(event => event['type']),
      ['platform.initStart', 'platform.start', 'platform.report'],
    )
  })

  const printing = [
    { name: 'a text', code: 'console.log("hello")', want: { level: 'INFO', message: 'hello' } },
    {
      name: 'an object, which stays one',
      code: 'console.warn({ a: [1] })',
      want: { level: 'WARN', message: { a: [1] } },
    },
    {
      name: 'several things, which become a text',
      code: 'console.error("n is %d", 2, { b: 1 })',
      want: { level: 'ERROR', message: 'n is 2 { b: 1 }' },
    },
    {
      name: 'a circle',
      code: 'const o = {}; o.o = o; console.info(o)',
      want: { level: 'INFO', message: '<ref *1> { o: [Circular *1] }' },
    },
    {
      name: 'an error by its type, message and stack',
      code: 'const e = new RangeError("far"); e.stack = "one\\ntwo"; e.code = 7; console.error(e)',
      want: {
        level: 'ERROR',
        message: {
          errorType: 'RangeError',
          errorMessage: 'far',
          stackTrace: ['one', 'two'],
          code: 7,
        },
      },
    },
    {
      name: 'a text with an error, described beside it',
      code: 'const e = new RangeError("far"); e.stack = "s"; console.error("oh", e)',
      want: {
        level: 'ERROR',
        message: 'oh [s]',
        errorType: 'RangeError',
        errorMessage: 'far',
        stackTrace: ['s'],
      },
    },
    {
      name: 'nothing below the level',
      code: 'console.debug("x"); console.trace("y")',
      want: undefined,
    },
  ]
  for (const { name, code, want } of printing) {
    test(`prints ${name}`, async () => {
      const own = functionOf(`export const handler = async () => { ${code} }`, quiet)
      await invoke(runner, own)
      const [event, ...rest] = printedBy(own)
      assert.deepEqual(rest, [])
      if (event === undefined) return assert.equal(want, undefined)
      const { timestamp, requestId, ...said } = event
      assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/)
      assert.match(String(requestId), /^request-\d+$/)
      assert.deepEqual(said, want)
    })
  }

  test('logs at TRACE everything, at ERROR little, and is told so', async () => {
    const code = `export const handler = async () => {
      for (const m of ['trace', 'debug', 'info', 'warn', 'error']) console[m](m)
      process.stdout.write('plain\\n{"level":"error","m":1}\\n{"level":"debug"}\\n')
      return [process.env.AWS_LAMBDA_LOG_FORMAT, process.env.AWS_LAMBDA_LOG_LEVEL] }`
    for (const [level, count] of Object.entries({ TRACE: 8, INFO: 5, ERROR: 2 })) {
      const own = functionOf(code, { ...quiet, applicationLogLevel: level })
      const { payload } = await invoke(runner, own)
      assert.equal(lines.filter(line => line.arn === own.arn).length, count, level)
      assert.deepEqual(JSON.parse(payload.toString()), ['JSON', level])
    }
  })

  test('in Python: what is logged, with extra fields and exceptions', async () => {
    const own = python(
      `    log = logging.getLogger('pets')
    log.info('fed %s', 'cat', extra={'grams': 5})
    log.debug('not this')
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception('oh')`,
      quiet,
    )
    await invoke(runner, own)
    const [fed, failed, ...rest] = printedBy(own)
    assert.deepEqual(rest, [])
    const { timestamp, requestId, ...said } = fed as Event
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.match(String(requestId), /^request-\d+$/)
    assert.deepEqual(said, { level: 'INFO', message: 'fed cat', logger: 'pets', grams: 5 })
    const { errorType, errorMessage, stackTrace, location, level } = failed as Event
    assert.deepEqual(
      { errorType, errorMessage, level },
      { errorType: 'ZeroDivisionError', errorMessage: 'division by zero', level: 'ERROR' },
    )
    assert.match(String(location), /index\.py:handler:9$/)
    assert.match(String(stackTrace), /line 7, in handler/)
  })

  test('in Python: what it does not catch, and levels', async () => {
    const code = `    logging.getLogger().warning('careful')\n    raise KeyError('x')`
    const own = python(code, { ...quiet, applicationLogLevel: 'ERROR' })
    await invoke(runner, own)
    const [event, ...rest] = printedBy(own)
    assert.deepEqual(rest, [])
    assert.equal(event?.['log_level'], 'ERROR')
    assert.equal(event?.['errorType'], 'KeyError')
    const silent = python(code, { ...quiet, applicationLogLevel: 'FATAL' })
    await invoke(runner, silent)
    assert.deepEqual(printedBy(silent), [])
  })

  test('that brings its own runtime is filtered by the level of its JSON lines', async () => {
    const own = bootstrapOf(
      `#!/bin/sh
echo '{"level":"DEBUG","n":1}'
echo '{"level":"warn","n":2}' >&2
echo plain
exit 3
`,
      { ...quiet, applicationLogLevel: 'WARN' },
    )
    await invoke(runner, own)
    assert.deepEqual(printedBy(own), [{ level: 'warn', n: 2 }])
  })
})

test('a function that logs text has no levels', async t => {
  const runner = runnerWith()
  t.after(() => runner.close())
  const own = functionOf('export const handler = async () => console.debug("x")', {
    applicationLogLevel: 'ERROR',
  })
  const { logTail } = await invoke(runner, own)
  assert.match(logTail, /\tDEBUG\tx\n/)
})
