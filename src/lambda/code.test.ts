import assert from 'node:assert/strict'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { type Zippable, zipSync } from 'fflate'
import { CodeRejected, findCode, unpackCode } from './code.ts'

const root = mkdtempSync(join(tmpdir(), 'portcullis-code-'))
after(() => rmSync(root, { recursive: true }))

const text = (content: string) => Buffer.from(content)
const link = (target: string): Zippable[string] => [
  text(target),
  { os: 3, attrs: (0o120777 << 16) >>> 0 },
]

describe('unpackCode', () => {
  test('makes a folder named by the hash of the zip', async () => {
    const zip = zipSync({ 'index.js': text('1'), 'a/b/c.js': text('2'), 'empty/': text('') })
    const { folder, sha256 } = await unpackCode(root, zip)
    assert.equal(folder, join(root, sha256))
    assert.deepEqual(readdirSync(folder).sort(), ['a', 'empty', 'index.js'])
    assert.equal(readFileSync(join(folder, 'a/b/c.js'), 'utf8'), '2')
    assert.equal(await findCode(root, sha256), folder)
  })

  test('unpacks the same zip once, also at the same time', async () => {
    const zip = zipSync({ 'same.js': text('same') })
    const all = await Promise.all([1, 2, 3, 4].map(() => unpackCode(root, zip)))
    assert.equal(new Set(all.map(code => code.folder)).size, 1)
    assert.deepEqual(
      readdirSync(root).filter(name => name.startsWith('.')),
      [],
    )
  })

  test('keeps what may be executed, and can read what may not be read', async () => {
    const zip = zipSync({
      run: [text('x'), { os: 3, attrs: (0o100755 << 16) >>> 0 }],
      secret: [text('y'), { os: 3, attrs: (0o100000 << 16) >>> 0 }],
    })
    const { folder } = await unpackCode(root, zip)
    assert.equal(lstatSync(join(folder, 'run')).mode & 0o777, 0o755)
    assert.equal(readFileSync(join(folder, 'secret'), 'utf8'), 'y')
  })

  test('makes links that stay inside', async () => {
    const zip = zipSync({
      'bin/tool.js': text('tool'),
      'node_modules/.bin/tool': link('../../bin/tool.js'),
    })
    const { folder } = await unpackCode(root, zip)
    assert.equal(readFileSync(join(folder, 'node_modules/.bin/tool'), 'utf8'), 'tool')
  })

  const refused: { name: string; zip: Uint8Array; reason?: CodeRejected['reason'] }[] = [
    { name: 'what is no zip', zip: text('not a zip at all') },
    { name: 'nothing', zip: new Uint8Array() },
    { name: 'a name that leads outside', zip: zipSync({ '../up.js': text('x') }) },
    { name: 'an absolute name', zip: zipSync({ '/etc/x': text('x') }) },
    { name: 'a name with a NUL', zip: zipSync({ 'a\0b': text('x') }) },
    { name: 'a link that leads outside', zip: zipSync({ out: link('../../etc') }) },
    { name: 'an absolute link', zip: zipSync({ out: link('/etc/passwd') }) },
    {
      name: 'a link that leads outside over another link',
      zip: zipSync({ 'a/x.js': text('x'), 'a/up': link('..'), over: link('a/up/../..') }),
    },
    { name: 'a link that leads nowhere', zip: zipSync({ out: link('missing') }) },
    { name: 'a file below a link', zip: zipSync({ 'd/f': text('x'), d: link('.') }) },
    {
      name: 'more than the limit unpacked',
      zip: zipSync({ large: new Uint8Array(2000) }),
      reason: 'too-large',
    },
    {
      name: 'more entries than the limit',
      zip: zipSync(Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`f${i}`, text('x')]))),
      reason: 'too-large',
    },
    { name: 'a size that is not the real one', zip: lyingZip() },
  ]
  for (const { name, zip, reason = 'unreadable' } of refused) {
    test(`refuses ${name}`, async () => {
      await assert.rejects(
        unpackCode(root, zip, { unpackedBytes: 1000, entries: 10 }),
        error => error instanceof CodeRejected && error.reason === reason,
      )
      assert.deepEqual(
        readdirSync(root).filter(file => file.startsWith('.')),
        [],
      )
    })
  }

  test('never fails in another way, whatever the bytes', async () => {
    const whole = Buffer.from(zipSync({ 'a/b.js': text('hello'), 'c.js': text('x'.repeat(500)) }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async changes => {
          const zip = Buffer.from(whole)
          for (const [at, byte] of changes) zip[at] = byte
          const outcome = await unpackCode(root, zip).catch((error: unknown) => error)
          assert.ok(!(outcome instanceof Error) || outcome instanceof CodeRejected, String(outcome))
        },
      ),
      { numRuns: 150 },
    )
  })
})

/** A zip whose directory says that its file has ten bytes; there are more. */
function lyingZip(): Uint8Array {
  const zip = Buffer.from(zipSync({ f: text('x'.repeat(5000)) }))
  const directory = zip.indexOf('PK\x01\x02')
  zip.writeUInt32LE(10, directory + 24)
  return zip
}
