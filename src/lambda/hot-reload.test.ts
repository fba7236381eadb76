import assert from 'node:assert/strict'
import {
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { functionOf, invoke, parse, root, runnerWith } from './fixtures/functions.ts'
import { Gate, knock } from './fixtures/gate.ts'
import { HotFolder } from './hot-reload.ts'
import type { FunctionRunner } from './runner.ts'

const hot = { hotReload: true }
/** Answers with what `part.js` exports. */
const whole = {
  'index.js': `exports.handler = async () => require('./part.js')`,
  'part.js': 'module.exports = 1',
}

describe('a function in a folder in which somebody works', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith()
  })
  after(() => runner.close())

  const write = (folder: string, name: string, text: string) =>
    writeFileSync(join(folder, name), text)
  const two = 'module.exports = 2'

  const changes: { name: string; change: (folder: string) => void; want?: unknown }[] = [
    { name: 'a file is written', change: folder => write(folder, 'part.js', two) },
    {
      name: 'an editor puts a new file in the place of the old one',
      change: folder => {
        write(folder, '.part.js.swp', two)
        renameSync(join(folder, '.part.js.swp'), join(folder, 'part.js'))
      },
    },
    {
      name: 'a file is replaced by one of the same size and time',
      change: folder => {
        const time = new Date('2026-01-01')
        utimesSync(join(folder, 'part.js'), time, time)
        write(folder, 'part.new', two)
        utimesSync(join(folder, 'part.new'), time, time)
        renameSync(join(folder, 'part.new'), join(folder, 'part.js'))
      },
    },
    {
      name: 'the folder is replaced',
      change: folder => {
        cpSync(folder, `${folder}-new`, { recursive: true, preserveTimestamps: true })
        write(`${folder}-new`, 'part.js', two)
        renameSync(folder, `${folder}-old`)
        renameSync(`${folder}-new`, folder)
      },
    },
    {
      name: 'a file is added',
      change: folder => write(folder, 'other.js', ''),
      want: 1,
    },
    {
      name: 'a file is removed',
      change: folder => rmSync(join(folder, 'part.js')),
      want: /Cannot find module/,
    },
  ]
  for (const { name, change, want = 2 } of changes) {
    test(`is started anew when ${name}`, async () => {
      const own = functionOf({ ...whole }, hot)
      assert.equal(parse(await invoke(runner, own)), 1)
      assert.equal((await invoke(runner, own)).coldStart, false)
      change(own.folder)
      const next = await invoke(runner, own)
      assert.equal(next.coldStart, true)
      if (want instanceof RegExp) assert.match(next.payload.toString(), want)
      else assert.equal(parse(next), want)
      assert.equal((await invoke(runner, own)).coldStart, false)
    })
  }

  test('through a link is started anew when the link leads elsewhere', async () => {
    const [one, other] = [functionOf(whole, hot), functionOf({ ...whole, 'part.js': two }, hot)]
    const link = join(root, 'current')
    symlinkSync(one.folder, link)
    const own = { ...one, folder: link }
    assert.equal(parse(await invoke(runner, own)), 1)
    symlinkSync(other.folder, `${link}-new`)
    renameSync(`${link}-new`, link)
    assert.equal(parse(await invoke(runner, own)), 2)
  })

  test('sees changes behind linked folders, also when they contain themselves', async () => {
    const shared = functionOf({ 'part.js': 'module.exports = 1' })
    const own = functionOf(
      { 'index.js': `exports.handler = async () => require('./lib/part.js')` },
      hot,
    )
    symlinkSync(shared.folder, join(own.folder, 'lib'))
    symlinkSync(own.folder, join(shared.folder, 'back'))
    assert.equal(parse(await invoke(runner, own)), 1)
    write(shared.folder, 'part.js', two)
    assert.equal(parse(await invoke(runner, own)), 2)
  })

  test('in Python is started anew, too, and its own caches do not count', async () => {
    const code = (n: number) => `def handler(event, context):\n    return ${n}\n`
    const own = functionOf({ 'index.py': code(1) }, { ...hot, runtime: 'python3.13' })
    assert.equal(parse(await invoke(runner, own)), 1)
    mkdirSync(join(own.folder, '__pycache__'))
    write(own.folder, '__pycache__/index.pyc', '')
    assert.equal((await invoke(runner, own)).coldStart, false)
    write(own.folder, 'index.py', code(2))
    assert.equal(parse(await invoke(runner, own)), 2)
  })

  test('is started anew when a layer in which somebody works changes', async () => {
    const layer = functionOf({ 'python/part.py': 'n = 1' }).folder
    const own = functionOf(
      { 'index.py': 'import part\ndef handler(event, context): return part.n' },
      { runtime: 'python3.13', layers: [layer], hotLayers: [layer] },
    )
    assert.equal(parse(await invoke(runner, own)), 1)
    assert.equal((await invoke(runner, own)).coldStart, false)
    write(layer, 'python/part.py', 'n = 2')
    assert.equal(parse(await invoke(runner, own)), 2)
  })

  test('loses no request that runs or waits', async t => {
    const gate = await Gate.build()
    const narrow = runnerWith({ maxEnvironments: 1 })
    t.after(async () => {
      await narrow.close()
      gate.close()
    })
    const code = (n: number) => `${knock} exports.handler = async wait => {
      if (wait) await knock(${gate.port}); return ${n} }`
    const own = functionOf({ 'index.js': code(1) }, hot)
    const running = invoke(narrow, own, true)
    await gate.knocked()
    const waiting = invoke(narrow, own, false)
    write(own.folder, 'index.js', code(2))
    const next = invoke(narrow, own, false)
    gate.open()
    assert.deepEqual([await running, await waiting, await next].map(parse), [1, 2, 2])
  })
})

test('a folder that is gone for a moment is not a change', t => {
  const folder = join(root, 'moved')
  mkdirSync(folder)
  t.after(() => rmSync(`${folder}-away`, { recursive: true, force: true }))
  writeFileSync(join(folder, 'index.js'), '1')
  const watched = new HotFolder(folder)
  const before = watched.fingerprint()
  renameSync(folder, `${folder}-away`)
  assert.equal(watched.fingerprint(), before)
})
