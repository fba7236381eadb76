import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  GetDeploymentsCommand,
  PutRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { api, mock, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway

before(async () => {
  t = await startGateway()
})
after(() => t.close())

const saying = (text: string) => api({ '/x': { get: mock(text) } })

test('a change is not live before a deployment, and live as soon as it is answered', async () => {
  const id = await t.deploy(saying('one'))
  const body = Buffer.from(JSON.stringify(saying('two')))
  await t.rest.send(new PutRestApiCommand({ restApiId: id, mode: 'overwrite', body }))
  assert.equal((await t.call(id, '/x')).body, 'one')
  await t.rest.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'test' }))
  assert.equal((await t.call(id, '/x')).body, 'two')
})

test('pointing the stage back is the rollback', async () => {
  const id = await t.deploy(saying('old'))
  const first = (await t.rest.send(new GetDeploymentsCommand({ restApiId: id }))).items?.[0]?.id
  await t.redeploy(id, saying('new'))
  assert.equal((await t.call(id, '/x')).body, 'new')
  await t.rest.send(
    new UpdateStageCommand({
      restApiId: id,
      stageName: 'test',
      patchOperations: [{ op: 'replace', path: '/deploymentId', value: first }],
    }),
  )
  assert.equal((await t.call(id, '/x')).body, 'old')
})

test('a deployment without a stage serves nothing until a stage points at it, with its variables', async () => {
  const id = await t.deploy(saying('[$stageVariables.colour]'))
  const { id: deploymentId } = await t.rest.send(new CreateDeploymentCommand({ restApiId: id }))
  assert.equal((await t.call(id, '/x', { stage: 'blue' })).status, 403)
  await t.rest.send(
    new CreateStageCommand({
      restApiId: id,
      stageName: 'blue',
      deploymentId,
      variables: { colour: 'navy' },
    }),
  )
  assert.equal((await t.call(id, '/x', { stage: 'blue' })).body, '[navy]')
  await t.rest.send(
    new UpdateStageCommand({
      restApiId: id,
      stageName: 'blue',
      patchOperations: [{ op: 'replace', path: '/variables/colour', value: 'sky' }],
    }),
  )
  assert.equal((await t.call(id, '/x', { stage: 'blue' })).body, '[sky]')
})

test('what cannot be compiled is refused with the reason, and the old program stays', async () => {
  const id = await t.deploy(saying('good'))
  const body = Buffer.from(JSON.stringify(saying('#if(')))
  await t.rest.send(new PutRestApiCommand({ restApiId: id, mode: 'overwrite', body }))
  await assert.rejects(
    t.rest.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'test' })),
    { name: 'BadRequestException', message: /line 1/ },
  )
  assert.equal((await t.call(id, '/x')).body, 'good')
})

test('a deleted stage and a deleted API answer no more', async () => {
  const id = await t.deploy(saying('here'))
  await t.rest.send(new DeleteStageCommand({ restApiId: id, stageName: 'test' }))
  assert.equal((await t.call(id, '/x')).status, 403)
  const other = await t.deploy(saying('here'))
  await t.rest.send(new DeleteRestApiCommand({ restApiId: other }))
  assert.equal((await t.call(other, '/x')).status, 403)
})

test('no request is lost while programs are swapped', async () => {
  const id = await t.deploy(saying('0'))
  let isOver = false
  const statuses = new Set<number>()
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!isOver) statuses.add((await t.call(id, '/x')).status)
    }),
  )
  for (let round = 1; round <= 5; round++) await t.redeploy(id, saying(String(round)))
  isOver = true
  await load
  assert.deepEqual([...statuses], [200])
})
