/**
 * The contract, part three: all or nothing, isolation, and writers that meet.
 *
 * Nothing here says whether a read waits for a write that is under way: that is left open.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordExists, StaleRecord, TransactionOver } from '../errors.ts'
import type { Store, Writer } from '../store.ts'
import { freshNamespace, ids, numbers, pets, row } from './kinds.ts'

/** Registers the tests. */
export function transactions(store: () => Store): void {
  test('a transaction sees its own writes; when it throws, none of them happened', async () => {
    const space = freshNamespace()
    await store().write(space, tx => tx.insert(pets, '', 'old', { name: 'old' }))
    const reason = new Error('no')
    const failing = store().write(space, async tx => {
      await tx.insert(pets, '', 'new', { name: 'new' })
      await tx.update(pets, '', 'old', { name: 'changed' })
      assert.deepEqual(ids(await tx.all(pets, '')), ['new', 'old'])
      throw reason
    })
    await assert.rejects(failing, error => error === reason)
    const rows = await store().read(space, tx => tx.all(pets, ''))
    assert.deepEqual(rows, [row('old', 1, { name: 'old' })])
  })

  test('an error inside a transaction that is caught there does no harm to the rest', async () => {
    const space = freshNamespace()
    await store().write(space, async tx => {
      await tx.insert(pets, '', 'a', { name: 'a' })
      await tx.insert(pets, '', 'a', { name: 'b' }).catch(() => undefined)
      await tx.insert(pets, '', 'c', { name: 'c' })
    })
    assert.equal(await store().read(space, tx => tx.count(pets, '')), 2)
  })

  test('a reader never sees half a transaction', async () => {
    const space = freshNamespace()
    const accounts = ['a', 'b', 'c']
    await store().write(space, async tx => {
      for (const id of accounts) await tx.insert(numbers, '', id, 100)
    })
    const move = async (index: number) => {
      const [from, to] = [accounts[index % 3] ?? '', accounts[(index + 1) % 3] ?? '']
      await store().write(space, async tx => {
        await add(tx, from, -index)
        await tick()
        await add(tx, to, index)
      })
    }
    const look = () =>
      store().read(space, async tx => {
        let sum = 0
        for (const id of accounts) {
          sum += (await tx.get(numbers, '', id))?.record ?? Number.NaN
          await tick()
        }
        assert.equal(sum, 300)
      })
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => [move(index), look(), look()]).flat(),
    )
  })

  test('concurrent writers lose no update', async () => {
    const space = freshNamespace()
    await store().write(space, tx => tx.insert(numbers, '', 'n', 0))
    await Promise.all(
      Array.from({ length: 50 }, () =>
        store().write(space, async tx => {
          const found = await tx.get(numbers, '', 'n')
          await tick()
          await tx.update(numbers, '', 'n', (found?.record ?? 0) + 1, found?.version)
        }),
      ),
    )
    const found = await store().read(space, tx => tx.get(numbers, '', 'n'))
    assert.deepEqual(found, { id: 'n', parent: '', version: 51, record: 50 })
  })

  test('of two writers that insert the same id one is refused', async () => {
    const space = freshNamespace()
    const insert = () => store().write(space, tx => tx.insert(pets, '', 'a', { name: 'a' }))
    const outcomes = await Promise.allSettled([insert(), insert()])
    assert.deepEqual(outcomes.map(outcome => outcome.status).toSorted(), ['fulfilled', 'rejected'])
    const refused = outcomes.find(outcome => outcome.status === 'rejected')
    assert.ok(refused?.reason instanceof RecordExists)
  })

  test('a version that was read before another writer was faster is refused', async () => {
    const space = freshNamespace()
    await store().write(space, tx => tx.insert(pets, '', 'a', { name: 'a' }))
    const seen = await store().read(space, tx => tx.get(pets, '', 'a'))
    await store().write(space, tx => tx.update(pets, '', 'a', { name: 'faster' }))
    const slower = store().write(space, tx =>
      tx.update(pets, '', 'a', { name: 'b' }, seen?.version),
    )
    await assert.rejects(slower, StaleRecord)
  })

  test('a reader or writer is of no use after its transaction', async () => {
    const space = freshNamespace()
    const reader = await store().read(space, async tx => ({ tx }))
    await assert.rejects(reader.tx.get(pets, '', 'a'), TransactionOver)
    const writer = await store().write(space, async tx => ({ tx }))
    await assert.rejects(writer.tx.put(pets, '', 'a', { name: 'late' }), TransactionOver)
    assert.equal(await store().read(space, tx => tx.count(pets, '')), 0)
  })

  test('a transaction inside a transaction is refused instead of waiting for itself', async () => {
    const space = freshNamespace()
    await store().write(space, async () => {
      await assert.rejects(
        store().write(space, tx => tx.count(pets, '')),
        TypeError,
      )
      await assert.rejects(
        store().read(space, tx => tx.count(pets, '')),
        TypeError,
      )
    })
    await store().read(space, async () => {
      await assert.rejects(store().find(pets, 'a'), TypeError)
    })
    assert.equal(await store().read(space, tx => tx.count(pets, '')), 0)
  })

  test('work begun inside a transaction may open its own once the first has ended', async () => {
    const space = freshNamespace()
    const gate = Promise.withResolvers<void>()
    const later = await store().write(space, async () => {
      const following = gate.promise.then(() => store().read(space, tx => tx.count(pets, '')))
      return { following }
    })
    gate.resolve()
    assert.equal(await later.following, 0)
  })
}

/** Lets other work run, so that transactions overlap if they can. */
function tick(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

async function add(tx: Writer, id: string, amount: number): Promise<void> {
  const found = await tx.get(numbers, '', id)
  await tx.update(numbers, '', id, (found?.record ?? Number.NaN) + amount)
}
