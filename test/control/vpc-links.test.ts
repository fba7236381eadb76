import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateVpcLinkCommand,
  type CreateVpcLinkCommandInput,
  DeleteVpcLinkCommand,
  GetVpcLinkCommand,
  GetVpcLinksCommand,
  UpdateVpcLinkCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

const targetArns = [
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/0123456789abcdef',
]

test('VPC links come, change and go', async () => {
  await using control = await startControl()
  const { client } = control
  const link = answer(await client.send(new CreateVpcLinkCommand({ name: 'l', targetArns })), 202)
  assert.deepEqual(link, { id: link.id, name: 'l', targetArns, status: 'PENDING' })
  const vpcLinkId = link.id
  const patchOperations = [{ op: 'replace' as const, path: '/description', value: 'd' }]
  await client.send(new UpdateVpcLinkCommand({ vpcLinkId, patchOperations }))
  const ready = {
    ...link,
    description: 'd',
    status: 'AVAILABLE',
    statusMessage: 'Your vpc link is ready for use',
  }
  const read = answer(await client.send(new GetVpcLinkCommand({ vpcLinkId })), 200)
  assert.deepEqual(read, { ...ready, tags: {} })
  assert.deepEqual((await client.send(new GetVpcLinksCommand({}))).items, [ready])
  answer(await client.send(new DeleteVpcLinkCommand({ vpcLinkId })), 202)
  await refused(
    client.send(new GetVpcLinkCommand({ vpcLinkId })),
    'NotFoundException',
    404,
    'Invalid Vpc Link identifier specified',
  )
})

test('a VPC link that AWS would not make is refused in its words', async () => {
  await using control = await startControl()
  const cases: [Partial<CreateVpcLinkCommandInput>, message: string | RegExp][] = [
    [{ name: '' }, 'Name cannot be empty'],
    [{ targetArns: ['invalid-arn'] }, 'Invalid ARN. ARN is not well formed invalid-arn'],
    [{ targetArns: [] }, /exactly one/],
  ]
  for (const [given, message] of cases) {
    const call = control.client.send(new CreateVpcLinkCommand({ name: 'l', targetArns, ...given }))
    await refused(call, 'BadRequestException', 400, message)
  }
})
