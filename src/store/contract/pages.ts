/**
 * The contract, part two: order and pages, also while others write.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Namespace, Store } from '../store.ts'
import { freshNamespace, ids, pets } from './kinds.ts'

/** Registers the tests. */
export function pages(store: () => Store): void {
  // UTF-16 would put U+FFFD behind the emoji; UTF-8 puts it before.
  const inOrder = ['', ' ', '10', '9', 'A', 'Z', 'a', 'a b', 'aa', 'é', '\ufffd', '\u{1f415}']

  test('rows come in the order of the bytes of their ids', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      for (const id of inOrder.toReversed()) await tx.insert(pets, 'p', id, { name: id })
      assert.deepEqual(ids(await tx.all(pets, 'p')), inOrder)
      assert.deepEqual(ids((await tx.list(pets, 'p')).rows), inOrder)
      assert.equal(await tx.count(pets, 'p'), inOrder.length)
    })
  })

  test('pages of every size join to the whole', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      for (const id of inOrder) await tx.insert(pets, 'p', id, { name: id })
    })
    for (let limit = 1; limit <= inOrder.length + 1; limit++) {
      assert.deepEqual(await pageThrough(store(), space, limit), inOrder, `limit ${limit}`)
    }
  })

  test('a page may begin behind an id that is gone, and the limit has to be a count', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      for (const id of ['a', 'c']) await tx.insert(pets, 'p', id, { name: id })
      assert.deepEqual(ids((await tx.list(pets, 'p', { after: 'b' })).rows), ['c'])
      assert.deepEqual(await tx.list(pets, 'p', { after: 'c', limit: 1 }), {
        rows: [],
        next: undefined,
      })
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        await assert.rejects(tx.list(pets, 'p', { limit }), RangeError)
      }
    })
  })

  test('paging while others insert and delete shows every lasting row once, in order', async () => {
    const space = freshNamespace()
    const lasting = Array.from(
      { length: 40 },
      (_, index) => `${String(index).padStart(2, '0')}-lasting`,
    )
    await store().write(space, async tx => {
      for (const id of lasting) await tx.insert(pets, 'p', id, { name: id })
    })
    const disturb = async () => {
      for (let index = 0; index < 40; index++) {
        const id = `${String((index * 7) % 40).padStart(2, '0')}-passing`
        await store().write(space, tx => tx.insert(pets, 'p', id, { name: id }))
        if (index % 2 === 0) await store().write(space, tx => tx.delete(pets, 'p', id))
      }
    }
    const [seen] = await Promise.all([pageThrough(store(), space, 3), disturb()])
    assert.deepEqual(seen, seen.toSorted(), 'in order')
    assert.equal(new Set(seen).size, seen.length, 'none twice')
    assert.deepEqual(
      seen.filter(id => id.endsWith('lasting')),
      lasting,
    )
  })
}

async function pageThrough(store: Store, space: Namespace, limit: number): Promise<string[]> {
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await store.read(space, tx => tx.list(pets, 'p', { after, limit }))
    assert.ok(page.rows.length <= limit)
    seen.push(...ids(page.rows))
    after = page.next
  } while (after !== undefined)
  return seen
}
