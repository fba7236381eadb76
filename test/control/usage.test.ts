import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetUsageCommand,
  type GetUsageCommandInput,
  type QuotaSettings,
  UpdateUsageCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

async function makePlan(client: APIGatewayClient, quota?: QuotaSettings) {
  const { id: usagePlanId = '' } = await client.send(
    new CreateUsagePlanCommand({ name: 'p', ...(quota && { quota }) }),
  )
  const { id: keyId = '' } = await client.send(new CreateApiKeyCommand({ name: 'k' }))
  await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))
  return { usagePlanId, keyId }
}

function extend(plan: { usagePlanId: string; keyId: string }, value: string, path = '/remaining') {
  return new UpdateUsageCommand({ ...plan, patchOperations: [{ op: 'replace', path, value }] })
}

test('usage is told per key and day, with what remains of the quota', async () => {
  await using control = await startControl()
  const { client } = control
  const { usagePlanId, keyId } = await makePlan(client, { limit: 10, period: 'DAY' })
  const period = { usagePlanId, startDate: '2026-02-27', endDate: '2026-03-01' }
  const want = {
    ...period,
    items: {
      [keyId]: [
        [0, 10],
        [0, 10],
        [0, 10],
      ],
    },
  }
  assert.deepEqual(answer(await client.send(new GetUsageCommand(period)), 200), want)
  assert.deepEqual(answer(await client.send(new GetUsageCommand({ ...period, keyId })), 200), want)
})

test('what UpdateUsage gives a key holds until the period ends', async () => {
  await using control = await startControl()
  const { client, clock } = control
  const plan = await makePlan(client, { limit: 10, period: 'MONTH' })
  const today = new Date(clock.now()).toISOString().slice(0, 10)
  const given = answer(await client.send(extend(plan, '500')), 200)
  assert.deepEqual(given, {
    usagePlanId: plan.usagePlanId,
    startDate: today,
    endDate: today,
    items: { [plan.keyId]: [[0, 500]] },
  })
  clock.advance(31 * 86_400_000)
  const later = new Date(clock.now()).toISOString().slice(0, 10)
  const { items } = await client.send(
    new GetUsageCommand({ usagePlanId: plan.usagePlanId, startDate: today, endDate: later }),
  )
  assert.equal(items?.[plan.keyId]?.[0]?.[1], 500)
  assert.equal(items?.[plan.keyId]?.at(-1)?.[1], 10)
})

test('a key that leaves the plan takes its extension along', async () => {
  await using control = await startControl()
  const { client, clock } = control
  const plan = await makePlan(client, { limit: 10, period: 'DAY' })
  await client.send(extend(plan, '99'))
  await client.send(new DeleteUsagePlanKeyCommand(plan))
  await client.send(new CreateUsagePlanKeyCommand({ ...plan, keyType: 'API_KEY' }))
  const today = new Date(clock.now()).toISOString().slice(0, 10)
  const { items } = await client.send(
    new GetUsageCommand({ usagePlanId: plan.usagePlanId, startDate: today, endDate: today }),
  )
  assert.deepEqual(items, { [plan.keyId]: [[0, 10]] })
})

test('keys come in pages', async () => {
  await using control = await startControl()
  const { client } = control
  const { usagePlanId } = await makePlan(client, { limit: 1, period: 'DAY' })
  for (const name of ['b', 'c']) {
    const { id: keyId = '' } = await client.send(new CreateApiKeyCommand({ name }))
    await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }))
  }
  const seen = new Set<string>()
  let position: string | undefined
  do {
    const page = await client.send(
      new GetUsageCommand({
        usagePlanId,
        startDate: '2026-01-01',
        endDate: '2026-01-01',
        limit: 2,
        ...(position && { position }),
      }),
    )
    for (const id of Object.keys(page.items ?? {})) seen.add(id)
    position = page.position
  } while (position !== undefined)
  assert.equal(seen.size, 3)
})

test('a wrong period, plan, key or amount is refused', async () => {
  await using control = await startControl()
  const { client } = control
  const plan = await makePlan(client, { limit: 10, period: 'WEEK' })
  const open = await makePlan(client)
  const bad = 'BadRequestException'
  const good = { usagePlanId: plan.usagePlanId, startDate: '2026-01-01', endDate: '2026-01-02' }
  const cases: [Partial<GetUsageCommandInput>, code: string, status: number, message: RegExp][] = [
    [{ startDate: '2026-02-30' }, bad, 400, /Invalid date specified: 2026-02-30/],
    [{ startDate: 'yesterday' }, bad, 400, /Invalid date/],
    [{ startDate: '2026-01-03' }, bad, 400, /not be after/],
    [{ endDate: '2026-04-01' }, bad, 400, /at most 90 days/],
    [{ usagePlanId: 'none' }, 'NotFoundException', 404, /Invalid Usage Plan ID specified/],
    [{ keyId: 'none' }, 'NotFoundException', 404, /Invalid Usage Plan Key identifier/],
  ]
  for (const [wrong, code, status, message] of cases) {
    await refused(client.send(new GetUsageCommand({ ...good, ...wrong })), code, status, message)
  }
  await refused(client.send(extend(plan, '-1')), bad, 400, 'Invalid remaining quota specified')
  await refused(client.send(extend(plan, '1', '/used')), bad, 400, 'Invalid patch path /used')
  await refused(client.send(extend(open, '1')), bad, 400, 'Usage Plan has no quota')
})
