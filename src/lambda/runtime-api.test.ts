import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bootstrapOf, runtimeOf, shell } from './fixtures/bootstraps.ts'
import { functionOf, invoke, lines, parse, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings } from './settings.ts'

describe('a function with a bootstrap of its own', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith()
  })
  after(() => runner.close())

  const textsOf = (own: FunctionSettings) =>
    lines.filter(line => line.arn === own.arn).map(line => line.text)

  test('answers, in a language that the gateway knows nothing of', async () => {
    const own = bootstrapOf(shell)
    for (const event of [{ a: 1 }, ['ü'], null]) {
      assert.deepEqual(parse(await invoke(runner, own, event)), event)
    }
    assert.equal((await invoke(runner, own)).coldStart, false)
  })

  test('also stands in for runtimes that are not here', async () => {
    const own = bootstrapOf(shell, { runtime: 'java21' })
    assert.equal(parse(await invoke(runner, own, 1)), 1)
  })

  test('is told what Lambda tells', async () => {
    const own = runtimeOf(
      `await say('response', JSON.stringify([head, process.env, process.cwd()]))`,
    )
    const before = Date.now()
    const result = await runner.invoke(own, {
      payload: Buffer.from('{}'),
      requestId: 'r-1',
      traceId: 'Root=1-2-3',
      clientContext: '{"custom":{"ü":1}}',
      identity: '{"cognitoIdentityId":"i"}',
      invokedArn: `${own.arn}:live`,
    })
    const [head, env, cwd] = parse(result) as [
      Record<string, string>,
      Record<string, string>,
      string,
    ]
    const told = Object.entries(head).filter(([name]) => name.startsWith('lambda-runtime-'))
    const { 'lambda-runtime-deadline-ms': deadline, ...rest } = Object.fromEntries(told)
    assert.deepEqual(rest, {
      'lambda-runtime-aws-request-id': 'r-1',
      'lambda-runtime-invoked-function-arn': `${own.arn}:live`,
      'lambda-runtime-trace-id': 'Root=1-2-3',
      'lambda-runtime-client-context': '{"custom":{"\\u00fc":1}}',
      'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"i"}',
    })
    assert.ok(Math.abs(Number(deadline) - before - own.timeoutMs) < 4000, String(deadline))
    assert.equal(cwd, own.folder)
    assert.equal(env['LAMBDA_TASK_ROOT'], own.folder)
    assert.equal(env['_HANDLER'], 'index.handler')
    assert.equal(env['AWS_EXECUTION_ENV'], undefined)
  })

  const failures: {
    name: string
    run: string
    settings?: Partial<FunctionSettings>
    type: string
    message: RegExp
  }[] = [
    {
      name: 'reports an error',
      run: `await say('error', JSON.stringify({ errorType: 'Mine', errorMessage: 'it is' }))`,
      type: 'Mine',
      message: /^it is$/,
    },
    {
      name: 'answers too much',
      run: `if (await say('response', Buffer.alloc(7e6, 'x')) !== 413) process.exit(9)`,
      type: 'Function.ResponseSizeTooLarge',
      message: /6291556 bytes/,
    },
    {
      name: 'exits instead of answering',
      run: `process.exit(3)`,
      type: 'Runtime.ExitError',
      message: /exit status 3$/,
    },
    {
      name: 'asks for more work instead of answering, and is refused',
      run: `const r = await ask('GET', 'invocation/next'); console.log('status', r.status); process.exit(r.status === 403 ? 5 : 6)`,
      type: 'Runtime.ExitError',
      message: /exit status 5$/,
    },
    {
      name: 'breaks off in the middle of its answer',
      run: `const s = require('net').connect(port, host); s.write('POST /2018-06-01/runtime/invocation/' + head['lambda-runtime-aws-request-id'] +
        '/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 100\\r\\n\\r\\nabc', () => s.destroy()); setInterval(() => {}, 1000); await new Promise(() => {})`,
      type: 'Runtime.ExitError',
      message: /unreadable/,
    },
    {
      name: 'never answers',
      run: `setInterval(() => {}, 1000); await new Promise(() => {})`,
      settings: { timeoutMs: 300 },
      type: 'Sandbox.Timedout',
      message: /Task timed out after 0\.30 seconds$/,
    },
    {
      name: 'answers and never asks for more',
      run: `await say('response', '1'); setInterval(() => {}, 1000); await new Promise(() => {})`,
      settings: { timeoutMs: 300 },
      type: 'Sandbox.Timedout',
      message: /Task timed out/,
    },
  ]
  for (const { name, run, settings, type, message } of failures) {
    test(`that ${name} fails with ${type}`, async () => {
      const result = await invoke(runner, runtimeOf(run, settings))
      const { errorType, errorMessage } = parse(result) as Record<string, string>
      assert.equal(result.functionError, 'Unhandled')
      assert.equal(errorType, type)
      assert.match(String(errorMessage), message)
    })
  }

  test('cannot answer twice', async () => {
    const own = runtimeOf(
      `const first = await say('response', String(event)); console.log(first, await say('response', '"other"'), await say('error', '{}'))`,
    )
    for (const event of [1, 2, 3]) assert.equal(parse(await invoke(runner, own, event)), event)
    assert.ok(textsOf(own).includes('202 403 403'), textsOf(own).join('\n'))
    assert.ok(textsOf(own).some(text => text.includes('a second time')))
  })

  test('cannot answer for another invocation', async () => {
    const own = runtimeOf(
      `console.log(await say('invocation/somebody-else/response', '"wrong"'), await say('invocation/somebody-else/error', '{}'));
      await say('response', String(event))`,
    )
    const results = await Promise.all([1, 2, 3, 4].map(event => invoke(runner, own, event)))
    assert.deepEqual(results.map(parse), [1, 2, 3, 4])
    assert.ok(textsOf(own).includes('400 400'), textsOf(own).join('\n'))
    assert.ok(textsOf(own).some(text => text.includes('somebody-else')))
  })

  test('still counts as answered when it ends after its answer', async () => {
    const own = runtimeOf(`await say('response', '"last words"'); process.exit(1)`)
    assert.equal(parse(await invoke(runner, own)), 'last words')
    assert.equal((await invoke(runner, own)).coldStart, true)
  })

  test('fails to load with the error that it reports', async () => {
    const own = runtimeOf('')
    const script = `#!/bin/sh
      python3 -c 'import os,urllib.request as u; u.urlopen("http://"+os.environ["AWS_LAMBDA_RUNTIME_API"]+"/2018-06-01/runtime/init/error", b"{\\"errorType\\":\\"Init.Mine\\",\\"errorMessage\\":\\"no\\"}")'
      exit 1`
    const result = await invoke(runner, bootstrapOf(script))
    assert.deepEqual(parse(result), { errorType: 'Init.Mine', errorMessage: 'no' })
    rmSync(join(own.folder, 'bootstrap'))
  })

  test('without an executable bootstrap fails as on AWS', async () => {
    const own = functionOf({ 'readme.txt': '' }, { runtime: 'provided.al2' })
    const { errorType, errorMessage } = parse(await invoke(runner, own)) as Record<string, string>
    assert.equal(errorType, 'Runtime.InvalidEntrypoint')
    assert.match(
      String(errorMessage),
      /Couldn't find valid bootstrap\(s\): \[\/var\/task\/bootstrap \/opt\/bootstrap\]$/,
    )
  })

  test('serves nothing but the API', async () => {
    const own = runtimeOf(`
      const all = [await ask('GET', 'nothing'), await ask('DELETE', 'invocation/next'), await ask('POST', 'invocation//response')]
      await say('response', JSON.stringify(all.map(r => r.status)))`)
    assert.deepEqual(parse(await invoke(runner, own)), [404, 404, 404])
  })
})
