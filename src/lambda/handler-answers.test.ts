import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { functionOf, invoke, parse, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings } from './settings.ts'

describe('a handler that answers', () => {
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
})
