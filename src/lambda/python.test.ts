import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { functionOf, invoke, lines, parse, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings } from './settings.ts'

const python: Partial<FunctionSettings> = { runtime: 'python3.13', handler: 'index.handler' }

describe('a Python handler', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith()
  })
  after(() => runner.close())

  const answers: {
    name: string
    code: string
    event?: unknown
    runtime?: string
    want: unknown
  }[] = [
    { name: 'gives back its event', code: 'def handler(e, c): return e', want: { a: ['ü', 1.5] } },
    { name: 'answers null when it returns nothing', code: 'def handler(e, c): pass', want: null },
    {
      name: 'answers numbers of DynamoDB as numbers',
      code: 'from decimal import Decimal\ndef handler(e, c): return [Decimal("3"), Decimal("1.5")]',
      want: [3, 1.5],
    },
    {
      name: 'sees the whole context',
      code: `def handler(e, c):
  return [c.function_name, c.function_version, c.memory_limit_in_mb, c.log_group_name.startswith('/aws/lambda/'),
    c.invoked_function_arn.split(':')[5], 0 < c.get_remaining_time_in_millis() <= 5000, c.client_context, c.identity.cognito_identity_id]`,
      want: ['f', '$LATEST', '128', true, 'function', true, null, null],
    },
    {
      name: 'finds modules beside it and not those of the runtime',
      code: `import sys, os
def handler(e, c):
  try:
    import channel
  except ImportError:
    return [sys.path[0] == os.environ['LAMBDA_TASK_ROOT'], os.getcwd() == os.environ['LAMBDA_TASK_ROOT']]`,
      want: [true, true],
    },
    {
      name: 'may use other processes',
      code: `import multiprocessing, subprocess, sys
def work(q): print('child'); q.put(7)
def handler(e, c):
  q = multiprocessing.get_context('fork').Queue(); p = multiprocessing.get_context('fork').Process(target=work, args=(q,)); p.start()
  subprocess.run(['echo', 'sub'], stdout=sys.stdout)
  value = q.get(); p.join(); return value`,
      want: 7,
    },
  ]
  for (const { name, code, want } of answers) {
    test(name, async () => {
      const own = functionOf({ 'index.py': code }, python)
      const result = await invoke(runner, own, { a: ['ü', 1.5] })
      const expected = Array.isArray(want) && want[0] === 'f' ? [own.name, ...want.slice(1)] : want
      assert.deepEqual(parse(result), expected)
      assert.equal(result.functionError, undefined)
    })
  }

  test('keeps its globals while it is warm', async () => {
    const code = 'n = 0\ndef handler(e, c):\n  global n\n  n += 1\n  return n'
    const own = functionOf({ 'a/b.py': code }, { ...python, handler: 'a/b.handler' })
    for (const want of [1, 2, 3]) assert.equal(parse(await invoke(runner, own)), want)
  })

  test('writes other letters than ASCII as they are since python3.12', async () => {
    const code = { 'index.py': 'def handler(e, c): return "ü"' }
    const now = await invoke(runner, functionOf(code, python))
    const before = await invoke(runner, functionOf(code, { ...python, runtime: 'python3.11' }))
    assert.equal(now.payload.toString(), '"ü"')
    assert.equal(before.payload.toString(), '"\\u00fc"')
  })

  test('carries large events and answers whole', async () => {
    const own = functionOf({ 'index.py': 'def handler(e, c): return e' }, python)
    const text = 'x'.repeat(5_000_000)
    assert.equal(parse(await invoke(runner, own, text)), text)
  })

  test('describes what it raised as AWS does', async () => {
    const code = 'def deeper():\n  raise ValueError("boom")\ndef handler(e, c):\n  deeper()'
    const own = functionOf({ 'index.py': code }, python)
    const first = lines.length
    const result = await invoke(runner, own)
    const { requestId, stackTrace, ...rest } = parse(result) as Record<string, unknown>
    assert.deepEqual(rest, { errorMessage: 'boom', errorType: 'ValueError' })
    assert.equal(requestId, lines[first + 1]?.requestId)
    assert.deepEqual(stackTrace, [
      `  File "${own.folder}/index.py", line 4, in handler\n    deeper()\n`,
      `  File "${own.folder}/index.py", line 2, in deeper\n    raise ValueError("boom")\n`,
    ])
    assert.equal(result.functionError, 'Unhandled')
    assert.match(
      result.logTail,
      /\[ERROR\] ValueError: boom\nTraceback \(most recent call last\):\n/,
    )
    assert.equal((await invoke(runner, own)).coldStart, false)
  })

  test('is logged as in CloudWatch', async () => {
    const code = `import logging, os
logging.getLogger().setLevel('INFO')
def handler(e, c):
  print('one'); print('two', end=''); logging.info('three %s', 3); os.write(1, b'raw\\xff\\n')`
    const own = functionOf({ 'index.py': code }, python)
    await invoke(runner, own)
    // What goes past Python's own streams comes by a pipe, a moment later.
    while (!lines.some(line => line.text === 'raw\ufffd')) await new Promise(r => setImmediate(r))
    const mine = lines.filter(line => line.arn === own.arn && line.requestId !== '')
    const id = mine[0]?.requestId
    const texts = mine.map(line => line.text.replace(/\d{4}-[\d:T.-]*Z/, 'TIME'))
    assert.equal(texts[0], `START RequestId: ${id} Version: $LATEST`)
    for (const want of ['one', 'two']) assert.ok(texts.includes(want), want)
    const logged = texts.find(text => text.includes('three'))
    assert.match(String(logged), new RegExp(`^\\[INFO\\]\\tTIME\\t${id}\\tthree 3$`))
  })

  const failures: {
    name: string
    files?: Record<string, string>
    settings?: Partial<FunctionSettings>
    type: string
    message: string | RegExp
  }[] = [
    {
      name: 'that exits',
      files: { 'index.py': 'import sys\ndef handler(e, c): sys.exit(3)' },
      type: 'Runtime.ExitError',
      message: /exit status 3$/,
    },
    {
      name: 'that crashes',
      files: { 'index.py': 'import os\ndef handler(e, c): os.abort()' },
      type: 'Runtime.ExitError',
      message: /signal: aborted$/,
    },
    {
      name: 'that reads where nothing is',
      files: { 'index.py': 'import ctypes\ndef handler(e, c): ctypes.string_at(0)' },
      type: 'Runtime.ExitError',
      message: /signal: segmentation fault$/,
    },
    {
      name: 'that loops for ever',
      files: { 'index.py': 'def handler(e, c):\n  while True: pass' },
      settings: { timeoutMs: 200 },
      type: 'Sandbox.Timedout',
      message: /Task timed out after 0\.20 seconds$/,
    },
    {
      name: 'that closes all its files',
      files: { 'index.py': 'import os\ndef handler(e, c): os.closerange(0, 100)' },
      type: 'Runtime.ExitError',
      message: /Runtime exited/,
    },
    {
      name: 'that returns what is not JSON',
      files: { 'index.py': 'def handler(e, c): return {1, 2}' },
      type: 'Runtime.MarshalError',
      message: 'Unable to marshal response: Object of type set is not JSON serializable',
    },
    {
      name: 'that answers too much',
      files: { 'index.py': 'def handler(e, c): return "x" * 7000000' },
      type: 'Function.ResponseSizeTooLarge',
      message: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    },
    {
      name: 'whose error has no text',
      files: {
        'index.py':
          'class E(Exception):\n  def __str__(self): raise TypeError()\ndef handler(e, c): raise E()',
      },
      type: 'E',
      message: /cannot be made/,
    },
    {
      name: 'whose module is missing',
      files: { 'other.py': '' },
      type: 'Runtime.ImportModuleError',
      message: "Unable to import module 'index': No module named 'index'",
    },
    {
      name: 'whose module needs one that is missing',
      files: { 'index.py': 'import nowhere_to_be_found' },
      type: 'Runtime.ImportModuleError',
      message: "Unable to import module 'index': No module named 'nowhere_to_be_found'",
    },
    {
      name: 'that is missing in its module',
      files: { 'index.py': 'x = 1' },
      type: 'Runtime.HandlerNotFound',
      message: "Handler 'handler' missing on module 'index'",
    },
    {
      name: 'whose code is no Python',
      files: { 'index.py': 'def handler(e, c)\n  return 1' },
      type: 'Runtime.UserCodeSyntaxError',
      message: /^Syntax error in module 'index': .*\(index\.py, line 1\)$/,
    },
    {
      name: 'whose module raises',
      files: { 'index.py': 'raise KeyError("at load")' },
      type: 'KeyError',
      message: "'at load'",
    },
    {
      name: 'whose module exits',
      files: { 'index.py': 'import sys; sys.exit(4)' },
      type: 'Runtime.ExitError',
      message: /exit status 4$/,
    },
    {
      name: 'without a module in its name',
      files: { 'index.py': '' },
      settings: { handler: 'handler' },
      type: 'Runtime.MalformedHandlerName',
      message: /^Bad handler 'handler': /,
    },
  ]
  for (const { name, files = {}, settings, type, message } of failures) {
    test(`${name} answers ${type}`, async () => {
      const result = await invoke(runner, functionOf(files, { ...python, ...settings }))
      assert.equal(result.functionError, 'Unhandled')
      const { errorType, errorMessage } = parse(result) as Record<string, string>
      assert.equal(errorType, type)
      if (typeof message === 'string') assert.equal(errorMessage, message)
      else assert.match(String(errorMessage), message)
    })
  }
})
