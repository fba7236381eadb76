import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Lru } from './lru.ts'

test('what was not used for longest goes first', () => {
  const lru = new Lru<number>(30)
  lru.put('a', 1, 10)
  lru.put('b', 2, 10)
  lru.put('c', 3, 10)
  assert.equal(lru.get('a'), 1)
  lru.put('d', 4, 10)
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map(key => lru.get(key)),
    [1, undefined, 3, 4],
  )
})

test('something large makes room for itself; something larger than all is not kept and drops its predecessor', () => {
  const lru = new Lru<number>(30)
  lru.put('a', 1, 10)
  lru.put('b', 2, 10)
  lru.put('c', 3, 25)
  assert.deepEqual([lru.size, lru.bytes], [1, 25])
  lru.put('c', 4, 31)
  assert.deepEqual([lru.size, lru.bytes], [0, 0])
})

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const action = fc.oneof(
  fc.record({ type: fc.constant('put' as const), key, bytes: fc.nat(40) }),
  fc.record({
    type: fc.constantFrom('get' as const, 'delete' as const),
    key,
    bytes: fc.constant(0),
  }),
  fc.record({ type: fc.constant('clear' as const), key, bytes: fc.constant(0) }),
)

test('a list in order of use agrees with it, whatever is done', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), actions => {
      const lru = new Lru<number>(100)
      let model: { key: string; value: number; bytes: number }[] = []
      for (const [i, { type, key, bytes }] of actions.entries()) {
        const found = model.find(each => each.key === key)
        const others = model.filter(each => each !== found)
        if (type === 'get') {
          assert.equal(lru.get(key), found?.value)
          if (found) model = [...others, found]
        } else if (type === 'delete') {
          lru.delete(key)
          model = others
        } else if (type === 'clear') {
          lru.clear()
          model = []
        } else {
          lru.put(key, i, bytes)
          model = [...others, { key, value: i, bytes }]
          while (sum(model) > 100) model.shift()
        }
        assert.equal(lru.bytes, sum(model))
        assert.equal(lru.size, model.length)
      }
    }),
  )
})

function sum(model: readonly { readonly bytes: number }[]): number {
  return model.reduce((total, each) => total + each.bytes, 0)
}
