/**
 * $input, $util, $context and $stageVariables as mapping templates see them.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileTemplate } from './compile.ts'
import { newOverrides, type Overrides } from './overrides.ts'
import { gatewayScope } from './scope.ts'
import { VtlError } from './vtl-error.ts'

const body = `{"a": {"b": [1, 2.0, {"c": "d/e"}]}, "s": "it's \\"q\\"", "n": null, "2": 1, "1": 2, "list": [], "m": {"foo": "bar"}}`

const context = {
  requestId: 'r-1',
  stage: 'dev',
  requestTimeEpoch: 1583817383220,
  identity: { sourceIp: '1.2.3.4', apiKey: null },
  authorizer: { principalId: 'p', claims: { sub: 'x', 'cognito:groups': 'g' } },
}

function render(template: string, options: { body?: string; overrides?: Overrides } = {}): string {
  const { overrides = newOverrides() } = options
  const input = {
    body: options.body ?? body,
    params: { path: { id: '7' }, querystring: { q: 'v', id: '8' }, header: { 'X-A': 'h' } },
    context,
    stageVariables: { table: 'orders' },
  }
  return compileTemplate(template).render(gatewayScope(input, () => overrides))
}

const cases: readonly { name: string; template: string; body?: string; want: string }[] = [
  {
    name: '$input.body is the text as it came',
    template: '$input.body',
    body: '{ "a": 1 }',
    want: '{ "a": 1 }',
  },
  {
    name: 'an empty body is {}',
    template: "$input.body|$input.json('$')|$input.path('$')",
    body: '',
    want: '{}|{}|{}',
  },
  { name: 'the body as text has no properties', template: '[$input.body.a]', want: '[]' },
  {
    name: '$input.json gives compact JSON in the order of the body',
    template: "$input.json('$')",
    want: `{"a":{"b":[1,2.0,{"c":"d/e"}]},"s":"it's \\"q\\"","n":null,"2":1,"1":2,"list":[],"m":{"foo":"bar"}}`,
  },
  {
    name: '$input.json gives "" for what is not there',
    template: "$input.json('$.zz')$input.json('$.n')$input.json('$.m.foo')",
    want: '""null"bar"',
  },
  {
    name: '$input.json gives "" for a body that is not JSON',
    template: "$input.json('$')$input.path('$.a')",
    body: 'not json',
    want: '""',
  },
  {
    name: '$input.path prints maps like Java and lists as JSON',
    template: "$input.path('$.m') $input.path('$.a')",
    want: '{foo=bar} {b=[1,2.0,{"c":"d\\/e"}]}',
  },
  {
    name: '$input.path gives nothing for what is not there',
    template:
      "[$input.path('$.zz')][$input.path('$.n')]#if($input.path('$.zz') == $null)null#end#if($input.path('$.zz') == '')empty#end",
    want: '[][]nullempty',
  },
  {
    name: '$input.path gives values with methods',
    template:
      "$input.path('$.a.b').size() $input.path('$.m').keySet() $input.path('$.list').isEmpty() $input.path('$.a.b')[2].c",
    want: '3 [foo] true d/e',
  },
  { name: '$input.path takes a selector without $', template: "$input.path('a.b[0]')", want: '1' },
  {
    name: 'an invalid selector gives nothing',
    template: "[$input.path('$.a[')]$input.json('$..')",
    want: '[]""',
  },
  {
    name: 'changes to a part of the body stay',
    template: "#set($m = $input.path('$.m'))#set($m.z = 1)$input.json('$.m')",
    want: '{"foo":"bar","z":1}',
  },
  {
    name: '$input.params searches path, query, headers',
    template: "$input.params('id') $input.params('q') $input.params('X-A') [$input.params('x-a')]",
    want: '7 v h []',
  },
  {
    name: '$input.params() has all of them',
    template: "$input.params() $input.params().header.get('X-A') $input.params().querystring.q",
    want: '{path={id=7}, querystring={q=v, id=8}, header={X-A=h}} h v',
  },
  {
    name: '$stageVariables has three ways of reading',
    template:
      "$stageVariables.table ${stageVariables.table} $stageVariables['table'] [$stageVariables.zz]",
    want: 'orders orders orders []',
  },
  {
    name: '$context is read by name',
    template:
      '$context.requestId $context.identity.sourceIp $context.requestTimeEpoch [$context.identity.apiKey][$context.zz.y]',
    want: 'r-1 1.2.3.4 1583817383220 [][]',
  },
  {
    name: 'claims are read one by one, the whole prints nothing',
    template:
      "$context.authorizer.claims.sub $context.authorizer.claims['cognito:groups'] [$context.authorizer.claims]",
    want: 'x g []',
  },
  {
    name: 'a template may change its own copy of $context',
    template: "#set($context.identity.sourceIp = '9')$context.identity",
    want: '{sourceIp=9, apiKey=null}',
  },
  {
    name: '$util.escapeJavaScript escapes like commons-lang',
    template: "$util.escapeJavaScript($input.path('$.s')) $util.escapeJavaScript('a/é')",
    want: `it\\'s \\"q\\" a\\/\\u00E9`,
  },
  {
    name: '$util.escapeJavaScript escapes each character once',
    template: '$util.escapeJavaScript($input.body)',
    body: `\\"\\\\'/\n\u0007\u007f$&`,
    want: `\\\\\\"\\\\\\\\\\'\\/\\n\\u0007\\u007F$&`,
  },
  {
    name: '$util.urlEncode makes a form value',
    template: "$util.urlEncode('a b&c=é*~') $util.urlDecode('a+b%26%C3%A9')",
    want: 'a+b%26c%3D%C3%A9*%7E a b&é',
  },
  {
    name: '$util.base64Encode is UTF-8',
    template: "$util.base64Encode('é') $util.base64Decode('w6k=')",
    want: 'w6k= é',
  },
  {
    name: '$util.parseJson gives a value',
    template: `#set($o = $util.parseJson('{"x": [1.50]}'))$o.x[0] $o`,
    want: '1.5 {x=[1.5]}',
  },
  {
    name: 'unknown functions give nothing',
    template: '[$util.toJson($input)][$input.constructor($x)]',
    want: '[][]',
  },
]

describe('the variables of a gateway', () => {
  for (const { name, template, want, ...options } of cases) {
    it(name, () => assert.equal(render(template, options), want))
  }

  it('never change the context that they are made of', () => {
    const before = JSON.stringify(context)
    render(
      "#set($context.stage = 'x')$context.identity.put('sourceIp', 'y')$context.authorizer.claims.clear()$context.clear()",
    )
    assert.equal(JSON.stringify(context), before)
  })

  it('fail for JSON that is none and for a broken escape', () => {
    assert.throws(() => render("$util.parseJson('{')"), VtlError)
    assert.throws(() => render("$util.urlDecode('%zz')"), VtlError)
  })
})

describe('overrides', () => {
  it('collect headers, query, path and status', () => {
    const overrides = newOverrides()
    const template = `#set($context.requestOverride.header.x = 'a')
#set($context.requestOverride.header['y'] = ['b', 1])
#set($context.requestOverride.querystring.q = 2.0)
#set($context.requestOverride.path.id = "$input.params('id')")
#set($context.responseOverride.header.z = 'c')
#set($context.responseOverride.status = 444)
$context.responseOverride.status $context.requestOverride.header.x`
    assert.equal(render(template, { overrides }), '444 a')
    assert.deepEqual(JSON.parse(JSON.stringify(overrides)), {
      requestOverride: {
        header: { x: 'a', y: ['b', '1'] },
        querystring: { q: '2.0' },
        path: { id: '7' },
      },
      responseOverride: { header: { z: 'c' }, status: 444 },
    })
  })

  it('go on from the template of the request to that of the response', () => {
    const overrides = newOverrides()
    render(
      "#set($context.requestOverride.header.x = 'a')#set($context.responseOverride.status = 201)",
      { overrides },
    )
    const template =
      '$context.requestOverride.header.x $context.responseOverride.status#set($context.responseOverride.status = 202)'
    assert.equal(render(template, { overrides }), 'a 201')
    assert.equal(overrides.responseOverride.status, 202)
  })

  it('take a text as the whole path, once', () => {
    const overrides = newOverrides()
    const template = "#set($context.requestOverride.path = '/a')"
    assert.equal(render(`${template}$context.requestOverride.path`, { overrides }), '/a')
    assert.equal(overrides.requestOverride.wholePath, '/a')
    assert.throws(() => render(template + template), /second time/)
  })

  it('ignore a status that is none', () => {
    for (const status of ["'abc'", '99', '600', '200.5', '[]', '$foo']) {
      const overrides = newOverrides()
      render(`#set($context.responseOverride.status = ${status})`, { overrides })
      assert.equal(overrides.responseOverride.status, undefined, status)
    }
  })

  it('fail when one parameter is overridden twice', () => {
    for (const name of ['responseOverride.status', 'requestOverride.header.x']) {
      const set = `#set($context.${name} = 200)`
      assert.throws(() => render(set + set), /second time/)
    }
  })

  it('keep names such as __proto__ as names', () => {
    const overrides = newOverrides()
    render("#set($context.requestOverride.header['__proto__'] = 'x')", { overrides })
    assert.deepEqual(Object.keys(overrides.requestOverride.header), ['__proto__'])
    assert.equal(Object.getPrototypeOf({}).x, undefined)
  })
})
