import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runtimeOf } from './fixtures/bootstraps.ts'
import { functionOf, invoke, parse, root, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import { checkSandbox } from './sandbox.ts'

const sandbox = { bubblewrap: 'bwrap', network: false }

/** Why sandboxes cannot be tried here; false: they can. */
function whyNot(): string | false {
  try {
    checkSandbox(sandbox)
    return false
  } catch (error) {
    return (error as Error).message
  }
}

test('--isolate without bubblewrap is refused at the start, with a sentence that says what to do', () => {
  const missing = { bubblewrap: '/nowhere/bwrap', network: false }
  assert.throws(() => runnerWith({ sandbox: missing }), /Install the package bubblewrap/)
})

test('--isolate where sandboxes cannot be made is refused at the start', () => {
  const broken = { bubblewrap: '/bin/false', network: false }
  assert.throws(() => runnerWith({ sandbox: broken }), /cannot make sandboxes here/)
})

describe('an isolated function', { skip: whyNot() }, () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith({ sandbox })
  })
  after(() => runner.close())

  test('has its code and temporary files where Lambda has them', async () => {
    const own = functionOf(`import { writeFileSync, readFileSync } from 'node:fs'
      export const handler = async () => { writeFileSync('/tmp/a', 'b')
        return [process.cwd(), process.env.LAMBDA_TASK_ROOT, process.env.TMPDIR, readFileSync('/tmp/a', 'utf8'), process.env.HOME] }`)
    assert.deepEqual(parse(await invoke(runner, own)), [
      '/var/task',
      '/var/task',
      '/tmp',
      'b',
      '/tmp',
    ])
    assert.equal((await invoke(runner, own)).coldStart, false)
  })

  test('cannot change its code, nor see the files and processes of the machine', async () => {
    const secret = join(root, 'secret')
    writeFileSync(secret, 'secret')
    const own = functionOf(`import { existsSync, readdirSync, writeFileSync } from 'node:fs'
      const tried = f => { try { f(); return 'done' } catch (e) { return e.code } }
      export const handler = async () => [
        tried(() => writeFileSync('/var/task/index.mjs', '')), tried(() => writeFileSync('/usr/x', '')),
        existsSync(${JSON.stringify(secret)}), existsSync('/var/lib'), existsSync('/home'),
        readdirSync('/proc').filter(name => /^\\d+$/.test(name)).length < 5 ]`)
    const answer = parse(await invoke(runner, own))
    assert.deepEqual(answer, ['EROFS', 'EROFS', false, false, false, true])
  })

  test('has no network, unless the operator gives it', async t => {
    const server = createServer(socket => socket.end('hello')).listen(0, '127.0.0.1')
    t.after(() => server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const own = functionOf(`import { connect } from 'node:net'
      export const handler = port => new Promise(r => connect(port, '127.0.0.1').on('data', d => r(String(d))).on('error', e => r(e.code)))`)
    assert.equal(parse(await invoke(runner, own, port)), 'ECONNREFUSED')
    const open = runnerWith({ sandbox: { ...sandbox, network: true } })
    t.after(() => open.close())
    assert.equal(parse(await invoke(open, own, port)), 'hello')
  })

  test('of a custom runtime reaches the Runtime API all the same', async () => {
    const own = runtimeOf(
      `await say('response', JSON.stringify([event, process.env.AWS_LAMBDA_RUNTIME_API, process.cwd()]))`,
    )
    for (const n of [1, 2]) {
      assert.deepEqual(parse(await invoke(runner, own, n)), [n, '127.0.0.1:9001', '/var/task'])
    }
  })

  test('runs Python', async () => {
    const own = functionOf(
      { 'index.py': 'import os\ndef handler(e, c): return [os.getcwd(), os.getpid() < 10]' },
      { runtime: 'python3.13' },
    )
    assert.deepEqual(parse(await invoke(runner, own)), ['/var/task', true])
  })

  test('has its layers laid over one another at /opt', async () => {
    const layer = (name: string, files: Record<string, string>) => {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(join(root, name, file, '..'), { recursive: true })
        writeFileSync(join(root, name, file), text)
      }
      return join(root, name)
    }
    const layers = [
      layer('one', {
        'nodejs/node_modules/a/index.js': 'module.exports = "a1"',
        'x/both': '1',
        only: '1',
      }),
      layer('two', { 'nodejs/node_modules/b/index.js': 'module.exports = "b2"', 'x/both': '2' }),
    ]
    const code = {
      'index.js': `const { readFileSync } = require('node:fs')
        exports.handler = async () => [require('a'), require('b'), readFileSync('/opt/x/both', 'utf8'), readFileSync('/opt/only', 'utf8')]`,
    }
    assert.deepEqual(parse(await invoke(runner, functionOf(code, { layers }))), [
      'a1',
      'b2',
      '2',
      '1',
    ])
  })

  test('ends with everything that it started, also what left its process group', async () => {
    const own = functionOf(`import { spawn } from 'node:child_process'
      export const handler = async () => { spawn('sleep', ['987654'], { detached: true, stdio: 'ignore' }).unref(); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}) }`)
    assert.match((await invoke(runner, own)).payload.toString(), /signal: killed/)
    const until = Date.now() + 5000
    while (isSleeping('987654') && Date.now() < until) await new Promise(r => setImmediate(r))
    assert.ok(!isSleeping('987654'))
  })
})

function isSleeping(argument: string): boolean {
  return readdirSync('/proc').some(name => {
    const file = `/proc/${name}/cmdline`
    return /^\d+$/.test(name) && existsSync(file) && contains(file, argument)
  })
}

function contains(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'latin1').includes(text)
  } catch {
    return false
  }
}
