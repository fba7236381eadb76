import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, call, mock, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway
let apiId: string

before(async () => {
  t = await startGateway()
  const tell = (name: string) => mock(`${name} $input.params().path`)
  apiId = await t.deploy(
    api({
      '/': { get: tell('root') },
      '/pets': { get: tell('pets'), post: tell('new pet') },
      '/pets/{id}': { get: tell('pet') },
      '/pets/mine': { get: tell('mine') },
      '/files/{proxy+}': { 'x-amazon-apigateway-any-method': tell('files') },
      '/files/readme': { get: tell('readme') },
    }),
  )
})
after(() => t.close())

const found = [
  { name: 'the root', target: '', want: 'root {}' },
  { name: 'the root with a slash', target: '/', want: 'root {}' },
  { name: 'a static path', target: '/pets', want: 'pets {}' },
  { name: 'a trailing slash is ignored', target: '/pets/', want: 'pets {}' },
  { name: 'a path parameter', target: '/pets/7', want: 'pet {id=7}' },
  { name: 'static beats a parameter', target: '/pets/mine', want: 'mine {}' },
  { name: 'a parameter stays undecoded', target: '/pets/a%2Fb+c', want: 'pet {id=a%2Fb+c}' },
  { name: 'greedy takes the rest', target: '/files/a/b/c', want: 'files {proxy=a/b/c}' },
  { name: 'static beats greedy', target: '/files/readme', want: 'readme {}' },
  { name: 'a query does not matter', target: '/pets?x=/files', want: 'pets {}' },
]

for (const { name, target, want } of found) {
  test(`routing: ${name}`, async () => {
    const answer = await t.call(apiId, target)
    assert.equal(answer.status, 200, answer.body)
    assert.equal(answer.body, want)
  })
}

const missed = [
  { name: 'an unknown path', method: 'GET', target: '/nowhere' },
  { name: 'a known path with another verb', method: 'DELETE', target: '/pets' },
  { name: 'a deeper path', method: 'GET', target: '/pets/7/toys' },
  { name: 'the parent of a greedy path', method: 'GET', target: '/files' },
  { name: 'HEAD where only GET is', method: 'HEAD', target: '/pets' },
]

for (const { name, method, target } of missed) {
  test(`routing: ${name} is 403 Missing Authentication Token`, async () => {
    const answer = await t.call(apiId, target, { method })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
    if (method !== 'HEAD') assert.equal(answer.body, '{"message":"Missing Authentication Token"}')
  })
}

for (const { target, method } of missed.filter(({ method }) => method !== 'HEAD')) {
  test(`routing: what is not there, asked for with a token, is told of a signature: ${method} ${target}`, async () => {
    const ask = (token: string) =>
      t.call(apiId, target, { method, headers: ['Authorization', token] })
    const answer = await ask('Bearer abc')
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['x-amzn-errortype'], 'IncompleteSignatureException')
    assert.deepEqual(answer.json(), {
      message:
        "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.",
    })
    const basic = (await ask('Basic dXNlcjpwYXNzd29yZA==')).json() as { message: string }
    assert.match(basic.message, /^Authorization header requires 'Credential' parameter\. /)
  })
}

test('routing: X-HTTP-Method-Override changes the verb', async () => {
  const headers = ['X-HTTP-Method-Override', 'POST']
  const answer = await t.call(apiId, '/pets', { headers })
  assert.equal(answer.body, 'new pet {}')
})

test('routing: an unknown stage and an unknown API are 403 Forbidden', async () => {
  for (const answer of [
    await t.call(apiId, '/pets', { stage: 'other' }),
    await t.call('nosuchapi0', '/pets'),
  ]) {
    assert.equal(answer.status, 403)
    assert.equal(answer.body, '{"message":"Forbidden"}')
    assert.equal(answer.headers['x-amzn-errortype'], 'ForbiddenException')
  }
})

test('routing: both path forms reach the same API as the host form', async () => {
  for (const path of [
    `/restapis/${apiId}/test/_user_request_/pets/9`,
    `/_aws/execute-api/${apiId}/test/pets/9`,
  ]) {
    const answer = await fetch(`${t.gateway.url}${path}`)
    assert.equal(await answer.text(), 'pet {id=9}')
  }
  const bare = await fetch(`${t.gateway.url}/restapis/${apiId}/test/_user_request_`)
  assert.equal(await bare.text(), 'root {}')
})

test('routing: every answer has a request id of its own and the extended one', async () => {
  const [one, two] = [await t.call(apiId, '/pets'), await t.call(apiId, '/nowhere')]
  assert.match(one.headers['x-amzn-requestid'] as string, /^[0-9a-f-]{36}$/)
  assert.match(one.headers['x-amz-apigw-id'] as string, /^[A-Za-z0-9+/]{15}=$/)
  assert.notEqual(one.headers['x-amzn-requestid'], two.headers['x-amzn-requestid'])
  assert.equal(one.headers['x-amzn-trace-id'], undefined)
})

test('routing: a keep-alive connection serves different APIs one after another', async () => {
  const other = await t.deploy(api({ '/pets': { get: mock('other') } }))
  assert.equal((await call(t.gateway.port, other, '/pets')).body, 'other')
  assert.equal((await call(t.gateway.port, apiId, '/pets')).body, 'pets {}')
})
