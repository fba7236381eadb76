import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Integration, Method, Model, Resource, RestApi, Stage } from '../aws/rest-api.ts'
import type { ProgramSource, Route } from './program.ts'
import { compileRest } from './rest.ts'

const mock: Integration = {
  type: 'MOCK',
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: 29_000,
  requestTemplates: { 'application/json': '{"statusCode": 200}' },
  integrationResponses: { '200': { statusCode: '200' } },
}

const http: Integration = {
  type: 'HTTP_PROXY',
  httpMethod: 'ANY',
  uri: 'http://example.com/{id}',
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: 5000,
  requestParameters: { 'integration.request.path.id': 'method.request.path.id' },
}

const lambda: Integration = {
  type: 'AWS_PROXY',
  httpMethod: 'POST',
  uri: 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:${stageVariables.function}/invocations',
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: 29_000,
}

function method(integration: Integration | undefined, more: Partial<Method> = {}): Method {
  return {
    httpMethod: 'GET',
    authorizationType: 'NONE',
    apiKeyRequired: false,
    ...(integration === undefined ? {} : { methodIntegration: integration }),
    ...more,
  }
}

function source(
  methods: Record<string, Method>,
  more: { api?: Partial<RestApi>; stage?: Partial<Stage>; models?: readonly Model[] } = {},
): ProgramSource {
  const resources: Resource[] = Object.entries(methods).map(([key, one], i) => {
    const [verb, path] = key.split(' ') as [string, string]
    return { id: `r${i}`, path, resourceMethods: { [verb]: one } }
  })
  return {
    format: 1,
    type: 'rest',
    account: '000000000000',
    region: 'eu-west-1',
    apiId: 'abc123',
    deployment: { id: 'd1', createdDate: 7 },
    stage: {
      stageName: 'dev',
      deploymentId: 'd1',
      createdDate: 0,
      lastUpdatedDate: 0,
      variables: { function: 'pets:live' },
      ...more.stage,
    },
    snapshot: {
      api: {
        id: 'abc123',
        name: 'pets',
        createdDate: 0,
        apiKeySource: 'HEADER',
        endpointConfiguration: { types: ['REGIONAL'] },
        disableExecuteApiEndpoint: false,
        rootResourceId: 'r0',
        ...more.api,
      },
      resources,
      models: more.models ?? [],
      requestValidators: [{ id: 'v', validateRequestBody: true, validateRequestParameters: true }],
      gatewayResponses: [],
      authorizers: [],
    },
  }
}

function routeOf(one: Method, stage: Partial<Stage> = {}, key = 'GET /pets/{id}'): Route {
  const [route] = compileRest(source({ [key]: one }, { stage })).routes.all
  assert.ok(route)
  return route
}

test('a deployment becomes a frozen program', () => {
  const program = compileRest(source({ 'GET /': method(mock), 'ANY /pets/{id}': method(http) }))
  assert.equal(program.apiName, 'pets')
  assert.equal(program.stageName, 'dev')
  assert.equal(program.deployedAt, 7)
  assert.equal(program.obstacle, null)
  assert.deepEqual({ ...program.stageVariables }, { function: 'pets:live' })
  assert.deepEqual(program.notices, [])
  const match = program.routes.match('PUT', '/pets/7')
  assert.equal(match?.route.resourceId, 'r1')
  for (const part of [
    program,
    program.routes,
    program.routes.all,
    match?.route,
    match?.route.integration,
  ]) {
    assert.ok(Object.isFrozen(part))
  }
})

test('integrations become plans', () => {
  const mockPlan = routeOf(method(mock)).integration
  assert.ok(mockPlan.type === 'MOCK')
  assert.equal(mockPlan.request.templates.forRequest(undefined)?.mediaType, 'application/json')
  assert.equal(mockPlan.responses.select('200')?.status, 200)
  const httpPlan = routeOf(method(http)).integration
  assert.ok(httpPlan.type === 'HTTP_PROXY')
  assert.equal(httpPlan.endpoint.method, null)
  assert.equal(httpPlan.timeoutMs, 5000)
  assert.deepEqual(
    httpPlan.parameters?.map(({ target, name }) => [target, name]),
    [['path', 'id']],
  )
  const lambdaPlan = routeOf(method(lambda)).integration
  assert.ok(lambdaPlan.type === 'AWS_PROXY')
  assert.equal(lambdaPlan.functionArn, 'arn:aws:lambda:eu-west-1:000000000000:function:pets:live')
  const plainPlan = routeOf(
    method({ ...lambda, type: 'AWS', credentials: 'arn:aws:iam::1:role/x' }),
  )
  assert.ok(plainPlan.integration.type === 'AWS')
  assert.deepEqual(plainPlan.integration.credentials, {
    type: 'role',
    arn: 'arn:aws:iam::1:role/x',
  })
})

const blocked: { name: string; method: Method; stage?: Partial<Stage>; want: RegExp }[] = [
  {
    name: 'an authorizer that is not there',
    method: method(mock, { authorizationType: 'CUSTOM', authorizerId: 'gone' }),
    want: /AUTHORIZER_CONFIGURATION_ERROR.*authorizer gone is not in the deployment/,
  },
  {
    name: 'a VPC link of no name',
    method: method({ ...http, connectionType: 'VPC_LINK' }),
    want: /VPC link of no name/,
  },
  {
    name: 'a VPC link whose stage variable is not set',
    method: method({ ...http, connectionType: 'VPC_LINK', connectionId: '${stageVariables.no}' }),
    want: /stage variable no,/,
  },
  {
    name: 'a target of no VPC link',
    method: method({ ...http, integrationTarget: 'arn:aws:x' }),
    want: /no VPC link/,
  },
  {
    name: 'a function that streams by the operation that does not',
    method: method({ ...lambda, responseTransferMode: 'STREAM' }),
    want: /response-streaming-invocations/,
  },
  {
    name: 'another AWS service as a proxy',
    method: method({ ...lambda, uri: 'arn:aws:apigateway:eu-west-1:firehose:action/PutRecord' }),
    want: /API_CONFIGURATION_ERROR.*other than Lambda.*type AWS only/,
  },
  {
    name: 'another AWS service as a proxy, by a stage variable',
    method: method({ ...lambda, uri: 'arn:aws:apigateway:eu-west-1:${stageVariables.s}:action/A' }),
    stage: { variables: { s: 'sqs' } },
    want: /API_CONFIGURATION_ERROR.*other than Lambda/,
  },
  { name: 'Lambda by GET', method: method({ ...lambda, httpMethod: 'GET' }), want: /must be POST/ },
  {
    name: 'an illegal header on a Lambda proxy',
    method: method({
      ...lambda,
      requestParameters: { 'integration.request.header.Expect': "'x'" },
    }),
    want: /Expect/,
  },
  {
    name: "the caller's credentials where nobody signs",
    method: method({ ...lambda, credentials: 'arn:aws:iam::*:user/*' }),
    want: /own credentials/,
  },
  {
    name: 'a stage variable that is not set',
    method: method(lambda),
    stage: { variables: {} },
    want: /API_CONFIGURATION_ERROR.*stage variable function/,
  },
  {
    name: 'a stage variable that makes the URI wrong',
    method: method({ ...http, uri: 'http://${stageVariables.function}@x/' }),
    want: /filled in is wrong/,
  },
]

test('what cannot be enforced refuses every request to the method', () => {
  for (const { name, method: one, stage, want } of blocked) {
    const { obstacle } = routeOf(one, stage)
    assert.match(`${obstacle?.refusal} ${obstacle?.reason}`, want, name)
  }
})

const closed: { name: string; api?: Partial<RestApi>; stage?: Partial<Stage>; want: RegExp }[] = [
  {
    name: 'unreadable policy',
    api: { policy: '{}' },
    want: /ACCESS_DENIED.*resource policy cannot/,
  },
  { name: 'web ACL', stage: { webAclArn: 'arn:aws:wafv2:x' }, want: /WAF_FILTERED.*web ACL/ },
  { name: 'client certificate', stage: { clientCertificateId: 'c1' }, want: /client certificate/ },
]

test('what guards the whole API and cannot be enforced refuses every request', () => {
  for (const { name, want, ...more } of closed) {
    const { obstacle } = compileRest(source({ 'GET /': method(mock) }, more))
    assert.match(`${obstacle?.refusal} ${obstacle?.reason}`, want, name)
  }
})

test('what has no effect is noted', () => {
  const { notices } = compileRest(
    source(
      { 'GET /': method(mock) },
      {
        stage: {
          tracingEnabled: true,
          accessLogSettings: { destinationArn: 'arn:aws:logs:x' },
          methodSettings: { '*/*': { metricsEnabled: true, loggingLevel: 'INFO' } },
        },
      },
    ),
  )
  assert.equal(notices.length, 4)
  for (const notice of notices) assert.match(notice, /has no effect|have no effect/)
})

const throttles: { name: string; settings: Stage['methodSettings']; want: Route['throttle'] }[] = [
  { name: 'nothing set', settings: {}, want: null },
  {
    name: 'the stage-wide setting',
    settings: { '*/*': { throttlingRateLimit: 5, throttlingBurstLimit: 2 } },
    want: { rateLimit: 5, burstLimit: 2 },
  },
  {
    name: "the method's own before it, field by field",
    settings: {
      '*/*': { throttlingRateLimit: 5, throttlingBurstLimit: 2 },
      'pets/{id}/GET': { throttlingRateLimit: 1 },
    },
    want: { rateLimit: 1, burstLimit: 2 },
  },
  {
    name: 'a key as it is patched',
    settings: { '~1pets~1{id}/GET': { throttlingRateLimit: 0 } },
    want: { rateLimit: 0, burstLimit: 5000 },
  },
  {
    name: 'another method',
    settings: { 'pets/{id}/PUT': { throttlingRateLimit: 1 } },
    want: null,
  },
  {
    name: 'switched off',
    settings: { '*/*': { throttlingRateLimit: -1, throttlingBurstLimit: -1 } },
    want: null,
  },
]

test("a method's throttle is its own setting, else the stage's", () => {
  for (const { name, settings, want } of throttles) {
    const stage = settings === undefined ? {} : { methodSettings: settings }
    assert.deepEqual(routeOf(method(mock), stage).throttle, want, name)
  }
  const root = routeOf(
    method(mock),
    { methodSettings: { '/GET': { throttlingRateLimit: 3 } } },
    'GET /',
  )
  assert.equal(root.throttle?.rateLimit, 3)
})

const broken: { name: string; method: Method; want: RegExp }[] = [
  { name: 'no integration', method: method(undefined), want: /No integration defined for method/ },
  {
    name: 'a template that does not parse',
    method: method({ ...mock, requestTemplates: { 'application/json': '{\n #if(' } }),
    want: /request template for application\/json: .*line 2/,
  },
  {
    name: 'a media type that no header can hold',
    method: method({ ...mock, requestTemplates: { 'text/a\r\nx: b': '{}' } }),
    want: /is not a media type/,
  },
  {
    name: 'no HTTP method',
    method: method({ ...http, httpMethod: '' }),
    want: /needs an HTTP method/,
  },
  {
    name: 'a bad mapping',
    method: method({ ...http, requestParameters: { 'integration.request.path.id': 'id' } }),
    want: /integration.request.path.id: id is not a mapping expression/,
  },
  {
    name: 'a bad selection pattern',
    method: method({
      ...mock,
      integrationResponses: { '200': { statusCode: '200', selectionPattern: '(?!x)' } },
    }),
    want: /selection pattern of integration response 200/,
  },
  {
    name: 'an unknown model',
    method: method(mock, {
      requestValidatorId: 'v',
      requestModels: { 'application/json': 'Nope' },
    }),
    want: /there is no model Nope/,
  },
]

test('what cannot run is refused with method and path', () => {
  for (const { name, method: one, want } of broken) {
    const compile = () => compileRest(source({ 'GET /pets/{id}': one }))
    assert.throws(compile, want, name)
    assert.throws(compile, /^ProgramError: GET \/pets\/\{id\}: /, name)
  }
})

test('a URI that cannot be called deploys, as on AWS, and its requests are refused with the reason', () => {
  const cases: { given: Method; want: RegExp }[] = [
    { given: method({ ...http, uri: 'example.com' }), want: /must begin with http/ },
    {
      given: method({ ...lambda, uri: 'arn:aws:apigateway:eu-west-1:lambda:path/x' }),
      want: /is not arn:aws:apigateway/,
    },
  ]
  for (const { given, want } of cases) {
    const [route] = compileRest(source({ 'GET /pets/{id}': given })).routes.all
    assert.equal(route?.obstacle?.refusal, 'API_CONFIGURATION_ERROR')
    assert.match(route?.obstacle?.reason ?? '', want)
  }
})

test('an API of 1,000 routes compiles', t => {
  const methods: Record<string, Method> = {}
  const models: Model[] = []
  for (let i = 0; i < 1000; i++) {
    const name = `Model${i}`
    const properties = Object.fromEntries(
      Array.from({ length: 10 }, (_, p) => [`p${p}`, { type: 'string', maxLength: i + p }]),
    )
    models.push({
      id: name,
      name,
      contentType: 'application/json',
      schema: JSON.stringify({ type: 'object', properties }),
    })
    methods[`POST /things${i}/{id}`] = method(
      {
        ...http,
        type: 'HTTP',
        requestTemplates: {
          'application/json': `#set($root = $input.path('$'))\n{"n": ${i}, "id": "$input.params('id')", "all": [#foreach($x in $root.list)"$x"#if($foreach.hasNext),#end#end]}`,
        },
        integrationResponses: {
          '200': { statusCode: '200' },
          '500': { statusCode: '500', selectionPattern: '5\\d{2}' },
        },
      },
      { requestValidatorId: 'v', requestModels: { 'application/json': name } },
    )
  }
  const given = source(methods, { models })
  const started = performance.now()
  const program = compileRest(given)
  const took = performance.now() - started
  assert.equal(program.routes.all.length, 1000)
  // The aim is 300 ms; told and not asserted, because machines that run tests are busy.
  t.diagnostic(`compiled in ${took.toFixed(0)} ms`)
})
