/**
 * The whole language: recorded cases, answers of Velocity 1.7 itself, places of errors, and what
 * hostile templates meet.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compileTemplate, type Scope } from './compile.ts'
import { readJson } from './json.ts'
import { ArrayList } from './values.ts'
import { VtlError } from './vtl-error.ts'

/** The variables as AWS has them in a gateway: what JSON brings, and '' for nothing. */
function gateway(context: unknown): Scope {
  return { variables: variables(context), missing: '' }
}

/** The variables as a Java program gives them to a bare Velocity. */
function bare(context: unknown): Scope {
  const entries = [...variables(context)].map(([name, value]) => [name, javaLists(value)] as const)
  return { variables: new Map(entries), missing: null }
}

function variables(context: unknown): Map<string, unknown> {
  return readJson(JSON.stringify(context)) as Map<string, unknown> // A JSON object gives a Map.
}

function javaLists(value: unknown): unknown {
  if (Array.isArray(value)) return ArrayList.copy(value.map(javaLists))
  if (!(value instanceof Map)) return value
  return new Map([...value].map(([key, member]) => [key, javaLists(member)]))
}

// Relative to the repository's root, where tests are started; not everyone has the file.
const cases = resolve('../shared/cases/vtl-dev.json')

interface Case {
  id: string
  template: string
  context: unknown
  expected: unknown
  confidence: string
  compare?: 'json'
  ignore_whitespace?: boolean
}

describe('cases recorded on AWS, and those on which Velocity 1.7 and 2 agree', () => {
  if (!existsSync(cases)) return
  const { cases: all } = JSON.parse(readFileSync(cases, 'utf8')) as { cases: Case[] }
  for (const { id, template, context, expected, confidence, ...how } of all) {
    if (confidence.startsWith('localstack')) continue
    it(`${id} ${JSON.stringify(template.slice(0, 60))}`, () => {
      const scope = confidence === 'aws' ? gateway(context) : bare(context)
      if (typeof expected === 'object' && how.compare !== 'json') {
        assert.throws(() => compileTemplate(template).render(scope), VtlError)
        return
      }
      const text = compileTemplate(template).render(scope)
      if (how.compare === 'json') assert.deepEqual(JSON.parse(text), expected)
      else if (how.ignore_whitespace) assert.equal(squeezed(text), squeezed(String(expected)))
      else assert.equal(text, expected)
    })
  }
})

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

const context = { q: 'Q', n: 3, l: ['x', { a: 1 }], m: { a: 'A', b: null } }

// Each answer was given by Apache Velocity 1.7 itself, the gateway's with a handler that makes ''
// of null references.
const answers: readonly { name: string; template: string; bare: string; gateway?: string }[] = [
  {
    name: 'a reference to nothing is printed as written',
    template: '$foo ${foo.bar} $!foo|',
    bare: '$foo ${foo.bar} |',
    gateway: '  |',
  },
  {
    name: 'nothing counts as true in a gateway',
    template: '#if($foo)yes#{else}no#end',
    bare: 'no',
    gateway: 'yes',
  },
  {
    name: 'nothing equals null and the empty text in a gateway',
    template: "#if($foo == $bar)a#end#if($foo == '')b#end",
    bare: 'a',
    gateway: 'ab',
  },
  {
    name: 'backslashes escape references that exist',
    template: '\\$q \\\\$q \\\\\\$foo',
    bare: '$q \\Q \\\\$foo',
    gateway: '$q \\Q \\$foo',
  },
  {
    name: 'backslashes escape directives that exist',
    template: '\\#if \\#foo \\\\#if(true)a#end',
    bare: '#if \\#foo \\a',
  },
  {
    name: 'directives swallow their line end',
    template: '#if(true)\n a\n#else\n b\n#end\nc',
    bare: ' a\nc',
  },
  {
    name: '#set swallows blanks before it, but not those of a text',
    template: 'a\n #set($x=1)\n #set($y=2)z',
    bare: 'a\n z',
  },
  { name: 'a comment takes its line end along', template: 'a## b\nc#* d\n*#e', bare: 'ace' },
  { name: 'a comment right after a property is text', template: '$m.a##b', bare: 'A##b' },
  { name: 'an unparsed block is text', template: '#[[ $q #if ]]#', bare: ' $q #if ' },
  {
    name: 'whole numbers stay whole and never overflow',
    template: '#set($x=7/2)$x#set($x=9223372036854775807+1) $x',
    bare: '3 9223372036854775808',
  },
  {
    name: 'one fraction makes all a double',
    template: '#set($x=7.0/2)$x,#set($x=1.0E7*1)$x',
    bare: '3.5,1.0E7',
  },
  { name: 'a division by zero sets nothing', template: '#set($x=1)#set($x=1/0)$x', bare: '1' },
  { name: 'a text makes + a concatenation', template: "#set($x=1+2+'a'+1)$x", bare: '3a1' },
  {
    name: 'a number and a text are equal by their text',
    template: "#if(1 == '1' && 1 == 1.0)a#end",
    bare: 'a',
  },
  {
    name: 'literals are not true by themselves',
    template: "#if('a')a#end#if(1)b#end#if(true)c#end",
    bare: 'c',
  },
  {
    name: 'a map keeps its order',
    template: "#set($o={'z':1,'a':2})$o#foreach($v in $o)$v#end",
    bare: '{z=1, a=2}12',
  },
  { name: 'a list prints like Java', template: "#set($o=[1,'a',[2.0]])$o", bare: '[1, a, [2.0]]' },
  {
    name: 'a list of the body prints as JSON in a gateway',
    template: '$l $m',
    bare: '[x, {a=1}] {a=A, b=null}',
    gateway: '["x",{"a":1}] {a=A, b=null}',
  },
  { name: 'a negative index counts from the end', template: '$l[-2]', bare: 'x' },
  {
    name: 'a loop gives its variables back',
    template:
      '#set($i=9)#foreach($i in [1..3])$foreach.index$foreach.count$velocityCount$foreach.hasNext,#end$i',
    bare: '011true,122true,233false,9',
  },
  {
    name: 'a loop can leave an outer one',
    template: '#foreach($i in [1,2])#foreach($j in [1,2])$i$j#break($foreach.parent)#end#end.',
    bare: '11.',
  },
  {
    name: 'a macro evaluates its argument each time',
    template: '#macro(m $a)$a#set($x=2)$a#end#set($x=1)#m($x)',
    bare: '12',
  },
  {
    name: 'a null argument prints what the caller wrote',
    template: '#macro(m $a)$a#end#m($foo.bar)',
    bare: '$foo.bar',
    gateway: '',
  },
  {
    name: 'a macro may be called before it is defined',
    template: "#m('a')#macro(m $a)<$a>#end",
    bare: '<a>',
  },
  {
    name: 'the first definition of a macro stays',
    template: '#macro(m)1#end#macro(m)2#end#m()',
    bare: '1',
  },
  {
    name: 'a block becomes $bodyContent',
    template: "#macro(m $a)[$bodyContent]#end#@m('x')$a#end",
    bare: '[x]',
  },
  {
    name: 'a defined block sees later variables',
    template: '#define($d)$!x#end$d#set($x=1)$d',
    bare: '1',
  },
  {
    name: 'an unknown directive is text',
    template: "#foo #foo($q, 'a')\n",
    bare: "#foo #foo($q, 'a')\n",
  },
  {
    name: '#evaluate renders a text',
    template: "#set($t='$q#if(true)!#end')#evaluate($t)",
    bare: 'Q!',
  },
  {
    name: '#stop ends a template, #break the nearest block',
    template: '#macro(m)a#break b#end#m()c#stop d',
    bare: 'ac',
  },
  {
    name: 'texts in double quotes are templates',
    template: '#set($x="$q#if(true)!#end $")$x',
    bare: 'Q! $',
  },
  {
    name: 'a doubled quote is a quote',
    template: `#set($x="a""b")$x#set($x='c''d')$x`,
    bare: `a"bc'd`,
  },
  {
    name: 'a bare word among arguments is null',
    template: "#set($o={})#set($x=$o.put('k', null))$o",
    bare: '{k=null}',
  },
]

describe('Velocity 1.7', () => {
  for (const { name, template, bare: want, gateway: wantInGateway = want } of answers) {
    it(name, () => {
      const compiled = compileTemplate(template)
      assert.equal(compiled.render(bare(context)), want)
      assert.equal(compiled.render(gateway(context)), wantInGateway)
    })
  }

  it('gives no way to a prototype, a constructor or a class', () => {
    const names = ['constructor', '__proto__', 'prototype', 'class', 'toString.constructor']
    for (const value of ['$q', '$n', '$l', '$m', '$m.a', '$foreach', '$x']) {
      for (const name of names) {
        for (const template of [`${value}.${name}`, `${value}.${name}()`, `${value}['${name}']`]) {
          const text = compileTemplate(`#set($x = {})${template}`).render(gateway(context))
          assert.doesNotMatch(text, /function|object|native|class /)
        }
      }
    }
  })
})

const errors: readonly { name: string; template: string; line: number; column: number }[] = [
  { name: 'a block that is not closed', template: 'a\n#if(true)b', line: 2, column: 1 },
  { name: 'an #end too many', template: 'a#end', line: 1, column: 2 },
  { name: 'an #else too many', template: '#if(true)#else#else#end', line: 1, column: 15 },
  { name: 'a reference that is not closed', template: 'a\r\nb ${foo ', line: 2, column: 8 },
  { name: 'arguments that are not closed', template: "$a.b('x'", line: 1, column: 9 },
  { name: 'a condition without operands', template: '#if()a#end', line: 1, column: 5 },
  { name: 'a minus without blanks', template: '#set($x=1 -1)', line: 1, column: 11 },
  { name: 'a template that ends in a lone dollar', template: 'US$', line: 1, column: 4 },
  { name: 'a macro without a name', template: '#macro()x#end', line: 1, column: 1 },
  { name: 'a text that cannot be parsed', template: '\n#set($x = "#if")', line: 2, column: 11 },
  { name: 'a file to include', template: "ab#parse('x.vm')", line: 1, column: 3 },
  { name: 'an index outside of a list', template: '\n $l.get(7)', line: 2, column: 4 },
  { name: 'a regex that RE2 does not know', template: "$q.matches('(?=a)')", line: 1, column: 3 },
]

describe('errors', () => {
  for (const { name, template, line, column } of errors) {
    it(`names the place of ${name}`, () => {
      assert.throws(
        () => compileTemplate(template, { name: 'mine' }).render(gateway(context)),
        (error: unknown) => {
          assert.ok(error instanceof VtlError)
          assert.deepEqual([error.line, error.column], [line, column], error.message)
          assert.equal(error.template, 'mine')
          return true
        },
      )
    })
  }
})

const hostile: readonly { name: string; template: string }[] = [
  { name: 'doubling texts', template: `#set($a='x')${'#set($a="$a$a")'.repeat(60)}` },
  { name: 'doubling lists', template: `#set($a=[1])${'#set($a=[$a,$a])'.repeat(60)}$a` },
  { name: 'a list that grows by itself', template: `#set($a=[1])${'$a.addAll($a)'.repeat(60)}` },
  {
    name: 'loops in loops',
    template: `${'#foreach($i in [1..1000])'.repeat(4)}x${'#end'.repeat(4)}`,
  },
  { name: 'a list in itself', template: '#set($a=[])$a.add($a)$a' },
  { name: 'a long range', template: '#set($a=[1..2000000000])' },
  { name: 'a macro without end', template: '#macro(m)#m()#m()#end#m()' },
  { name: 'an evaluation without end', template: "#set($e='#evaluate($e)')#evaluate($e)" },
  {
    name: 'replacements that explode',
    template: `#set($a='x')${"#set($a=$a.replaceAll('x','xxxxxxxxxx'))".repeat(30)}`,
  },
  { name: 'numbers that explode', template: `#set($a=99999999999)${'#set($a=$a*$a)'.repeat(60)}` },
  { name: 'deep brackets', template: `#set($a=${'('.repeat(9000)}1${')'.repeat(9000)})` },
  { name: 'deep blocks', template: `${'#if(true)'.repeat(9000)}${'#end'.repeat(9000)}` },
  { name: 'a template of a megabyte', template: 'a'.repeat(1024 * 1024) },
]

describe('limits', () => {
  for (const { name, template } of hostile) {
    it(`refuse ${name}`, () => {
      assert.throws(() => compileTemplate(template).render(gateway(context)), VtlError)
    })
  }

  it('end a loop after 1000 items', () => {
    const text = compileTemplate('#foreach($i in [1..2000])x#end').render(gateway({}))
    assert.equal(text.length, 1000)
  })

  it('let an evil regex run in linear time', () => {
    const template = `#set($a='${'a'.repeat(50)}!')$a.matches('(a+)+b')`
    assert.equal(compileTemplate(template).render(gateway({})), 'false')
  })

  it('let no template throw anything but a VtlError', () => {
    const pieces = [
      '$q',
      '${',
      '$m.a',
      '.b(',
      ')',
      '[',
      ']',
      '#if(',
      '#end',
      '#else',
      '#set($x=',
      '"',
      "'",
      '#macro(m $a)',
      '#m(',
      '\\',
      '{',
      '}',
      '..',
      '1',
      '#foreach($i in ',
      '$l',
      '#',
      '$',
      '\n',
      ' ',
      'a',
      '#[[',
      ']]#',
      '#*',
      '==',
      '+',
      ',',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), parts => {
        try {
          compileTemplate(parts.join('')).render(gateway(context))
        } catch (error) {
          assert.ok(error instanceof VtlError, String(error))
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('give plain text back as it is', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const plain = text.replace(/[$#\\]/g, '')
        assert.equal(compileTemplate(plain).render(gateway({})), plain)
      }),
    )
  })
})
