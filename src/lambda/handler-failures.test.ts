import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { functionOf, invoke, parse, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings } from './settings.ts'

describe('a handler that fails', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith()
  })
  after(() => runner.close())

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
})
