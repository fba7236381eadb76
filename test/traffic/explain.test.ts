import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, mock, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway
let apiId: string

before(async () => {
  t = await startGateway({ threads: 2 })
  apiId = await t.deploy(
    api({
      '/users': { get: mock('users') },
      '/broken': { get: mock('#foreach($i in [1..2000])x#end') },
    }),
  )
})
after(() => t.close())

async function explain(requestId: string | undefined): Promise<string> {
  const answer = await fetch(`${t.gateway.url}/_portcullis/explain/${requestId}`)
  assert.equal(answer.status, 200)
  return answer.text()
}

test('a good answer is explained with its route and times', async () => {
  const answer = await t.call(apiId, '/users')
  const text = await explain(answer.headers['x-amzn-requestid'] as string)
  assert.match(text, /^200 .*GET \/test\/users/)
  assert.match(text, new RegExp(apiId))
})

test('a miss names the nearest route', async () => {
  const answer = await t.call(apiId, '/user')
  const text = await explain(answer.headers['x-amzn-requestid'] as string)
  assert.match(text, /^403 .*MissingAuthenticationToken.*GET \/test\/user/)
  assert.match(text, /GET \/test\/users/)
})

test('a template that fails is explained to the owner, with its place, and not to the client', async () => {
  const answer = await t.call(apiId, '/broken')
  if (answer.status === 200) return
  assert.equal(answer.body, '{"message": "Internal server error"}')
  assert.match(await explain(answer.headers['x-amzn-requestid'] as string), /line 1/)
})

test('every request is found, whichever thread served it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => t.call(apiId, '/users')))
  for (const answer of answers) {
    await explain(answer.headers['x-amzn-requestid'] as string)
  }
})

test('an unknown id is 404 and says where the id is', async () => {
  const answer = await fetch(`${t.gateway.url}/_portcullis/explain/nonesuch`)
  assert.equal(answer.status, 404)
  assert.match(await answer.text(), /x-amzn-RequestId/)
})
