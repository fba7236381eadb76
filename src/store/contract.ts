/**
 * The suite that every implementation of store.ts passes: `storeContract('sqlite', open)` in its test file.
 * The folder contract/ holds its parts.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { blobs } from './contract/blobs.ts'
import { freshNamespace, pets } from './contract/kinds.ts'
import { model } from './contract/model.ts'
import { pages } from './contract/pages.ts'
import { records } from './contract/records.ts'
import { transactions } from './contract/transactions.ts'
import { StoreUnavailable } from './errors.ts'
import type { Store } from './store.ts'

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
    model(() => store)

    test('clear leaves nothing in any namespace', async () => {
      const own = await open()
      const [here, there] = [freshNamespace(), freshNamespace()]
      for (const space of [here, there]) {
        await own.write(space, async tx => {
          await tx.insert(pets, 'p', 'a', { name: 'Rex' })
          await tx.putBlob('code', Uint8Array.of(1))
        })
      }
      await own.clear()
      assert.deepEqual(await own.scan(pets), [])
      assert.equal(await own.read(there, tx => tx.getBlob('code')), undefined)
      await own.write(here, tx => tx.putBlob('code', Uint8Array.of(1)))
      assert.ok(await own.read(here, tx => tx.getBlob('code')))
      await own.close()
    })

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
