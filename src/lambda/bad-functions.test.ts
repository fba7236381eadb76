/**
 * Functions that do what they should not. Each gets its error and its log, leaves no process of its group behind, and does
 * not touch the function beside it.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { functionOf, invoke, lines, parse, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings } from './settings.ts'

interface Row {
  readonly name: string
  readonly node?: string
  readonly python?: string
  readonly settings?: Partial<FunctionSettings>
  readonly type?: string
  readonly message?: RegExp
  /** What its log must say. */
  readonly log?: RegExp
}

const exit = 'Runtime.ExitError'
const report = (type: string) => new RegExp(`\\tStatus: error\\tError Type: ${type}$`, 'm')

const rows: readonly Row[] = [
  {
    name: 'aborts',
    node: 'process.abort()',
    type: exit,
    message: /Runtime exited with error: signal: aborted$/,
    log: report(exit),
  },
  {
    name: 'has a segmentation fault',
    node: `process.kill(process.pid, 'SIGSEGV'); await new Promise(() => setInterval(() => {}, 1000))`,
    type: exit,
    message: /signal: segmentation fault$/,
    log: report(exit),
  },
  {
    name: 'has a segmentation fault, in Python',
    python: 'import ctypes; ctypes.string_at(0)',
    type: exit,
    message: /signal: segmentation fault$/,
    log: report(exit),
  },
  {
    name: 'exits',
    node: 'process.exit(7)',
    type: exit,
    message: /exit status 7$/,
    log: report(exit),
  },
  {
    name: 'kills its whole process group',
    node: 'process.kill(0, "SIGTERM"); await new Promise(() => setInterval(() => {}, 1000))',
    type: exit,
    message: /signal: terminated$/,
  },
  {
    name: 'closes all its file descriptors',
    node: `const { closeSync } = await import('node:fs'); for (const fd of [0, 1, 2, 3]) closeSync(fd)`,
    type: exit,
    message: /Runtime exited/,
  },
  {
    name: 'closes all its file descriptors, in Python',
    python: 'import os; os.closerange(0, 100)',
    type: exit,
    message: /Runtime exited/,
  },
  {
    name: 'closes its standard streams, and answers',
    node: `const { closeSync } = await import('node:fs'); for (const fd of [0, 1, 2]) closeSync(fd); console.log('still here')`,
    log: /still here/,
  },
  {
    name: 'loops for ever',
    node: 'for (;;);',
    settings: { timeoutMs: 300 },
    type: 'Sandbox.Timedout',
    message: /Task timed out after 0\.30 seconds$/,
    log: /Task timed out after 0\.30 seconds[\s\S]*\tStatus: timeout$/m,
  },
  {
    name: 'starts children that outlive it, and exits',
    node: `const { spawn } = await import('node:child_process')
      for (let i = 0; i < 20; i++) spawn('sleep', ['600']); process.exit(0)`,
    type: exit,
    message: /Runtime exited without providing a reason$/,
  },
  {
    name: 'is a fork bomb',
    python: 'import os\n    while True: os.fork()',
    settings: { timeoutMs: 20_000, memoryMb: 10_240 },
    type: exit,
    message: /more than 60 processes$/,
  },
  { name: 'answers just below 6 MB', node: `return 'x'.repeat(6_291_000)` },
  {
    name: 'answers more than 6 MB',
    node: `return 'x'.repeat(6_300_000)`,
    type: 'Function.ResponseSizeTooLarge',
    message: /exceeded maximum allowed payload size \(6291556 bytes\)/,
  },
  {
    name: 'answers more than 6 MB, in Python',
    python: `return 'x' * 6_300_000`,
    type: 'Function.ResponseSizeTooLarge',
    message: /exceeded maximum allowed payload size/,
  },
  { name: 'answers half of a surrogate pair', node: `return 'a\\ud800b'` },
  {
    name: 'prints 100 MB',
    node: `for (let i = 0; i < 100; i++) process.stdout.write('x'.repeat(1_000_000) + '\\n')`,
    settings: { timeoutMs: 20_000 },
    log: /is larger than 4194304 bytes; the rest of it is dropped/,
  },
  {
    name: 'prints what is not UTF-8, in Python',
    python: `import sys; sys.stdout.buffer.write(b'\\xffA\\n'); sys.stdout.buffer.flush()`,
    log: /\ufffdA/,
  },
]

describe('a function that', { skip: !existsSync('/proc/self/statm') }, () => {
  let runner: FunctionRunner
  let neighbour: FunctionSettings
  before(async () => {
    runner = runnerWith({ processLimit: 60 })
    neighbour = functionOf('let n = 0; export const handler = async () => ++n')
    await invoke(runner, neighbour)
  })
  after(() => runner.close())

  let calls = 1
  for (const { name, node, python, settings, type, message, log } of rows) {
    test(name, async () => {
      const own =
        node === undefined
          ? functionOf(
              {
                'index.py': `import os\nprint('pid', os.getpid())\ndef handler(e, c):\n    ${python}`,
              },
              { runtime: 'python3.13', ...settings },
            )
          : functionOf(
              `console.log('pid', process.pid); export const handler = async () => { ${node} }`,
              settings,
            )
      const result = await invoke(runner, own)
      const texts = lines.filter(line => line.arn === own.arn).map(line => line.text)
      if (type === undefined) assert.equal(result.functionError, undefined)
      else {
        const { errorType, errorMessage } = parse(result) as Record<string, string>
        assert.deepEqual([result.functionError, errorType], ['Unhandled', type])
        if (message !== undefined) assert.match(String(errorMessage), message)
      }
      if (log !== undefined) assert.match(texts.join('\n'), log)
      runner.forget(own.arn)
      const group = Number(/pid (\d+)/.exec(texts.join('\n'))?.[1])
      assert.ok(group > 1)
      await groupEnds(group)
      // The process beside it is the same as ever.
      assert.equal(parse(await invoke(runner, neighbour)), ++calls)
    })
  }
})

/** Resolves when no process of the group is left; the test's own time limit is the limit. */
async function groupEnds(group: number): Promise<void> {
  for (;;) {
    try {
      process.kill(-group, 0)
    } catch {
      return
    }
    await new Promise(resolve => setImmediate(resolve))
  }
}
