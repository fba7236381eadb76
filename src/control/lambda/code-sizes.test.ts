import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { refuseTooLarge } from './code-sizes.ts'
import type { CodeRecord } from './records.ts'

let root: string
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'portcullis-sizes-'))
  for (const name of ['a', 'b']) {
    await mkdir(join(root, name, 'deep'), { recursive: true })
    await writeFile(join(root, name, 'one'), Buffer.alloc(30))
    await writeFile(join(root, name, 'deep/two'), Buffer.alloc(20))
    await symlink('one', join(root, name, 'link'))
  }
})
after(() => rm(root, { recursive: true, force: true }))

const zip = (name: string): CodeRecord => ({ type: 'zip', sha256: name, sizeBytes: 1 })
const folder = (name: string): CodeRecord => ({ type: 'folder', path: join(root, name) })
const weigh = (codes: readonly CodeRecord[], limitBytes: number) =>
  refuseTooLarge(codes, [join(root, 'a'), join(root, 'b')], limitBytes)

test('code and layers that have just the size together are taken', async () => {
  await weigh([zip('a'), zip('b')], 100)
})

test('code and layers of one byte more are refused with both sizes', async () => {
  await assert.rejects(weigh([zip('a'), zip('b')], 99), {
    name: 'InvalidParameterValueException',
    message:
      'Function code combined with layers exceeds the maximum allowed size of 99 bytes. The actual size is 100 bytes.',
  })
})

test('folders in which somebody works are not counted', async () => {
  await weigh([zip('a'), folder('b')], 50)
  await weigh([folder('a'), folder('b')], 1)
})
