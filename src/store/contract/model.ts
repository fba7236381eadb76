/**
 * The contract, part five: any sequence of transactions has the same outcome on the store as on a Map.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { kind, type Namespace, type Reader, type Store, type Writer } from '../store.ts'
import { freshNamespace } from './kinds.ts'

const kinds = [kind<unknown>('one'), kind<unknown>('two')]
const parents = ['', 'p', 'p/q']
const ids = ['a', 'b', 'B', 'é', '\ufffd', '\u{1f415}']

interface Step {
  readonly does:
    | 'insert'
    | 'update'
    | 'updateVersion'
    | 'put'
    | 'delete'
    | 'deleteChildren'
    | 'read'
  readonly kind: number
  readonly parent: string
  readonly id: string
  readonly version: number
  readonly record: unknown
}

interface Batch {
  /** Which of the two namespaces. */
  readonly space: 0 | 1
  readonly steps: readonly Step[]
  readonly throws: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom(
    'insert',
    'update',
    'updateVersion',
    'put',
    'delete',
    'deleteChildren',
    'read',
  ),
  kind: fc.nat(1),
  parent: fc.constantFrom(...parents),
  id: fc.constantFrom(...ids),
  version: fc.integer({ min: 1, max: 3 }),
  // JSON has no -0 and no undefined: a document is what JSON makes of it.
  record: fc.jsonValue().map(value => JSON.parse(JSON.stringify(value)) as unknown),
})

const batches: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({
    space: fc.constantFrom(0, 1),
    steps: fc.array(step, { maxLength: 12 }),
    throws: fc.boolean(),
  }),
  { maxLength: 8 },
)

/** Registers the test. */
export function model(store: () => Store): void {
  test('any sequence of transactions does to the store what it does to a Map', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async given => {
        const spaces = [freshNamespace(), freshNamespace()] as const
        const models = [new Model(), new Model()] as const
        for (const batch of given) await runBoth(store(), spaces[batch.space], models, batch)
        for (const index of [0, 1] as const) {
          await store().read(spaces[index], tx => sameContent(tx, models[index]))
        }
      }),
      { numRuns: 100 },
    )
  })
}

const giveUp = new Error('the transaction throws')

async function runBoth(
  store: Store,
  space: Namespace,
  models: readonly [Model, Model],
  batch: Batch,
): Promise<void> {
  const trial = models[batch.space].copy()
  const writing = store.write(space, async tx => {
    for (const each of batch.steps) {
      assert.deepEqual(await outcome(onStore(tx, each)), trial.run(each), JSON.stringify(each))
    }
    if (batch.throws) throw giveUp
  })
  if (batch.throws) await assert.rejects(writing, error => error === giveUp)
  else {
    await writing
    models[batch.space].rows = trial.rows
  }
}

async function onStore(tx: Writer, { does, kind: which, parent, id, version, record }: Step) {
  const of = kinds[which] ?? kind('none')
  switch (does) {
    case 'insert':
      return tx.insert(of, parent, id, record)
    case 'update':
      return tx.update(of, parent, id, record)
    case 'updateVersion':
      return tx.update(of, parent, id, record, version)
    case 'put':
      return tx.put(of, parent, id, record)
    case 'delete':
      return tx.delete(of, parent, id)
    case 'deleteChildren':
      return tx.deleteChildren(of, parent)
    case 'read':
      return tx.get(of, parent, id)
    default:
      return does satisfies never
  }
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    return `throws ${(error as Error).name}`
  }
}

async function sameContent(tx: Reader, expected: Model): Promise<void> {
  for (const [index, of] of kinds.entries()) {
    for (const parent of parents) {
      const rows = expected.family(index, parent)
      assert.deepEqual(await tx.all(of, parent), rows)
      assert.deepEqual((await tx.list(of, parent, { limit: 2 })).rows, rows.slice(0, 2))
      assert.equal(await tx.count(of, parent), rows.length)
    }
  }
}

interface Entry {
  readonly kind: number
  readonly id: string
  readonly parent: string
  readonly version: number
  readonly record: unknown
}

/** One namespace as a Map. */
class Model {
  rows = new Map<string, Entry>()

  copy(): Model {
    const copied = new Model()
    copied.rows = new Map(this.rows)
    return copied
  }

  family(which: number, parent: string) {
    return [...this.rows.values()]
      .filter(entry => entry.kind === which && entry.parent === parent)
      .toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
      .map(({ kind: _, ...row }) => row)
  }

  run(step: Step): unknown {
    const { does, kind: which, parent, id, record } = step
    const key = JSON.stringify([which, parent, id])
    const found = this.rows.get(key)
    const set = (version: number) =>
      void this.rows.set(key, { kind: which, id, parent, version, record })
    switch (does) {
      case 'insert':
        return found === undefined ? set(1) : 'throws RecordExists'
      case 'update':
        return found === undefined ? 'throws RecordMissing' : set(found.version + 1)
      case 'updateVersion':
        if (found === undefined) return 'throws RecordMissing'
        return found.version === step.version ? set(found.version + 1) : 'throws StaleRecord'
      case 'put':
        return set((found?.version ?? 0) + 1)
      case 'delete':
        return this.rows.delete(key)
      case 'deleteChildren': {
        const children = this.family(which, parent)
        for (const child of children) this.rows.delete(JSON.stringify([which, parent, child.id]))
        return children.length
      }
      case 'read':
        if (found === undefined) return undefined
        return { id, parent, version: found.version, record: found.record }
      default:
        return does satisfies never
    }
  }
}
