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
