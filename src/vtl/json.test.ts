/**
 * JSON in and out: what must survive that JSON.parse would lose, and that nothing else differs.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readJson, writeJson } from './json.ts'

/** Any UTF-16 units, those often that somebody escapes. */
const units = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(
        ...Array.from('"\\/a \n\x7f\x9f\xa0\u1fff\u2028\u20ff\u2100\udfff\ud800', unit =>
          unit.charCodeAt(0),
        ),
      ),
    ),
    { maxLength: 8 },
  )
  .map(codes => String.fromCharCode(...codes))

const budget = () => ({ left: 100_000 })

function roundTrip(text: string): string {
  return writeJson(readJson(text), budget())
}

describe('JSON', () => {
  const kept = [
    '{"2":1,"1":2}',
    '1.0',
    '12345678901234567890',
    '-0.5',
    '"\\u0000"',
    '[1,2.50e3]',
    '{"__proto__":1}',
    '""',
  ]
  const want = [...kept]
  want[5] = '[1,2500.0]'
  for (const [i, text] of kept.entries()) {
    it(`keeps ${text}`, () => assert.equal(roundTrip(text), want[i]))
  }

  for (const text of [
    '',
    '{',
    '[1,]',
    '{"a"}',
    '{a:1}',
    "'a'",
    '01',
    '1.',
    '.5',
    '+1',
    'nul',
    '"a',
    '"\n"',
    '"\\x"',
    '[1] 2',
    'NaN',
    '\u00a01',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => readJson(text), SyntaxError))
  }

  it('refuses nesting without end', () => {
    assert.throws(() => readJson('['.repeat(100_000)), SyntaxError)
    assert.throws(() => readJson('{"a":'.repeat(100_000)), SyntaxError)
  })

  it('reads and writes what JSON.parse and JSON.stringify do', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = JSON.stringify(value, null, 1)
        assert.deepEqual(JSON.parse(roundTrip(text)), JSON.parse(text))
      }),
    )
  })

  it('reads keys as JSON.parse does, whichever were read before, escaped or not', () => {
    const key = fc.stringMatching(/^[a\\\\b"n/]{0,4}$/)
    const escaped = (text: string) =>
      Array.from(text, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean())), keys => {
        for (const [text, isEscaped] of keys) {
          const token = isEscaped ? `"${escaped(text)}"` : JSON.stringify(text)
          assert.deepEqual(readJson(`{${token}:1}`), new Map([[text, 1]]), token)
        }
      }),
    )
  })

  it('keeps whole numbers of any length', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), number => {
        assert.equal(roundTrip(`[${number}]`), `[${number}]`)
      }),
    )
  })

  it('writes texts as JSON.stringify does, lone surrogates included', () => {
    fc.assert(
      fc.property(units, text => assert.equal(writeJson(text, budget()), JSON.stringify(text))),
    )
  })

  it('protects slashes and some blocks of Unicode, character by character', () => {
    const protectedUnit = (unit: string) => {
      if (unit === '/') return '\\/'
      if (!/[\u007f-\u009f\u2000-\u20ff]/.test(unit)) return JSON.stringify(unit).slice(1, -1)
      return `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    }
    fc.assert(
      fc.property(units, text => {
        const whole = text.toWellFormed()
        const want = Array.from(whole, protectedUnit).join('')
        assert.equal(writeJson(whole, budget(), 'protect slashes'), `"${want}"`)
      }),
    )
  })

  it('accepts exactly what JSON.parse accepts', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.',
      'e',
      'true',
      'null',
      ' ',
      '\n',
      '0',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), parts => {
        const text = parts.join('')
        assert.equal(
          succeeds(() => readJson(text)),
          succeeds(() => JSON.parse(text)),
          text,
        )
      }),
      { numRuns: 5000 },
    )
  })
})

function succeeds(action: () => unknown): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}
