import assert from 'node:assert/strict'
import { test } from 'node:test'
import { programFor } from './canary.ts'
import type { LoadedProgram } from './load.ts'

const loaded = (canary: LoadedProgram['canary']) => ({ canary }) as LoadedProgram
const canary = loaded(null)

const choices: readonly { percent: number; random: number; want: 'stage' | 'canary' }[] = [
  { percent: 10, random: 0, want: 'canary' },
  { percent: 10, random: 0.0999, want: 'canary' },
  { percent: 10, random: 0.1, want: 'stage' },
  { percent: 0.1, random: 0.0009, want: 'canary' },
  { percent: 0.1, random: 0.001, want: 'stage' },
  { percent: 99.9, random: 0.9991, want: 'stage' },
  { percent: 100, random: 1 - Number.EPSILON, want: 'canary' },
]

for (const { percent, random, want } of choices) {
  test(`of ${percent} %, ${random} goes to the ${want}`, () => {
    const stage = loaded({ percentTraffic: percent, loaded: canary })
    assert.equal(
      programFor(stage, () => random),
      want === 'stage' ? stage : canary,
    )
  })
}

test('a stage without a canary asks for no random number', () => {
  assert.equal(programFor(canary, assert.fail), canary)
})
