/**
 * The contract, part one: what becomes of single records, and who sees them.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordExists, RecordMissing, StaleRecord } from '../errors.ts'
import { type Kind, kind, type Store } from '../store.ts'
import { freshNamespace, type Pet, pets, row, toys } from './kinds.ts'

/** Registers the tests. */
export function records(store: () => Store): void {
  test('a record comes back as it went in, at version 1', async () => {
    const space = freshNamespace()
    const record = { name: 'Rex "é" \u{1f415} \0 \ud800', legs: 4, tags: [{ a: null }, 1.5, false] }
    await store().write(space, tx => tx.insert(pets, '', 'a', record))
    const row = await store().read(space, tx => tx.get(pets, '', 'a'))
    assert.deepEqual(row, { id: 'a', parent: '', version: 1, record })
  })

  test('changing what was read changes nothing in the store', async () => {
    const space = freshNamespace()
    await store().write(space, tx => tx.insert(pets, '', 'a', { name: 'Rex' }))
    const row = await store().read(space, tx => tx.get(pets, '', 'a'))
    Object.assign(row?.record ?? {}, { name: 'changed' })
    const again = await store().read(space, tx => tx.get(pets, '', 'a'))
    assert.equal(again?.record.name, 'Rex')
  })

  test('an id can be inserted once', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      await tx.insert(pets, '', 'a', { name: 'Rex' })
      await assert.rejects(tx.insert(pets, '', 'a', { name: 'Tom' }), RecordExists)
      await tx.insert(pets, 'b', 'a', { name: 'other parent' })
      await tx.insert(toys, '', 'a', { name: 'other kind' })
      assert.equal((await tx.get(pets, '', 'a'))?.record.name, 'Rex')
    })
  })

  test('an update replaces the whole document and counts the version up', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      await assert.rejects(tx.update(pets, '', 'a', { name: 'Rex' }), RecordMissing)
      await assert.rejects(tx.update(pets, '', 'a', { name: 'Rex' }, 1), RecordMissing)
      await tx.insert(pets, '', 'a', { name: 'Rex', legs: 4 })
      await tx.update(pets, '', 'a', { name: 'Rexi' })
      assert.deepEqual(await tx.get(pets, '', 'a'), row('a', 2, { name: 'Rexi' }))
    })
  })

  test('an update of a version that is no longer current is refused', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      await tx.insert(pets, '', 'a', { name: 'Rex' })
      await tx.update(pets, '', 'a', { name: 'Rexi' }, 1)
      await assert.rejects(tx.update(pets, '', 'a', { name: 'late' }, 1), StaleRecord)
      await tx.update(pets, '', 'a', { name: 'Rexo' }, 2)
      assert.deepEqual(await tx.get(pets, '', 'a'), row('a', 3, { name: 'Rexo' }))
    })
  })

  test('put inserts, then replaces and counts the version up', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      await tx.put(pets, '', 'a', { name: 'Rex', legs: 4 })
      assert.deepEqual(await tx.get(pets, '', 'a'), row('a', 1, { name: 'Rex', legs: 4 }))
      await tx.put(pets, '', 'a', { name: 'Tom' })
      assert.deepEqual(await tx.get(pets, '', 'a'), row('a', 2, { name: 'Tom' }))
    })
  })

  test('delete says whether there was something, and children go together', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      for (const id of ['a', 'b', 'c']) await tx.insert(pets, 'p', id, { name: id })
      await tx.insert(pets, 'p/q', 'a', { name: 'grandchild' })
      await tx.insert(toys, 'p', 'a', { name: 'another kind' })
      assert.equal(await tx.delete(pets, 'p', 'a'), true)
      assert.equal(await tx.delete(pets, 'p', 'a'), false)
      assert.equal(await tx.deleteChildren(pets, 'p'), 2)
      assert.equal(await tx.deleteChildren(pets, 'p'), 0)
      assert.equal(await tx.count(pets, 'p/q'), 1)
      assert.equal(await tx.count(toys, 'p'), 1)
    })
  })

  test('namespaces do not see each other, except through find and scan', async () => {
    const [here, there] = [freshNamespace(), freshNamespace()]
    const shared: Kind<Pet> = kind('shared')
    await store().write(here, tx => tx.insert(shared, '', 'a', { name: 'here' }))
    await store().write(there, async tx => {
      assert.equal(await tx.get(shared, '', 'a'), undefined)
      assert.equal(await tx.delete(shared, '', 'a'), false)
      await assert.rejects(tx.update(shared, '', 'a', { name: 'x' }), RecordMissing)
      assert.deepEqual((await tx.find(shared, 'a'))?.namespace, here)
      await tx.insert(shared, 'p', 'b', { name: 'there' })
    })
    assert.deepEqual(await store().find(shared, 'b'), {
      id: 'b',
      parent: 'p',
      version: 1,
      record: { name: 'there' },
      namespace: there,
    })
    assert.equal(await store().find(shared, 'c'), undefined)
    const all = await store().scan(shared)
    assert.deepEqual(
      all.map(found => [found.namespace, found.id]),
      [
        [here, 'a'],
        [there, 'b'],
      ],
    )
  })

  test('a name that cannot be stored is not found, and refused when written', async () => {
    const space = freshNamespace()
    for (const bad of ['\ud800', 'a\0b', 'x'.repeat(1025)]) {
      await store().write(space, async tx => {
        assert.equal(await tx.get(pets, '', bad), undefined)
        assert.equal(await tx.find(pets, bad), undefined)
        assert.equal(await tx.getBlob(bad), undefined)
        assert.deepEqual(await tx.all(pets, bad), [])
        assert.equal(await tx.count(pets, bad), 0)
        assert.deepEqual((await tx.list(pets, bad)).rows, [])
        assert.equal(await tx.delete(pets, '', bad), false)
        assert.equal(await tx.deleteChildren(pets, bad), 0)
        assert.equal(await tx.deleteBlob(bad), false)
        await assert.rejects(tx.insert(pets, '', bad, { name: 'x' }), TypeError)
        await assert.rejects(tx.put(pets, bad, 'a', { name: 'x' }), TypeError)
        await assert.rejects(tx.putBlob(bad, new Uint8Array(1)), TypeError)
      })
    }
  })

  test('what JSON cannot express is refused', async () => {
    const space = freshNamespace()
    const anything = kind<unknown>('anything')
    await store().write(space, async tx => {
      for (const bad of [undefined, () => 1, 1n]) {
        await assert.rejects(tx.insert(anything, '', 'a', bad), TypeError)
      }
      assert.equal(await tx.count(anything, ''), 0)
    })
  })
}
