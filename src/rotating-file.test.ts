import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RotatingFile } from './rotating-file.ts'

test('lines are appended, and the oldest go when there are too many', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rotating-'))
  try {
    const path = join(folder, 'deep', 'lines')
    const report = (error: unknown) => assert.fail(String(error))
    const file = new RotatingFile({ path, limitBytes: 10, kept: 2, report })
    for (const line of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff', 'gggg']) {
      file.add(line)
      await file.flush()
    }
    const texts = await Promise.all(['', '.1', '.2'].map(end => readFile(path + end, 'utf8')))
    assert.deepEqual(texts, ['gggg\n', 'eeee\nffff\n', 'cccc\ndddd\n'])
    assert.equal((await readdir(join(folder, 'deep'))).length, 3)
    // Another one goes on where this one stopped.
    const next = new RotatingFile({ path, limitBytes: 10, kept: 2, report })
    next.add('h')
    next.add('i')
    await next.flush()
    assert.equal(await readFile(path, 'utf8'), 'gggg\nh\ni\n'.slice(0, 9))
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a disk that takes nothing is told of once, and loses lines only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rotating-'))
  try {
    await writeFile(join(folder, 'file'), '')
    let reports = 0
    const file = new RotatingFile({
      path: join(folder, 'file', 'below'),
      limitBytes: 10,
      kept: 1,
      report: () => reports++,
    })
    for (const line of ['a', 'b']) {
      file.add(line)
      await file.flush()
    }
    assert.equal(reports, 1)
  } finally {
    await rm(folder, { recursive: true })
  }
})
