import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { bootstrapOf } from './fixtures/bootstraps.ts'
import { functionOf, invoke, lines, parse, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings } from './settings.ts'

const hasProc = existsSync('/proc/self/statm')

describe('a function that takes more than it may', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith({ processLimit: 60 })
  })
  after(() => runner.close())

  const python: Partial<FunctionSettings> = { runtime: 'python3.13' }
  const cases: {
    name: string
    files: Record<string, string> | string
    settings?: Partial<FunctionSettings>
    type: string
    message: RegExp
  }[] = [
    {
      name: 'memory outside of the heap',
      files: `const all = []; export const handler = async () => { for (;;) { all.push(Buffer.alloc(8e6, 1)); await new Promise(r => setTimeout(r, 2)) } }`,
      settings: { timeoutMs: 10_000 },
      type: 'Runtime.OutOfMemory',
      message: /Runtime exited with error: signal: killed$/,
    },
    {
      name: 'memory in a child',
      files: {
        'index.py': `import os, time
def handler(e, c):
  if os.fork() == 0:
    held = b'x' * 400_000_000
    time.sleep(60)
  time.sleep(60)`,
      },
      settings: { ...python, timeoutMs: 10_000 },
      type: 'Runtime.OutOfMemory',
      message: /signal: killed$/,
    },
    {
      name: 'processes without end',
      files: {
        'index.py': `import os, time
def handler(e, c):
  for _ in range(90):
    if os.fork() == 0: time.sleep(60); os._exit(0)
  time.sleep(60)`,
      },
      settings: { ...python, timeoutMs: 20_000, memoryMb: 10_240 },
      type: 'Runtime.ExitError',
      message: /more than 60 processes$/,
    },
    {
      name: 'time while it loads',
      files: 'for (;;);',
      settings: { timeoutMs: 200 },
      type: 'Sandbox.Timedout',
      message: /Task timed out after 0\.20 seconds$/,
    },
  ]
  for (const { name, files, settings, type, message } of cases) {
    test(`${name} fails with ${type}`, { skip: !hasProc }, async t => {
      const hasty = runnerWith({ initLimitMs: 300 })
      t.after(() => hasty.close())
      const own = functionOf(files, settings)
      const result = await invoke(name.includes('loads') ? hasty : runner, own)
      const { errorType, errorMessage } = parse(result) as Record<string, string>
      assert.equal(errorType, type)
      assert.match(String(errorMessage), message)
    })
  }

  test('loading that takes too long begins again, with the time of the function', async t => {
    const hasty = runnerWith({ initLimitMs: 300 })
    t.after(() => hasty.close())
    const own = functionOf(
      `await new Promise(r => setTimeout(r, 600)); export const handler = async () => 'loaded'`,
    )
    assert.equal(parse(await invoke(hasty, own)), 'loaded')
    const said = lines.filter(line => line.arn === own.arn).map(line => line.text)
    assert.ok(
      said.includes('INIT_REPORT Init Duration: 300.00 ms\tPhase: init\tStatus: timeout'),
      said.join('\n'),
    )
  })

  test('100 MB on standard output are cut, and the answer comes', async () => {
    const own = bootstrapOf(`#!/bin/sh
      base="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
      exec python3 -c '
import sys, urllib.request as u
base = sys.argv[1]
n = u.urlopen(base + "/next"); i = n.headers["Lambda-Runtime-Aws-Request-Id"]
for _ in range(100): sys.stdout.write("x" * 999_999 + "\\n")
sys.stdout.flush()
u.urlopen(base + "/" + i + "/response", b"1"); u.urlopen(base + "/next")' "$base"`)
    const first = lines.length
    assert.equal(parse(await invoke(runner, { ...own, timeoutMs: 20_000 })), 1)
    const bytes = lines.slice(first).reduce((sum, line) => sum + line.text.length, 0)
    assert.ok(bytes < 6_000_000, String(bytes))
    assert.ok(lines.slice(first).some(line => line.text.includes('is dropped')))
  })

  test('what it prints that is not UTF-8 is shown with the character for such bytes', async () => {
    const own = functionOf(
      `import { writeSync } from 'node:fs'
      export const handler = async () => { process.stdout.write(Buffer.from([0xff, 0x41, 0x0a])); return 1 }`,
    )
    await invoke(runner, own)
    assert.ok(lines.some(line => line.arn === own.arn && line.text === '\ufffdA'))
  })

  test('the temporary folder is its own, and goes with it', async () => {
    const own =
      functionOf(`import { writeFileSync } from 'node:fs'; import { tmpdir } from 'node:os'
      export const handler = async () => { writeFileSync(tmpdir() + '/x', 'x'); return tmpdir() }`)
    const folder = parse(await invoke(runner, own)) as string
    assert.deepEqual(readdirSync(folder), ['x'])
    runner.forget(own.arn)
    const until = Date.now() + 5000
    while (existsSync(folder) && Date.now() < until) await new Promise(r => setImmediate(r))
    assert.ok(!existsSync(folder))
  })

  test('a process that left the group ends with the environment', { skip: !hasProc }, async () => {
    const own = functionOf(`import { spawn } from 'node:child_process'
      export const handler = async () => { const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }); child.unref(); return child.pid }`)
    const pid = parse(await invoke(runner, own)) as number
    assert.ok(isRunning(pid))
    runner.forget(own.arn)
    const until = Date.now() + 5000
    while (isRunning(pid) && Date.now() < until) await new Promise(r => setImmediate(r))
    assert.ok(!isRunning(pid))
  })
})

describe('concurrency', () => {
  const slow = 'export const handler = async ms => new Promise(r => setTimeout(r, ms, process.pid))'

  test('that is reserved is the most that all versions of the function get', async t => {
    const runner = runnerWith({ accountConcurrency: 1 })
    t.after(() => runner.close())
    const own = functionOf(slow, { reservedConcurrency: 2 })
    const version = { ...own, arn: `${own.arn}:1`, version: '1' }
    const both = [invoke(runner, own, 100), invoke(runner, version, 100)]
    await assert.rejects(invoke(runner, own, 1), {
      name: 'TooManyInvocations',
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    })
    const other = invoke(runner, functionOf(slow), 100)
    await assert.rejects(invoke(runner, functionOf(slow), 1), {
      reason: 'ConcurrentInvocationLimitExceeded',
    })
    await Promise.all([...both, other])
    assert.equal((await invoke(runner, own, 1)).functionError, undefined)
  })

  test('of nothing refuses everything', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf(slow, { reservedConcurrency: 0 })
    await assert.rejects(invoke(runner, own, 1), { name: 'TooManyInvocations' })
  })

  test('that is provisioned is there before anybody asks, and stays', async t => {
    const runner = runnerWith({ idleMs: 1 })
    t.after(() => runner.close())
    const own = functionOf(
      'export const handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE',
      {
        provisionedConcurrency: 1,
      },
    )
    runner.provision(own)
    while (runner.readyOf(own.arn) < 1) await new Promise(r => setImmediate(r))
    runner.reap()
    assert.equal(runner.readyOf(own.arn), 1)
    assert.equal(parse(await invoke(runner, own)), 'provisioned-concurrency')
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Where nobody collects orphans, they stay as zombies.
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
