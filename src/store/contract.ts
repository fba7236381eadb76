/**
 * The suite that every implementation of store.ts passes: `storeContract('sqlite', open)` in its test file.
 * contract-model.ts adds the comparison with a model in memory.
 *
 * Nothing here says whether a read waits for a write that is under way: the contract leaves it open.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  RecordExists,
  RecordMissing,
  StaleRecord,
  StoreUnavailable,
  TransactionOver,
} from './errors.ts'
import { type Kind, kind, type Namespace, type Store, type Writer } from './store.ts'

interface Pet {
  readonly name: string
  readonly legs?: number
}

const pets = kind<Pet>('pet')
const toys = kind<Pet>('toy')
const numbers = kind<number>('number')

let spaces = 0

/** A namespace that no other test uses, so that all tests may share one store. */
export function freshNamespace(): Namespace {
  spaces += 1
  return { account: String(spaces).padStart(12, '0'), region: 'eu-west-1' }
}

/** Registers the tests of the contract. `open` gives an empty store. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name}: the contract of the store`, () => {
    let store: Store
    before(async () => {
      store = await open()
    })
    after(() => store.close())

    records(() => store)
    pages(() => store)
    transactions(() => store)
    blobs(() => store)

    test('a closed store refuses work, and closing it again does nothing', async () => {
      const closed = await open()
      const running = closed.write(freshNamespace(), tx =>
        tx.insert(pets, '', 'a', { name: 'Rex' }),
      )
      await closed.close()
      await running
      await closed.close()
      const refusal = (error: unknown) =>
        error instanceof StoreUnavailable && error.reason === 'closed'
      await assert.rejects(
        closed.read(freshNamespace(), tx => tx.get(pets, '', 'a')),
        refusal,
      )
      await assert.rejects(
        closed.write(freshNamespace(), tx => tx.get(pets, '', 'a')),
        refusal,
      )
      await assert.rejects(closed.scan(pets), refusal)
    })
  })
}

function records(store: () => Store): void {
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

function pages(store: () => Store): void {
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

function transactions(store: () => Store): void {
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

function blobs(store: () => Store): void {
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

/** Lets other work run, so that transactions overlap if they can. */
function tick(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

async function add(tx: Writer, id: string, amount: number): Promise<void> {
  const found = await tx.get(numbers, '', id)
  await tx.update(numbers, '', id, (found?.record ?? Number.NaN) + amount)
}

function row(id: string, version: number, record: Pet) {
  return { id, parent: '', version, record }
}

function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(found => found.id)
}

async function blob(store: Store, space: Namespace, key: string): Promise<Uint8Array | undefined> {
  const bytes = await store.read(space, tx => tx.getBlob(key))
  return bytes && Uint8Array.from(bytes)
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
