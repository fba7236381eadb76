import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findings } from './findings.ts'
import { type BasePathMode, resourcePaths, variablesOf } from './paths.ts'

describe('paths become resources', () => {
  const cases: {
    name: string
    base?: string
    mode?: BasePathMode
    given: string[]
    want: string[]
  }[] = [
    { name: 'the root is always there', given: [], want: ['/'] },
    { name: 'ancestors come first', given: ['/a/b/c'], want: ['/', '/a', '/a/b', '/a/b/c'] },
    { name: 'a slash at the end means nothing', given: ['/a/', '/a'], want: ['/', '/a'] },
    { name: 'variables and greedy ones', given: ['/{a}/{b+}'], want: ['/', '/{a}', '/{a}/{b+}'] },
    {
      name: 'ignore drops the base path',
      base: '/v1/x',
      mode: 'ignore',
      given: ['/a'],
      want: ['/', '/a'],
    },
    {
      name: 'prepend puts it first',
      base: '/v1/x',
      mode: 'prepend',
      given: ['/a'],
      want: ['/', '/v1', '/v1/x', '/v1/x/a'],
    },
    {
      name: 'split drops its first part',
      base: '/v1/x',
      mode: 'split',
      given: ['/a'],
      want: ['/', '/x', '/x/a'],
    },
    {
      name: 'split of one part drops it',
      base: 'v1',
      mode: 'split',
      given: ['/a'],
      want: ['/', '/a'],
    },
    {
      name: 'a base path of a slash is none',
      base: '/',
      mode: 'prepend',
      given: ['/a'],
      want: ['/', '/a'],
    },
  ]
  for (const { name, base, mode, given, want } of cases) {
    test(name, () => {
      const found = findings()
      const paths = resourcePaths(base ?? '/', mode ?? 'ignore', found)
      for (const path of given) paths.add(path)
      found.settle()
      assert.deepEqual(paths.list(), want)
    })
  }
})

describe('paths are refused', () => {
  const cases: [name: string, ...given: string[]][] = [
    ['without a slash in front', 'a'],
    ['with a query', '/a?b=c'],
    ['with half a variable', '/{a'],
    ['with a variable within a part', '/a{b}'],
    ['with two variables beside each other', '/{a}', '/{b}/c'],
    ['under a greedy variable', '/{a+}/b'],
    ['with too many parts', '/a'.repeat(51)],
    ['that are too long', `/${'a'.repeat(3000)}`],
  ]
  for (const [name, ...given] of cases) {
    test(name, () => {
      const found = findings()
      const paths = resourcePaths('/', 'ignore', found)
      for (const path of given) paths.add(path)
      assert.throws(() => found.settle(), /Unable to create resource at path '/)
    })
  }
})

test('the variables of a path', () => {
  assert.deepEqual([...variablesOf('/a/{b}/{c+}')], ['b', 'c'])
})
