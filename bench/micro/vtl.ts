/**
 * Renders of mapping templates per second, as a request pays for them: a new scope each time, the
 * template compiled before. Run by itself: `node bench/micro/vtl.ts`. Goal: a small template in 5
 * µs or less on one core.
 */
import { bench, run, summary } from 'mitata'
import { compileTemplate } from '../../src/vtl/compile.ts'
import { readJson } from '../../src/vtl/json.ts'
import { newOverrides } from '../../src/vtl/overrides.ts'
import { type GatewayScopeInput, gatewayScope } from '../../src/vtl/scope.ts'

const input: GatewayScopeInput = {
  body: JSON.stringify({
    id: 'a-1',
    customer: { name: 'Ann', email: 'ann@example.com' },
    items: [
      { sku: 'pen', count: 2, price: 1.5 },
      { sku: 'ink', count: 1, price: 7 },
    ],
  }),
  params: {
    path: { id: '42' },
    querystring: { page: '2', size: '10' },
    header: { Accept: 'application/json', Host: 'api.example.com', 'User-Agent': 'bench' },
  },
  context: {
    requestId: '6f1c0c3e-0000-0000-0000-000000000000',
    stage: 'dev',
    httpMethod: 'POST',
    identity: { sourceIp: '127.0.0.1', userAgent: 'bench', apiKey: null },
  },
  stageVariables: { table: 'orders' },
}

/** 9 KB, as lists of things are. */
const largeBody = JSON.stringify({
  order: 'o-1',
  items: Array.from({ length: 60 }, (_, id) => ({
    ...{ id, name: `product number ${id}`, price: id * 1.25, tags: ['red', 'green', 'blue'] },
    ...{ size: { width: id, height: 2 * id, unit: 'cm' }, isActive: id % 2 === 0 },
    note: id % 7 === 0 ? 'with "quotes" and / é' : 'plain',
  })),
})

const templates = {
  'static answer': '{"statusCode": 200}',
  'whole body': "$input.json('$')",
  'small: five references': `{"id": "$input.params('id')", "stage": "$context.stage", "ip": "$context.identity.sourceIp",
"table": "$stageVariables.table", "name": $input.json('$.customer.name')}`,
  'loop over items': `#set($root = $input.path('$'))[#foreach($item in $root.items)
{"sku": "$item.sku", "total": #if($item.count > 1)"many"#{else}"one"#end}#if($foreach.hasNext),#end
#end]`,
  'form body': `Action=SendMessage&MessageBody=$util.urlEncode($input.body)&Id=$input.params('id')`,
}

summary(() => {
  for (const [name, source] of Object.entries(templates)) {
    const template = compileTemplate(source)
    bench(name, () => template.render(gatewayScope(input, newOverrides)))
  }
})

summary(() => {
  const large = { ...input, body: largeBody }
  for (const [name, source] of Object.entries({
    'of 9 KB: whole': "$input.json('$')",
    'of 9 KB: whole, escaped': "$util.escapeJavaScript($input.json('$'))",
    'of 9 KB: printed': "$input.path('$')",
  })) {
    const template = compileTemplate(source)
    bench(name, () => template.render(gatewayScope(large, newOverrides)))
  }
})

summary(() => {
  bench('parse the body: readJson', () => readJson(input.body))
  bench('parse the body: JSON.parse', () => JSON.parse(input.body))
})

bench('compile the loop', () => compileTemplate(templates['loop over items']))

await run()
