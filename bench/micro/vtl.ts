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
  bench('parse the body: readJson', () => readJson(input.body))
  bench('parse the body: JSON.parse', () => JSON.parse(input.body))
})

bench('compile the loop', () => compileTemplate(templates['loop over items']))

await run()
