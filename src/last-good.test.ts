import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { masterKeyOf, newMasterKey } from './base/master-key.ts'
import { LastGood } from './last-good.ts'

const source = JSON.stringify({
  format: 1,
  apiId: 'abc',
  stage: { stageName: 'dev' },
  key: '-----BEGIN PRIVATE KEY-----',
})
const key = masterKeyOf(newMasterKey())

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'last-good-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'programs')
}

test('a program comes back as it was put, and nothing of it can be read on disk', async t => {
  const folder = await folderOf(t)
  const kept = new LastGood(folder, key)
  await kept.put('abc', 'dev', source)
  assert.deepEqual(await kept.all(), {
    programs: [{ apiId: 'abc', stage: 'dev', source }],
    skipped: [],
  })
  const [name = '', ...others] = await readdir(folder)
  assert.deepEqual([name, others], ['abc.dev.sealed', []])
  const file = join(folder, name)
  assert.ok(!/PRIVATE|abc|dev/.test(await readFile(file, 'utf8')))
  const before = await stat(file)
  assert.equal(before.mode & 0o777, 0o600)
  await kept.put('abc', 'dev', source)
  assert.equal((await stat(file)).ino, before.ino, 'what is there is not written again')
  await kept.remove('abc', 'dev')
  assert.deepEqual(await readdir(folder), [])
})

test('a plain file of an older version is read once and sealed', async t => {
  const folder = await folderOf(t)
  await mkdir(folder)
  await writeFile(join(folder, 'abc.dev.json'), source)
  const kept = new LastGood(folder, key)
  assert.deepEqual((await kept.all()).programs, [{ apiId: 'abc', stage: 'dev', source }])
  assert.deepEqual(await readdir(folder), ['abc.dev.sealed'])
  assert.deepEqual((await kept.all()).programs.length, 1)

  await writeFile(join(folder, 'abc.dev.json'), source)
  await kept.put('abc', 'dev', source)
  assert.deepEqual(await readdir(folder), ['abc.dev.sealed'])
})

test('what was sealed with another key, for another stage, or damaged is left out and named', async t => {
  const folder = await folderOf(t)
  await new LastGood(folder, key).put('abc', 'dev', source)
  const other = new LastGood(folder, masterKeyOf(newMasterKey()))
  assert.deepEqual(await other.all(), { programs: [], skipped: ['abc.dev.sealed'] })
  await rename(join(folder, 'abc.dev.sealed'), join(folder, 'abc.prod.sealed'))
  await writeFile(join(folder, 'half.dev.json'), '{"half')
  assert.deepEqual((await new LastGood(folder, key).all()).skipped, [
    'abc.prod.sealed',
    'half.dev.json',
  ])
})
