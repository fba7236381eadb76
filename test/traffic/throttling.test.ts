import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { UpdateStageCommand } from '@aws-sdk/client-api-gateway'
import { api, mock, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway
let apiId: string

before(async () => {
  t = await startGateway({ threads: 2 })
  apiId = await t.deploy(api({ '/slow': { get: mock('one') }, '/free': { get: mock('two') } }))
  await setThrottle('/~1slow/GET', '0.01', '3')
})
after(() => t.close())

function setThrottle(path: string, rate: string, burst: string) {
  return t.rest.send(
    new UpdateStageCommand({
      restApiId: apiId,
      stageName: 'test',
      patchOperations: [
        { op: 'replace', path: `${path}/throttling/rateLimit`, value: rate },
        { op: 'replace', path: `${path}/throttling/burstLimit`, value: burst },
      ],
    }),
  )
}

test('a throttled method gives its burst over all threads together, then 429', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => t.call(apiId, '/slow')))
  const good = answers.filter(answer => answer.status === 200)
  const refused = answers.filter(answer => answer.status === 429)
  assert.equal(good.length, 3)
  assert.equal(refused.length, 9)
  assert.equal(refused[0]?.body, '{"message":"Too Many Requests"}')
  assert.equal(refused[0]?.headers['x-amzn-errortype'], 'TooManyRequestsException')
})

test('a deployment does not refill the bucket', async () => {
  await t.redeploy(apiId, api({ '/slow': { get: mock('new') }, '/free': { get: mock('two') } }))
  assert.equal((await t.call(apiId, '/slow')).status, 429)
})

test('other methods are not throttled', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => t.call(apiId, '/free')))
  assert.ok(answers.every(answer => answer.status === 200))
})
