/** A pattern of a model: by RE2 in JavaScript, and as the plain pattern that it is. */
import { bench, do_not_optimize, run, summary } from 'mitata'
import { RE2JS } from 're2js'
import { compilePlainPattern } from '../../src/program/plain-pattern.ts'

const pattern = '^[a-z]+$'
const texts = ['abc', 'customer', 'Rex']
const regex = RE2JS.compile(RE2JS.translateRegExp(pattern))
const matches = compilePlainPattern(pattern)
if (matches === null) throw new Error(`${pattern} should be plain`)

let next = 0
const text = (): string => texts[next++ % texts.length] as string

summary(() => {
  bench('RE2', () => do_not_optimize(regex.test(text())))
  bench('plain', () => do_not_optimize(matches(text())))
})
await run()
