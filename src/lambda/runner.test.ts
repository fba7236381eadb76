import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FakeClock } from '../base/clock.ts'
import { functionOf, invoke, parse, root, runnerWith } from './fixtures/functions.ts'
import {
  FunctionGone,
  InvocationTooLarge,
  RuntimeUnsupported,
  TooManyInvocations,
} from './refusals.ts'

describe('the runner', () => {
  const slow = 'export const handler = async ms => new Promise(r => setTimeout(r, ms, process.pid))'

  test('runs one invocation at a time in an environment, and starts more as they are needed', async t => {
    const runner = runnerWith({ maxEnvironments: 3 })
    t.after(() => runner.close())
    const own = functionOf(slow)
    const results = await Promise.all([1, 2, 3].map(() => invoke(runner, own, 2000)))
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
    const runner = runnerWith({ accountConcurrency: 2 })
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
    for (const runtime of ['java21', 'ruby3.4', 'cobol', 'nodejs23.x', 'python2.7']) {
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
