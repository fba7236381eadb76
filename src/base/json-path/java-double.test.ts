/**
 * Texts of doubles, as `Double.toString` of Java gives them.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatDouble, JavaDouble } from './java-double.ts'

const texts: readonly (readonly [number, string])[] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [2, '2.0'],
  [-1.5, '-1.5'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [9999999, '9999999.0'],
  [1e7, '1.0E7'],
  [123456789.123, '1.23456789123E8'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [Number.NaN, 'NaN'],
  [-Infinity, '-Infinity'],
]

describe('a Java double', () => {
  for (const [value, text] of texts) {
    it(`prints ${text}`, () => assert.equal(formatDouble(value), text))
  }

  it('is a number in arithmetic and in JSON', () => {
    const double = new JavaDouble(2)
    assert.equal(Number(double) + 1, 3)
    assert.equal(JSON.stringify({ double }), '{"double":2}')
    assert.equal(`${new JavaDouble(1.1, '1.10')}`, '1.10')
  })
})
