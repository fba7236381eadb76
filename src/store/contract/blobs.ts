/**
 * The contract, part four: large immutable bytes.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Namespace, Store } from '../store.ts'
import { freshNamespace, pets } from './kinds.ts'

/** Registers the tests. */
export function blobs(store: () => Store): void {
  test('a blob comes back, is replaced and deleted, within its namespace', async () => {
    const [here, there] = [freshNamespace(), freshNamespace()]
    const [first, second] = [Uint8Array.of(1, 2, 3), new Uint8Array(3_000_000).fill(7)]
    await store().write(here, tx => tx.putBlob('code', first))
    assert.deepEqual(await blob(store(), here, 'code'), first)
    assert.equal(await blob(store(), there, 'code'), undefined)
    await store().write(here, tx => tx.putBlob('code', second))
    assert.deepEqual(await blob(store(), here, 'code'), second)
    assert.equal(await store().write(here, tx => tx.deleteBlob('code')), true)
    assert.equal(await store().write(here, tx => tx.deleteBlob('code')), false)
    assert.equal(await blob(store(), here, 'code'), undefined)
  })

  test('an empty blob is a blob', async () => {
    const space = freshNamespace()
    await store().write(space, tx => tx.putBlob('empty', new Uint8Array()))
    assert.deepEqual(await blob(store(), space, 'empty'), new Uint8Array())
  })

  test('one content under two keys stays until both are gone', async () => {
    const space = freshNamespace()
    const bytes = Uint8Array.of(9, 9, 9)
    await store().write(space, tx => tx.putBlob('a', bytes))
    await store().write(space, tx => tx.putBlob('b', bytes))
    await store().write(space, tx => tx.deleteBlob('a'))
    await store().write(space, tx => tx.count(pets, ''))
    assert.deepEqual(await blob(store(), space, 'b'), bytes)
    await store().write(space, tx => tx.deleteBlob('b'))
    await store().write(space, tx => tx.putBlob('c', bytes))
    assert.deepEqual(await blob(store(), space, 'c'), bytes)
  })

  test('a transaction that throws leaves the blobs as they were', async () => {
    const space = freshNamespace()
    await store().write(space, tx => tx.putBlob('kept', Uint8Array.of(1)))
    const failing = store().write(space, async tx => {
      await tx.putBlob('kept', Uint8Array.of(2))
      await tx.putBlob('new', Uint8Array.of(1))
      await tx.deleteBlob('kept')
      throw new Error('no')
    })
    await assert.rejects(failing, /no/)
    await store().write(space, tx => tx.count(pets, ''))
    assert.deepEqual(await blob(store(), space, 'kept'), Uint8Array.of(1))
    assert.equal(await blob(store(), space, 'new'), undefined)
  })
}

async function blob(store: Store, space: Namespace, key: string): Promise<Uint8Array | undefined> {
  const bytes = await store.read(space, tx => tx.getBlob(key))
  return bytes && Uint8Array.from(bytes)
}
