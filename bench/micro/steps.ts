/**
 * What the steps of a route cost without sockets: programs are loaded as a data-plane thread loads them, and every step runs for
 * a batch of requests, the routes taking turns. Header values are new texts each time, as the parser makes them; the back end answers at
 * once. µs per request, the lowest of all rounds; `observe` fills the decision record, which keeps what a request leaves in it.
 *
 *     node bench/micro/steps.ts [rounds]
 */
import { AuthorizationCaches } from '../../src/authorizers/authorization-cache.ts'
import { rsaSigner } from '../../src/authorizers/jwt/fixtures/signer.ts'
import { Issuers, userPoolUrl } from '../../src/authorizers/jwt/issuers.ts'
import { TokenVerifier } from '../../src/authorizers/jwt/verifier.ts'
import type { Integration, Method } from '../../src/aws/rest-api.ts'
import { systemClock } from '../../src/base/clock.ts'
import { extendedRequestId } from '../../src/base/ids.ts'
import { newTraceId } from '../../src/base/request-ids.ts'
import { prepareMock } from '../../src/integrations/mock.ts'
import type { IntegrationResponse, Reply, Send } from '../../src/messages/messages.ts'
import { DecisionRing } from '../../src/observe/decision-record.ts'
import { ClientRequest } from '../../src/pipeline/client-request.ts'
import { Exchange } from '../../src/pipeline/exchange.ts'
import { type LoadedProgram, loadProgram } from '../../src/pipeline/load.ts'
import { Observer } from '../../src/pipeline/observe.ts'
import { noNetwork } from '../../src/pipeline/source-network.ts'
import { compileRest } from '../../src/program/rest.ts'

const rounds = Number(process.argv[2] ?? 150)
const batch = 500
const region = 'us-east-1'
const pool = `${region}_bench`
const signer = rsaSigner('key')
const now = Math.floor(Date.now() / 1000)
const token = signer.token({
  ...{ sub: 'd2f50444-0041-7036-aea2-a955fca33d37', iss: userPoolUrl(region, pool) },
  ...{ aud: '3nkoep4151b7umeggnottc30u9', token_use: 'id', auth_time: now, iat: now },
  ...{ exp: now + 86_400, email: 'me@example.com', 'cognito:username': 'me', jti: 'a'.repeat(36) },
  ...{ event_id: 'b'.repeat(36), origin_jti: 'c'.repeat(36) },
})
const answered: IntegrationResponse = {
  status: 200,
  headers: ['Content-Type', 'text/plain', 'Content-Length', '100'],
  body: Buffer.alloc(100, 'x'),
  latencyMs: 1,
}
const answer: Send = () => answered

const proxy: Integration = {
  type: 'HTTP_PROXY',
  httpMethod: 'GET',
  uri: 'http://127.0.0.1:8080/100',
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: 29_000,
}
const template =
  '#set($in = $input.path("$")){"name":"$in.name","tags":[#foreach($t in $in.tags)"$t"#if($foreach.hasNext),#end#end],"id":"$context.requestId"}'
const mapped: Integration = {
  ...proxy,
  type: 'HTTP',
  requestTemplates: { 'application/json': template },
  integrationResponses: {
    '200': {
      statusCode: '200',
      responseTemplates: { 'application/json': '{"length":$input.body.length()}' },
    },
  },
}
const mock: Integration = {
  ...proxy,
  type: 'MOCK',
  requestTemplates: {
    'application/json':
      '#set($n = $input.path("$.name"))#set($context.responseOverride.header.x-name = $n){"statusCode": 200}',
  },
  integrationResponses: {
    '200': {
      statusCode: '200',
      responseTemplates: {
        'application/json':
          '{"id":"$context.requestId","path":"$context.resourcePath","list":[#foreach($i in [1..5])$i#if($foreach.hasNext),#end#end]}',
      },
    },
  },
}
const pet = {
  type: 'object',
  required: ['name', 'tags'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 64 },
    tags: { type: 'array', maxItems: 8, items: { type: 'string', pattern: '^[a-z]+$' } },
    age: { type: 'integer', minimum: 0, maximum: 200 },
  },
}
const ours = { IpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '10.0.0.0/8'] } }
const policy = {
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke' },
      ...{ Resource: `arn:aws:execute-api:${region}:000000000000:abc123/*`, Condition: ours },
    },
  ],
}

const verifier = new TokenVerifier(systemClock)
const issuers = new Issuers({
  named: new Map(),
  builtInKeys: { keys: [signer.jwk] },
  fetch: () => Promise.reject(new Error('nothing is fetched here')),
  clock: systemClock,
})
const never = () => Promise.reject(new Error('nothing is called here'))

function load(methods: Readonly<Record<string, Method>>, policyText?: string): LoadedProgram {
  const program = compileRest({
    ...{ format: 1, type: 'rest', account: '000000000000', region, apiId: 'abc123' },
    deployment: { id: 'd1', createdDate: 7 },
    stage: { stageName: 'bench', deploymentId: 'd1', createdDate: 0, lastUpdatedDate: 0 },
    snapshot: {
      api: {
        ...{ id: 'abc123', name: 'bench', createdDate: 0, apiKeySource: 'HEADER' },
        endpointConfiguration: { types: ['REGIONAL'] },
        ...{ disableExecuteApiEndpoint: false, rootResourceId: 'r0' },
        ...(policyText === undefined ? {} : { policy: policyText }),
      },
      resources: Object.entries(methods).map(([path, method], i) => ({
        ...{ id: `r${i}`, path, resourceMethods: { [method.httpMethod]: method } },
      })),
      models: [
        { id: 'm', name: 'Pet', contentType: 'application/json', schema: JSON.stringify(pet) },
      ],
      requestValidators: [{ id: 'v', validateRequestBody: true, validateRequestParameters: true }],
      gatewayResponses: [],
      authorizers: [
        {
          ...{ id: 'a', name: 'pool', type: 'COGNITO_USER_POOLS' },
          identitySource: 'method.request.header.Authorization',
          providerARNs: [`arn:aws:cognito-idp:${region}:000000000000:userpool/${pool}`],
        },
      ],
    },
  })
  return loadProgram(program, {
    prepareSend: plan => (plan.type === 'MOCK' ? prepareMock() : answer),
    prepareGate: () => null,
    cacheOf: () => null,
    bodyLimitBytes: 1e7,
    identities: { find: never } as never,
    networkOf: () => noNetwork,
    answerLimitBytes: 1e7,
    streamRate: 0,
    authorizers: {
      invoke: never,
      acting: never as never,
      tokens: { issuers, verifier },
      caches: new AuthorizationCaches(1e6, systemClock),
    },
  })
}

const open = { authorizationType: 'NONE', apiKeyRequired: false } as const
const plain = load({
  '/proxy': { ...open, httpMethod: 'GET', methodIntegration: proxy },
  '/validated': {
    ...{ ...open, httpMethod: 'POST', methodIntegration: mapped, requestValidatorId: 'v' },
    requestModels: { 'application/json': 'Pet' },
    requestParameters: { 'method.request.header.Content-Type': true },
  },
  '/vtl': { ...open, httpMethod: 'POST', methodIntegration: mock },
})
const guarded = load(
  {
    '/guarded': {
      ...{ ...open, httpMethod: 'GET', methodIntegration: proxy },
      ...{ authorizationType: 'COGNITO_USER_POOLS', authorizerId: 'a' },
    },
  },
  JSON.stringify(policy),
)

interface Scenario {
  readonly name: string
  readonly loaded: LoadedProgram
  readonly verb: string
  readonly headers: readonly string[]
  readonly body: string | null
}

const json = '{"name":"Rex","tags":["a","b","c"],"age":3}'
const posted = ['Host', '127.0.0.1:4566', 'Content-Length', '43']
const scenarios: readonly Scenario[] = [
  { name: 'proxy', loaded: plain, verb: 'GET', headers: ['Host', '127.0.0.1:4566'], body: null },
  {
    ...{ name: 'guarded', loaded: guarded, verb: 'GET', body: null },
    headers: ['Host', '127.0.0.1:4566', 'Authorization', token],
  },
  {
    ...{ name: 'validated', loaded: plain, verb: 'POST', body: json },
    headers: [...posted, 'Content-Type', 'application/json'],
  },
  {
    ...{ name: 'vtl', loaded: plain, verb: 'POST', body: json },
    headers: [...posted, 'Content-Type', 'application/json'],
  },
]

const observer = new Observer(new DecisionRing(10_000), (_, error) => {
  throw error
})
const cancel = { onCancel: () => {}, isCancelled: false } as never

function exchangeFor({ loaded, name, verb, headers, body }: Scenario): Exchange {
  const path = `/${name}`
  const match = loaded.program.routes.match(verb, path)
  const route = match === undefined ? undefined : loaded.routes.get(match.route)
  if (match === undefined || route === undefined) throw new Error(`${name} is no route`)
  const received = headers.map(text => Buffer.from(text).toString('latin1'))
  const startedAt = Date.now()
  const arrival = {
    ...{ method: verb, rawMethod: verb, path, pathWithStage: `/bench${path}` },
    ...{ rawPath: `/bench${path}`, rawQuery: '', headers: received, host: received[1] as string },
    ...{ sourceIp: '127.0.0.1', isSecure: false, protocol: 'HTTP/1.1' },
    ...{ requestId: crypto.randomUUID(), extendedRequestId: extendedRequestId() },
    ...{ startedAt, startedMonotonic: performance.now() },
  }
  const bytes = body === null ? null : Buffer.from(body)
  const request = new ClientRequest(verb, path, '', received, bytes, match.pathParameters)
  return new Exchange(arrival, loaded.program, route, request, cancel, newTraceId(startedAt))
}

/** Step -> lowest µs per request. */
const costs = scenarios.map(() => new Map<string, number>())

async function measure(index: number): Promise<void> {
  const scenario = scenarios[index] as Scenario
  const cost = costs[index] as Map<string, number>
  const exchanges = Array.from({ length: batch }, () => exchangeFor(scenario))
  const replies = new Array<Reply | undefined>(batch)
  const { steps } = (exchanges[0] as Exchange).loaded
  let total = 0
  const timed = (name: string, action: (x: Exchange, i: number) => void) => {
    const begin = performance.now()
    for (let i = 0; i < batch; i++) action(exchanges[i] as Exchange, i)
    const micros = ((performance.now() - begin) * 1000) / batch
    total += micros
    cost.set(name, Math.min(cost.get(name) ?? Number.POSITIVE_INFINITY, micros))
  }
  for (const step of steps) {
    timed(step.name, (x, i) => {
      const result = step.run(x)
      if (result !== undefined && 'then' in result) throw new Error(`${step.name} waits`)
      replies[i] = result
    })
  }
  if (replies[0]?.status !== 200) throw new Error(`${scenario.name} was not answered`)
  timed('observe', x => observer.finished(x, 200, 100, ''))
  cost.set('all', Math.min(cost.get('all') ?? Number.POSITIVE_INFINITY, total))
  // Lets what is garbage be collected between the batches.
  await new Promise(setImmediate)
}

for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < scenarios.length; i++) await measure(i)
}
for (const [i, { name }] of scenarios.entries()) {
  const parts = Array.from(costs[i] as Map<string, number>, ([step, micros]) => {
    return `${step} ${micros.toFixed(2)}`
  })
  console.log(`${name.padEnd(10)} ${parts.join('   ')}`)
}
