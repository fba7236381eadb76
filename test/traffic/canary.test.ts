import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateDeploymentCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  type PatchOperation,
  PutRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { createGateway } from '../../src/gateway.ts'
import {
  type Answer,
  api,
  call,
  collectingLog,
  mock,
  operation,
  startGateway,
  type TestGateway,
  testOptions,
} from './harness.ts'

let t: TestGateway
before(async () => {
  t = await startGateway({ threads: 2 })
})
after(() => t.close())

const template = (name: string) =>
  `${name} [$stageVariables.colour|$stageVariables.size] $context.isCanaryRequest $context.deploymentId $context.stage`

const saying = (name: string, more: Record<string, object> = {}) =>
  api({ '/x': { get: mock(template(name)) }, ...more })

function update(restApiId: string, ...patchOperations: PatchOperation[]) {
  return t.rest.send(new UpdateStageCommand({ restApiId, stageName: 'test', patchOperations }))
}

/** Changes the API and hangs the new deployment beside the stage; gives its id. */
async function release(
  restApiId: string,
  document: object,
  percentTraffic: number,
  stageVariableOverrides: Record<string, string> = {},
): Promise<string> {
  const body = Buffer.from(JSON.stringify(document))
  await t.rest.send(new PutRestApiCommand({ restApiId, mode: 'overwrite', body }))
  const canarySettings = { percentTraffic, stageVariableOverrides }
  const { id = '' } = await t.rest.send(
    new CreateDeploymentCommand({ restApiId, stageName: 'test', canarySettings }),
  )
  return id
}

async function firstDeployment(restApiId: string): Promise<string> {
  const { items = [] } = await t.rest.send(new GetDeploymentsCommand({ restApiId }))
  return items[0]?.id ?? ''
}

async function calls(id: string, count: number, target = '/x'): Promise<Answer[]> {
  const answers: Answer[] = []
  while (answers.length < count) {
    answers.push(...(await Promise.all(Array.from({ length: 10 }, () => t.call(id, target)))))
  }
  return answers
}

test('a canary with all requests answers with its deployment and its variables', async () => {
  const id = await t.deploy(saying('old'))
  const before = await firstDeployment(id)
  assert.equal((await t.call(id, '/x')).body, `old [|]  ${before} test`)
  await update(
    id,
    { op: 'replace', path: '/variables/colour', value: 'red' },
    { op: 'replace', path: '/variables/size', value: 'big' },
  )
  const canary = await release(id, saying('new'), 100, { colour: 'blue' })
  for (const answer of await calls(id, 20)) {
    assert.equal(answer.body, `new [blue|big] true ${canary} test`)
  }
  await update(id, { op: 'replace', path: '/canarySettings/percentTraffic', value: '0.0' })
  for (const answer of await calls(id, 20)) {
    assert.equal(answer.body, `old [red|big]  ${before} test`)
  }
})

test('requests are divided as the percentage says', async () => {
  const id = await t.deploy(saying('old'))
  await release(id, saying('new'), 30)
  const bodies = (await calls(id, 1000)).map(answer => answer.body)
  const fromCanary = bodies.filter(body => body.startsWith('new [|] true'))
  const fromStage = bodies.filter(body => body.startsWith('old [|] false'))
  assert.equal(fromCanary.length + fromStage.length, 1000)
  // Eight standard deviations to either side.
  assert.ok(fromCanary.length > 184 && fromCanary.length < 416, String(fromCanary.length))
})

test('routes are those of the deployment that was chosen', async () => {
  const id = await t.deploy(saying('old', { '/old': { get: mock('gone') } }))
  await release(id, saying('new', { '/new': { get: mock('here') } }), 100)
  assert.equal((await t.call(id, '/new')).body, 'here')
  assert.equal((await t.call(id, '/old')).status, 403)
})

test('promotion copies deployment and variables; then the canary is taken away', async () => {
  const id = await t.deploy(saying('old'))
  const canary = await release(id, saying('new'), 50, { colour: 'blue' })
  await update(
    id,
    { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
    { op: 'copy', path: '/variables', from: '/canarySettings/stageVariableOverrides' },
    { op: 'remove', path: '/canarySettings' },
  )
  for (const answer of await calls(id, 20)) {
    assert.equal(answer.body, `new [blue|]  ${canary} test`)
  }
  const stage = await t.rest.send(new GetStageCommand({ restApiId: id, stageName: 'test' }))
  assert.equal(stage.canarySettings, undefined)
})

test('removing the canary is the rollback', async () => {
  const id = await t.deploy(saying('old'))
  await release(id, saying('new'), 100)
  assert.match((await t.call(id, '/x')).body, /^new/)
  await update(id, { op: 'remove', path: '/canarySettings' })
  for (const answer of await calls(id, 20)) assert.match(answer.body, /^old/)
})

test('a canary without a deployment of its own has other variables only', async () => {
  const id = await t.deploy(saying('same'))
  await update(
    id,
    { op: 'replace', path: '/variables/colour', value: 'red' },
    { op: 'replace', path: '/canarySettings/percentTraffic', value: '100' },
    { op: 'replace', path: '/canarySettings/stageVariableOverrides/colour', value: 'blue' },
  )
  assert.match((await t.call(id, '/x')).body, /^same \[blue\|\] true/)
})

test('throttles hold for stage and canary together, and for methods that only the canary has', async () => {
  const id = await t.deploy(saying('old'))
  const limits = (path: string): PatchOperation[] => [
    { op: 'replace', path: `${path}/throttling/rateLimit`, value: '0.01' },
    { op: 'replace', path: `${path}/throttling/burstLimit`, value: '4' },
  ]
  await release(id, saying('new', { '/only': { get: mock('canary') } }), 50)
  await update(id, ...limits('/~1x/GET'), ...limits('/~1only/GET'))
  const statuses = (await calls(id, 40)).map(answer => answer.status)
  assert.equal(statuses.filter(status => status === 200).length, 4)
  const only = (await calls(id, 40, '/only')).map(answer => answer.status)
  assert.equal(only.filter(status => status === 200).length, 4)
})

test('a canary that cannot run is refused with the reason, and all stays as it was', async () => {
  const id = await t.deploy(saying('old'))
  await assert.rejects(release(id, api({ '/x': { get: mock('#if(') } }), 50), {
    name: 'BadRequestException',
    message: /line 1/,
  })
  for (const answer of await calls(id, 20)) assert.match(answer.body, /^old \[\|\] {2}/)
})

test('the event of a function says whether the canary answers', async () => {
  const uri = await t.addFunction(
    'which',
    'export const handler = async e => ({ statusCode: 200, body: JSON.stringify([e.requestContext.isCanaryRequest, e.requestContext.deploymentId, e.stageVariables]) })',
  )
  const document = api({ '/f': { get: operation({ type: 'aws_proxy', httpMethod: 'POST', uri }) } })
  const id = await t.deploy(document)
  const canary = await release(id, document, 100, { colour: 'blue' })
  assert.deepEqual((await t.call(id, '/f')).json(), [true, canary, { colour: 'blue' }])
})

test('the decision record names the canary, and compares a miss with its routes', async () => {
  const id = await t.deploy(saying('old'))
  const canary = await release(id, api({ '/fresh': { get: mock('x') } }), 100)
  const answer = await t.call(id, '/fresk')
  assert.equal(answer.status, 403)
  const requestId = answer.headers['x-amzn-requestid']
  const explained = await fetch(`${t.gateway.url}/_portcullis/explain/${requestId}`)
  const text = await explained.text()
  assert.match(text, new RegExp(`stage test, canary, deployment ${canary} of`))
  assert.match(text, /GET \/test\/fresh/)
})

test('the canary is there again after a restart', async () => {
  const id = await t.deploy(saying('old'))
  const canary = await release(id, saying('new'), 100)
  await t.gateway.close()
  const again = await createGateway(testOptions(`${t.folder}/data`), { log: collectingLog([]) })
  try {
    assert.equal((await call(again.port, id, '/x')).body, `new [|] true ${canary} test`)
  } finally {
    await again.close()
  }
})
