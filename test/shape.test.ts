/**
 * The shape of an Exchange never changes: its constructor sets every field, so that all requests share one hidden class
 * and the steps' property reads stay fast.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { projectRoot } from './project-root.ts'

const source = readFileSync(`${projectRoot}/src/pipeline/exchange.ts`, 'utf8')
const body = source.slice(source.indexOf('export class Exchange'))
const constructorStart = body.indexOf('constructor(')
const constructorEnd = body.indexOf('\n  }\n', constructorStart)

/** Fields are declared one a line: `readonly arrival: Arrival`, `#context: Context | null`. */
const declared = [
  ...body.slice(0, constructorStart).matchAll(/^ {2}(?:readonly )?(#?\w+): /gm),
].map(([, name]) => String(name))

const set = [
  ...body.slice(constructorStart, constructorEnd).matchAll(/^ {4}this\.(#?\w+) = /gm),
].map(([, name]) => String(name))

test('the constructor sets every field that is declared, in that order', () => {
  assert.ok(declared.length > 10, 'the fields were found')
  assert.deepEqual(set, declared)
})

test('no field is optional, so that none can be missing', () => {
  assert.doesNotMatch(body, /^ {2}(?:readonly )?#?\w+\?: /m)
})

test('no step adds a field: all are assigned through the class', () => {
  const others = body.slice(constructorEnd)
  const assigned = [...others.matchAll(/this\.(#?\w+) (?:\?\?)?= /g)].map(([, name]) =>
    String(name),
  )
  assert.deepEqual(
    assigned.filter(name => !declared.includes(name)),
    [],
  )
})
