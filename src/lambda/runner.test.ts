import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FakeClock, systemClock } from '../base/clock.ts'
import {
  FunctionGone,
  InvocationTooLarge,
  RuntimeUnsupported,
  TooManyInvocations,
} from './refusals.ts'
import { FunctionRunner, type RunnerOptions } from './runner.ts'
import type { FunctionSettings, InvocationResult, LogLine } from './settings.ts'

const root = mkdtempSync(join(tmpdir(), 'portcullis-runner-'))
let folders = 0

/** Writes the files of one function; the settings that run it. */
function functionOf(
  files: Record<string, string> | string,
  changes: Partial<FunctionSettings> = {},
): FunctionSettings {
  const folder = join(root, String(++folders))
  const all = typeof files === 'string' ? { 'index.mjs': files } : files
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const name = `f${folders}`
  return {
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    name,
    version: '$LATEST',
    handler: 'index.handler',
    runtime: 'nodejs22.x',
    folder,
    environment: {},
    timeoutMs: 5000,
    memoryMb: 128,
    account: '000000000000',
    region: 'us-east-1',
    revision: '1',
    hotReload: false,
    ...changes,
  }
}

const lines: LogLine[] = []
let requests = 0

async function invoke(
  runner: FunctionRunner,
  settings: FunctionSettings,
  event: unknown = {},
): Promise<InvocationResult> {
  const requestId = `request-${++requests}`
  return runner.invoke(settings, { payload: Buffer.from(JSON.stringify(event)), requestId })
}

function parse(result: InvocationResult): unknown {
  return JSON.parse(result.payload.toString())
}

function runnerWith(options: Partial<RunnerOptions> = {}): FunctionRunner {
  return new FunctionRunner({ clock: systemClock, onLog: line => lines.push(line), ...options })
}

after(() => rmSync(root, { recursive: true }))

describe('a handler', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith()
  })
  after(() => runner.close())

  const answers: {
    name: string
    files: Record<string, string> | string
    settings?: Partial<FunctionSettings>
    event?: unknown
    want: unknown
  }[] = [
    {
      name: 'that is async answers what it resolves to',
      files: 'export const handler = async event => ({ got: event.a })',
      event: { a: 1 },
      want: { got: 1 },
    },
    {
      name: 'that returns nothing answers null',
      files: 'export const handler = async () => {}',
      want: null,
    },
    {
      name: 'in CommonJS with a callback answers what the callback gets',
      files: { 'index.js': 'exports.handler = (e, c, callback) => callback(null, { ok: true })' },
      want: { ok: true },
    },
    {
      name: 'with a callback waits for an empty event loop',
      files: {
        'index.js': `exports.handler = (e, c, callback) => {
          const result = { late: false }
          callback(null, result)
          setTimeout(() => { result.late = true }, 10)
        }`,
      },
      want: { late: true },
    },
    {
      name: 'with a callback does not wait when told so',
      files: {
        'index.js': `exports.handler = (e, c, callback) => {
          c.callbackWaitsForEmptyEventLoop = false
          const result = { late: false }
          callback(null, result)
          setTimeout(() => { result.late = true }, 10)
        }`,
      },
      want: { late: false },
    },
    {
      name: 'that is neither async nor calls back answers null up to nodejs22.x',
      files: { 'index.js': 'exports.handler = () => "ignored"' },
      want: null,
    },
    {
      name: 'may return a plain value from nodejs24.x on',
      files: { 'index.js': 'exports.handler = () => "taken"' },
      settings: { runtime: 'nodejs24.x' },
      want: 'taken',
    },
    {
      name: 'may call context.succeed',
      files: { 'index.js': 'exports.handler = (e, context) => { context.succeed([1]) }' },
      want: [1],
    },
    {
      name: 'is found in a folder and nested in an export',
      files: { 'a/b.js': 'exports.deep = { handler: async () => "nested" }' },
      settings: { handler: 'a/b.deep.handler' },
      want: 'nested',
    },
    {
      name: 'is an ES module where package.json says so',
      files: {
        'package.json': '{"type":"module"}',
        'index.js': 'await 0; export const handler = async () => import.meta.url.length > 0',
      },
      want: true,
    },
    {
      name: 'gets {} for an empty event',
      files: 'export const handler = async event => event',
      event: undefined,
      want: {},
    },
    {
      name: 'sees a complete context',
      files: `export const handler = async (event, c) => ({
        name: c.functionName, version: c.functionVersion, arn: c.invokedFunctionArn,
        memory: c.memoryLimitInMB, group: c.logGroupName, stream: /\\[\\$LATEST\\][0-9a-f]{32}$/.test(c.logStreamName),
        id: c.awsRequestId.startsWith('request-'), waits: c.callbackWaitsForEmptyEventLoop,
        left: c.getRemainingTimeInMillis() > 4000, done: typeof c.done })`,
      settings: { name: 'known', arn: 'arn:aws:lambda:us-east-1:000000000000:function:known' },
      want: {
        name: 'known',
        version: '$LATEST',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:known',
        memory: '128',
        group: '/aws/lambda/known',
        stream: true,
        id: true,
        waits: true,
        left: true,
        done: 'function',
      },
    },
    {
      name: 'sees the variables of Lambda and its own, and none of the gateway',
      files: `export const handler = async () => ({ own: process.env.OWN, region: process.env.AWS_REGION,
        handler: process.env._HANDLER, secret: process.env.PORTCULLIS_SECRET, root: process.env.LAMBDA_TASK_ROOT === process.cwd() })`,
      settings: { environment: { OWN: 'mine', AWS_REGION: 'elsewhere' } },
      want: { own: 'mine', region: 'us-east-1', handler: 'index.handler', root: true },
    },
    {
      name: 'gets the client context parsed',
      files: 'export const handler = async (e, c) => c.clientContext ?? "none"',
      want: 'none',
    },
  ]
  for (const { name, files, settings, want, ...rest } of answers) {
    test(name, async () => {
      process.env['PORTCULLIS_SECRET'] = 'leaked'
      const own = functionOf(files, settings)
      const result =
        'event' in rest && rest.event === undefined
          ? await runner.invoke(own, { payload: Buffer.alloc(0), requestId: 'request-empty' })
          : await invoke(runner, own, rest.event)
      assert.equal(result.functionError, undefined, result.payload.toString())
      assert.deepEqual(parse(result), want)
    })
  }

  const failures: {
    name: string
    files: Record<string, string> | string
    settings?: Partial<FunctionSettings>
    type: string
    message: string | RegExp
  }[] = [
    {
      name: 'that rejects',
      files: 'export const handler = async () => { throw new TypeError("boom") }',
      type: 'TypeError',
      message: 'boom',
    },
    {
      name: 'that throws at once',
      files: { 'index.js': 'exports.handler = () => { throw new Error("at once") }' },
      type: 'Error',
      message: 'at once',
    },
    {
      name: 'that throws what is no error',
      files: 'export const handler = async () => { throw "text" }',
      type: 'string',
      message: 'text',
    },
    {
      name: 'that calls back with an error',
      files: { 'index.js': 'exports.handler = (e, c, done) => done(new Error("back"))' },
      type: 'Error',
      message: 'back',
    },
    {
      name: 'that throws what cannot be described',
      files: 'export const handler = async () => { throw Object.create(null) }',
      type: 'handled',
      message: /there was a problem/,
    },
    {
      name: 'that returns a circle',
      files: 'export const handler = async () => { const a = {}; a.a = a; return a }',
      type: 'Error',
      message: 'Unable to stringify response body',
    },
    {
      name: 'that returns a BigInt, in nodejs24.x',
      files: 'export const handler = async () => 1n',
      settings: { runtime: 'nodejs24.x' },
      type: 'Runtime.JSONStringifyError',
      message: 'Unable to stringify response body',
    },
    {
      name: 'that leaves a rejection to nobody',
      files: `export const handler = async () => {
        Promise.reject(new Error('lost')); await new Promise(r => setTimeout(r, 1000)) }`,
      type: 'Runtime.UnhandledPromiseRejection',
      message: 'Error: lost',
    },
    {
      name: 'whose timer throws',
      files: `export const handler = () => new Promise(() => setTimeout(() => { throw new RangeError('timer') }, 1))`,
      type: 'RangeError',
      message: 'timer',
    },
    {
      name: 'whose promise is never settled',
      files: 'export const handler = async () => new Promise(() => {})',
      type: 'Runtime.NodeJsExit',
      message: /never settled/,
    },
    {
      name: 'whose promise is never settled, in nodejs24.x',
      files: 'export const handler = async () => new Promise(() => {})',
      settings: { runtime: 'nodejs24.x' },
      type: 'Runtime.NodeJsExit',
      message: /never settled/,
    },
    {
      name: 'that exits',
      files: 'export const handler = async () => process.exit(1)',
      type: 'Runtime.ExitError',
      message: /^RequestId: request-\d+ Error: Runtime exited with error: exit status 1$/,
    },
    {
      name: 'that exits as if all were well',
      files: 'export const handler = async () => process.exit(0)',
      type: 'Runtime.ExitError',
      message: /Runtime exited without providing a reason$/,
    },
    {
      name: 'that is killed',
      files:
        'export const handler = async () => { process.kill(process.pid, "SIGKILL"); await new Promise(() => {}) }',
      type: 'Runtime.ExitError',
      message: /signal: killed$/,
    },
    {
      name: 'that waits too long',
      files: 'export const handler = async () => new Promise(r => setTimeout(r, 60000))',
      settings: { timeoutMs: 100 },
      type: 'Sandbox.Timedout',
      message: /^RequestId: request-\d+ Error: Task timed out after 0\.10 seconds$/,
    },
    {
      name: 'that loops for ever',
      files: 'export const handler = async () => { for (;;); }',
      settings: { timeoutMs: 100 },
      type: 'Sandbox.Timedout',
      message: /timed out/,
    },
    {
      name: 'that needs more memory than it has',
      files:
        'export const handler = async () => { const a = []; for (;;) a.push(new Array(1e5).fill(1)) }',
      type: 'Runtime.ExitError',
      message: /signal: (?:aborted|trace\/breakpoint trap)$/,
    },
    {
      name: 'that answers too much',
      files: 'export const handler = async () => "x".repeat(7e6)',
      type: 'Function.ResponseSizeTooLarge',
      message: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    },
    {
      name: 'that writes garbage into the channel',
      files: `import { writeSync } from 'node:fs'
        export const handler = async () => { writeSync(3, 'garbage '.repeat(100)); return 1 }`,
      type: 'Runtime.ExitError',
      message: /unreadable/,
    },
    {
      name: 'that claims a huge frame',
      files: `import { writeSync } from 'node:fs'
        export const handler = async () => { writeSync(3, Buffer.from([255, 255, 255, 255, 19])); return 1 }`,
      type: 'Runtime.ExitError',
      message: /unreadable/,
    },
    {
      name: 'that closes the channel',
      files: `import { closeSync } from 'node:fs'
        export const handler = async () => { closeSync(3); return 1 }`,
      type: 'Runtime.ExitError',
      message: /Runtime exited/,
    },
    {
      name: 'whose file is missing',
      files: { 'other.js': '' },
      type: 'Runtime.ImportModuleError',
      message: /^Error: Cannot find module 'index'\nRequire stack:/,
    },
    {
      name: 'that is not exported',
      files: 'export const other = 1',
      type: 'Runtime.HandlerNotFound',
      message: 'index.handler is undefined or not exported',
    },
    {
      name: 'that is no function',
      files: 'export const handler = 1',
      type: 'Runtime.HandlerNotFound',
      message: 'index.handler is not a function',
    },
    {
      name: 'whose code is no JavaScript',
      files: 'export const const',
      type: 'Runtime.UserCodeSyntaxError',
      message: /^SyntaxError: /,
    },
    {
      name: 'whose module throws',
      files: 'throw new Error("at load")',
      type: 'Error',
      message: 'at load',
    },
    {
      name: 'whose module exits',
      files: 'process.exit(7)',
      type: 'Runtime.ExitError',
      message: /exit status 7$/,
    },
    {
      name: 'with two dots in its name',
      files: 'export const handler = 1',
      settings: { handler: '../index.handler' },
      type: 'Runtime.MalformedHandlerName',
      message: /is not a valid handler name/,
    },
    {
      name: 'with a callback in nodejs24.x',
      files: { 'index.js': 'exports.handler = (event, context, callback) => callback()' },
      settings: { runtime: 'nodejs24.x' },
      type: 'Runtime.CallbackHandlerDeprecated',
      message: /^ERROR: AWS Lambda has removed support/,
    },
    {
      name: 'in a folder that does not exist',
      files: '',
      settings: { folder: '/nowhere/at/all' },
      type: 'Runtime.InvalidEntrypoint',
      message: /ENOENT/,
    },
  ]
  for (const { name, files, settings, type, message } of failures) {
    test(`${name} answers ${type}`, async () => {
      const result = await invoke(runner, functionOf(files, settings))
      assert.equal(result.functionError, 'Unhandled')
      const { errorType, errorMessage } = parse(result) as Record<string, string>
      assert.equal(errorType, type)
      if (typeof message === 'string') assert.equal(errorMessage, message)
      else assert.match(String(errorMessage), message)
    })
  }

  test('describes an error as the Node.js runtime does', async () => {
    const own = functionOf('export const handler = async () => { throw new Error("boom") }')
    const result = await invoke(runner, own)
    const value = parse(result) as { trace: string[] }
    assert.deepEqual(Object.keys(value), ['errorType', 'errorMessage', 'trace'])
    assert.equal(value.trace[0], 'Error: boom')
    assert.match(String(value.trace[1]), /^ {4}at Object\.handler|^ {4}at .*index\.mjs:1:/)
    assert.match(
      result.logTail,
      /\tERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"boom"/,
    )
  })

  test('goes on after an error, and is started again after an exit', async () => {
    const own = functionOf(`let count = 0
      export const handler = async how => {
        count++
        if (how === 'throw') throw new Error('x')
        if (how === 'exit') process.exit(3)
        return count
      }`)
    assert.equal(parse(await invoke(runner, own)), 1)
    await invoke(runner, own, 'throw')
    assert.equal(parse(await invoke(runner, own)), 3)
    await invoke(runner, own, 'exit')
    const again = await invoke(runner, own)
    assert.equal(parse(again), 1)
    assert.equal(again.coldStart, true)
  })

  test('that exits right after its answer has answered, and the next invocation is started anew', async () => {
    const own = functionOf(
      'export const handler = async () => { setImmediate(() => process.exit(4)); return "said" }',
    )
    for (let i = 0; i < 3; i++) {
      const result = await invoke(runner, own)
      assert.equal(parse(result), 'said')
      assert.equal(result.coldStart, true)
    }
  })

  test('streams into one answer, with what comes before the body', async () => {
    const own =
      functionOf(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 })
      stream.write('one ')
      stream.write('two')
      stream.end()
    })`)
    const result = await invoke(runner, own)
    assert.equal(result.contentType, 'application/vnd.awslambda.http-integration-response')
    assert.equal(result.payload.toString(), `{"statusCode":201}${'\0'.repeat(8)}one two`)
  })

  test('that streams and fails answers the error', async () => {
    const own = functionOf(
      'export const handler = awslambda.streamifyResponse(async () => { throw new Error("mid") })',
    )
    const result = await invoke(runner, own)
    assert.equal((parse(result) as { errorMessage: string }).errorMessage, 'mid')
  })

  test('is logged as in CloudWatch', async () => {
    const own = functionOf(`export const handler = async () => {
      console.log('hello', { a: 1 }); console.warn('two\\nlines'); process.stdout.write('raw'); return 1 }`)
    const result = await invoke(runner, own)
    const mine = lines.filter(line => line.arn === own.arn && line.requestId !== '')
    const id = `request-${requests}`
    assert.deepEqual(
      mine.map(line =>
        line.text.replace(/^\d{4}-[^\t]*Z/, 'TIME').replace(/[\d.]+ (ms|MB)/g, 'N $1'),
      ),
      [
        `START RequestId: ${id} Version: $LATEST`,
        `TIME\t${id}\tINFO\thello { a: 1 }`,
        `TIME\t${id}\tWARN\ttwo\nlines`,
        'raw',
        `END RequestId: ${id}`,
        `REPORT RequestId: ${id}\tDuration: N ms\tBilled Duration: N ms\tMemory Size: N MB\tMax Memory Used: N MB\tInit Duration: N ms\t`,
      ],
    )
    assert.equal(result.logTail, mine.map(line => `${line.text}\n`).join(''))
  })

  test('that prints without end is cut, and its last lines are still there', async () => {
    const own = functionOf(`export const handler = async () => {
      for (let i = 0; i < 200; i++) process.stdout.write('x'.repeat(100_000) + '\\n')
      return 'done' }`)
    const first = lines.length
    const result = await invoke(runner, own)
    assert.equal(parse(result), 'done')
    const bytes = lines.slice(first).reduce((sum, line) => sum + line.text.length, 0)
    assert.ok(bytes < 5_000_000, String(bytes))
    assert.match(result.logTail, /dropped[\s\S]*END RequestId/)
    assert.ok(Buffer.byteLength(result.logTail) <= 4096)
  })

  test('in a hot folder is loaded again when a file changed', async () => {
    const own = functionOf(
      {
        'index.js': 'exports.handler = async () => require("./part.js")',
        'part.js': 'module.exports = 1',
      },
      { hotReload: true },
    )
    assert.equal(parse(await invoke(runner, own)), 1)
    assert.equal((await invoke(runner, own)).coldStart, false)
    writeFileSync(join(own.folder, 'part.js'), 'module.exports = 22')
    assert.equal(parse(await invoke(runner, own)), 22)
  })

  test('of another revision gets another environment', async () => {
    const own = functionOf('let n = 0; export const handler = async () => ++n')
    assert.equal(parse(await invoke(runner, own)), 1)
    assert.equal(parse(await invoke(runner, own)), 2)
    assert.equal(parse(await invoke(runner, { ...own, revision: '2' })), 1)
  })
})

describe('the runner', () => {
  const slow = 'export const handler = async ms => new Promise(r => setTimeout(r, ms, process.pid))'

  test('runs one invocation at a time in an environment, and starts more as they are needed', async t => {
    const runner = runnerWith({ maxEnvironments: 3 })
    t.after(() => runner.close())
    const own = functionOf(slow)
    const results = await Promise.all([1, 2, 3].map(() => invoke(runner, own, 300)))
    assert.equal(new Set(results.map(parse)).size, 3)
  })

  test('lets invocations wait when the machine is full', async t => {
    const runner = runnerWith({ maxEnvironments: 1 })
    t.after(() => runner.close())
    const own = functionOf(slow)
    const results = await Promise.all([1, 2, 3].map(() => invoke(runner, own, 10)))
    assert.equal(new Set(results.map(parse)).size, 1)
  })

  test('gives the place of an idle environment to another function', async t => {
    const runner = runnerWith({ maxEnvironments: 1 })
    t.after(() => runner.close())
    for (const own of [functionOf(slow), functionOf(slow), functionOf(slow)]) {
      assert.equal((await invoke(runner, own, 1)).functionError, undefined)
    }
  })

  test('does not let one busy function starve another', async t => {
    const runner = runnerWith({ maxEnvironments: 1 })
    t.after(() => runner.close())
    const busy = functionOf(slow)
    const other = functionOf(slow)
    const order: string[] = []
    const busyOnes = Array.from({ length: 12 }, () => invoke(runner, busy, 40))
    const all = busyOnes.map(one => one.then(() => order.push('busy')))
    await invoke(runner, other, 1).then(() => order.push('other'))
    await Promise.all(all)
    assert.ok(order.indexOf('other') < 8, order.join())
  })

  test('throttles a function beyond its concurrency', async t => {
    const runner = runnerWith({ maxConcurrencyPerFunction: 2 })
    t.after(() => runner.close())
    const own = functionOf(slow)
    const both = [invoke(runner, own, 50), invoke(runner, own, 50)]
    await assert.rejects(invoke(runner, own, 50), TooManyInvocations)
    await Promise.all(both)
  })

  test('refuses an invocation whose deadline passes while it waits', async t => {
    const runner = runnerWith({ maxEnvironments: 1 })
    t.after(() => runner.close())
    const own = functionOf(slow)
    const first = invoke(runner, own, 100)
    const late = { payload: Buffer.from('1'), requestId: 'late', deadlineMs: Date.now() + 20 }
    await assert.rejects(runner.invoke(own, late), TooManyInvocations)
    await first
  })

  test('refuses events that are too large and runtimes that it does not have', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf(slow)
    const large = { payload: Buffer.alloc(6_291_457), requestId: 'large' }
    await assert.rejects(runner.invoke(own, large), InvocationTooLarge)
    for (const runtime of ['python3.13', 'provided.al2023', 'cobol', 'nodejs23.x']) {
      await assert.rejects(invoke(runner, { ...own, runtime }), RuntimeUnsupported)
    }
  })

  test('carries large events and answers whole', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf('export const handler = async event => event')
    const text = 'ü'.repeat(2_000_000)
    assert.equal(parse(await invoke(runner, own, text)), text)
  })

  test('ends environments that have been idle too long', async t => {
    const clock = new FakeClock()
    const runner = runnerWith({ clock, idleMs: 60_000 })
    t.after(() => runner.close())
    const own = functionOf(slow)
    await invoke(runner, own, 1)
    clock.advance(59_000)
    runner.reap()
    assert.equal((await invoke(runner, own, 1)).coldStart, false)
    clock.advance(61_000)
    runner.reap()
    assert.equal((await invoke(runner, own, 1)).coldStart, true)
  })

  test('forgets a function, but lets it finish', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf(slow)
    await invoke(runner, own, 1)
    const running = invoke(runner, own, 50)
    runner.forget(own.arn)
    assert.equal((await running).functionError, undefined)
    assert.equal((await invoke(runner, own, 1)).coldStart, true)
  })

  test('closes with everything that runs or waits', async t => {
    const runner = runnerWith({ maxEnvironments: 1 })
    t.after(() => runner.close())
    const own = functionOf(slow)
    await invoke(runner, own, 1)
    const running = invoke(runner, own, 60_000)
    const waiting = assert.rejects(invoke(runner, own, 1), FunctionGone)
    await runner.close()
    assert.match((await running).payload.toString(), /signal: killed/)
    await waiting
    await assert.rejects(invoke(runner, own, 1), FunctionGone)
  })

  test('leaves nothing behind when it is killed, not even a function that loops', async () => {
    const own = functionOf(`import { spawn } from 'node:child_process'
      export const handler = async () => {
        const child = spawn('sleep', ['600'])
        console.log('pids', process.pid, child.pid)
        await new Promise(r => setTimeout(r, 20))
        for (;;);
      }`)
    const gateway = join(root, 'gateway.ts')
    const file = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)))
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    writeFileSync(
      gateway.replace('.ts', '.mjs'),
      `import { FunctionRunner } from ${file(`./runner.${extension}`)}
      import { systemClock } from ${file(`../base/clock.${extension}`)}
      const runner = new FunctionRunner({ clock: systemClock, onLog: line => console.log(line.text) })
      await runner.invoke(${JSON.stringify({ ...own, timeoutMs: 60_000 })}, { payload: Buffer.from('{}'), requestId: 'x' })`,
    )
    const parent = spawn(process.execPath, [gateway.replace('.ts', '.mjs')])
    let text = ''
    let pids: number[] = []
    for await (const chunk of parent.stdout) {
      text += chunk
      const found = /pids (\d+) (\d+)/.exec(text)
      if (found === null) continue
      pids = [Number(found[1]), Number(found[2])]
      break
    }
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    assert.equal(pids.length, 2)
    const until = Date.now() + 5000
    while (pids.some(isRunning) && Date.now() < until) await new Promise(r => setImmediate(r))
    assert.deepEqual(pids.filter(isRunning), [])
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Where nobody collects orphans, they stay as zombies.
    return !existsSync('/proc/self') || !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
