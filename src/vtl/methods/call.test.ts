/**
 * The Java methods of each type. Every answer here was given by Java through Velocity 1.7.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileTemplate } from '../compile.ts'
import { VtlError } from '../vtl-error.ts'

/**
 * What a bare Velocity prints for `$x.{call}`, with `$x` set to a VTL expression; the source for no
 * such method.
 */
function call(expression: string, method: string): string {
  const template = compileTemplate(`#set($x = ${expression})$x.${method}`)
  return template.render({ variables: new Map(), missing: null })
}

const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "'a1b22c'": {
    'length()': '6',
    'charAt(1)': '1',
    'substring(2)': 'b22c',
    'substring(2, 4)': 'b2',
    "substring('a')": "$x.substring('a')",
    "indexOf('b')": '2',
    'indexOf(98)': '2',
    "indexOf('b', 3)": '-1',
    "lastIndexOf('2')": '4',
    "contains('22')": 'true',
    "startsWith('a')": 'true',
    "startsWith('b', 2)": 'true',
    "endsWith('x')": 'false',
    "equals('a1b22c')": 'true',
    "equalsIgnoreCase('A1B22C')": 'true',
    "compareTo('a')": '5',
    'hashCode()': '-1469717903',
    "concat('!')": 'a1b22c!',
    'concat(1)': '$x.concat(1)',
    "replace('2', '$1')": 'a1b$1$1c',
    "replaceAll('[0-9]+', '<$0>')": 'a<1>b<22>c',
    "replaceAll('([a-z])(\\d)', '$2$1')": '1a2b2c',
    "replaceAll('2', '\\$')": 'a1b$$c',
    "replaceFirst('[a-z]', '')": '1b22c',
    "matches('[a-z0-9]+')": 'true',
    "matches('[a-z]')": 'false',
    "split('[0-9]+').size()": '3',
    "split('')[0]": 'a',
    'toUpperCase()': 'A1B22C',
    'isEmpty()': 'false',
    empty: 'false',
    "format('%5d|%-4s|%05.1f|%x|%,d|%2$s', 42, 'ab', 3.14, 255, 1234567)":
      '   42|ab  |003.1|ff|1,234,567|ab',
    "join('-', ['a', 'b'])": 'a-b',
    'valueOf(1.50)': '1.5',
  },
  "'a,b,,c,,'": {
    "split(',').size()": '4',
    "split(',', -1).size()": '6',
    "split(',', 2)[1]": 'b,,c,,',
  },
  "'  x y '": { 'trim()': 'x y', "replaceAll('\\s+', '')": 'xy' },
  "[1, 'x', 2.5, 'x']": {
    'size()': '4',
    'get(2)': '2.5',
    "get('a')": "$x.get('a')",
    "contains('x')": 'true',
    'contains(1.0)': 'false',
    "indexOf('x')": '1',
    "lastIndexOf('x')": '3',
    "add('n')": 'true',
    "add(0, 'n')": '',
    "addAll(['p'])": 'true',
    "set(0, 'n')": '1',
    'remove(0)': '1',
    "remove('x')": 'true',
    'clear()': '',
    'subList(0, 2)': '[1, x]',
    "equals([1, 'x', 2.5, 'x'])": 'true',
    "containsAll([1, 'x'])": 'true',
    "removeAll(['x'])": 'true',
    "retainAll([1, 'x', 2.5])": 'false',
    'iterator().next()': '1',
    empty: 'false',
  },
  "{'a': 'A', 'b': [1], 1: 'one'}": {
    'size()': '3',
    "get('a')": 'A',
    'get(1)': 'one',
    'a.length()': '1',
    "containsKey('1')": 'false',
    "containsValue('A')": 'true',
    "put('a', 2)": 'A',
    "put('n', 2)": "$x.put('n', 2)",
    "putAll({'q': 1})": '',
    "putIfAbsent('a', 9)": 'A',
    "remove('a')": 'A',
    "getOrDefault('zz', 7)": '7',
    'keySet()': '[a, b, 1]',
    'values()': '[A, [1], one]',
    'entrySet()': '[a=A, b=[1], 1=one]',
    'entrySet().iterator().next().value': 'A',
    'keySet().toArray().get(1)': 'b',
    'keySet().get(0)': '$x.keySet().get(0)',
    "equals({'a': 'A', 'b': [1], 1: 'one'})": 'true',
    empty: '$x.empty',
  },
  '300': {
    'intValue()': '300',
    'byteValue()': '44',
    'doubleValue()': '300.0',
    "parseInt('-12')": '-12',
    "parseInt('ff', 16)": '255',
    "parseDouble('1')": "$x.parseDouble('1')",
    "valueOf('9')": '9',
    'compareTo(5)': '1',
    "equals('300')": 'false',
    'toHexString(-1)': 'ffffffff',
    'max(1, 2)': '2',
  },
  '2.7': {
    'intValue()': '2',
    'toString()': '2.7',
    'isNaN()': 'false',
    "parseDouble(' 1.5 ')": '1.5',
    'max(1, 2)': '2.0',
    "parseInt('1')": "$x.parseInt('1')",
  },
  '1.0E10': { 'intValue()': '2147483647', 'longValue()': '10000000000' },
  true: {
    'toString()': 'true',
    'equals(true)': 'true',
    "parseBoolean('TRUE')": 'true',
    'compareTo(false)': '1',
  },
}

describe('Java methods', () => {
  for (const [expression, table] of Object.entries(tables)) {
    for (const [method, want] of Object.entries(table)) {
      it(`give ${JSON.stringify(want)} for ${expression}.${method}`, () => {
        assert.equal(call(expression, method), want)
      })
    }
  }

  const failures = [
    ["'abc'", 'substring(4)'],
    ["'abc'", 'charAt(3)'],
    ["'abc'", "format('%d', 'x')"],
    ["'abc'", "format('%s')"],
    ["'abc'", "matches('(')"],
    ["'abc'", "replaceAll('b', '$1')"],
    ['[1]', 'get(1)'],
    ['[1]', 'set(1, 2)'],
    ['[1]', 'remove(1)'],
    ['[]', 'iterator().next()'],
    ['1', "parseInt('x')"],
    ['1.0', "parseDouble('x')"],
  ] as const
  for (const [expression, method] of failures) {
    it(`fail for ${expression}.${method}`, () => {
      assert.throws(() => call(expression, method), VtlError)
    })
  }
})
