import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateDomainNameAccessAssociationCommand,
  type CreateDomainNameAccessAssociationCommandInput,
  CreateDomainNameCommand,
  DeleteDomainNameAccessAssociationCommand,
  DeleteDomainNameCommand,
  GetDomainNameAccessAssociationsCommand,
  GetTagsCommand,
  RejectDomainNameAccessAssociationCommand,
  TagResourceCommand,
} from '@aws-sdk/client-api-gateway'
import { domainAccess } from '../../src/control/domain-records.ts'
import { answer, type Harness, refused, startControl } from './harness.ts'

const domainName = 'private.example.com'
const bad = ['BadRequestException', 400] as const
const missing = [
  'NotFoundException',
  404,
  'Invalid domain name access association identifier specified',
] as const

async function addDomain({ client }: Harness): Promise<{ id: string; domainNameArn: string }> {
  const { domainNameId: id = '', domainNameArn = '' } = await client.send(
    new CreateDomainNameCommand({
      domainName,
      certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/c-1',
      endpointConfiguration: { types: ['PRIVATE'] },
    }),
  )
  return { id, domainNameArn }
}

const associate = (
  { client }: Harness,
  input: Pick<CreateDomainNameAccessAssociationCommandInput, 'domainNameArn'> &
    Partial<CreateDomainNameAccessAssociationCommandInput>,
) =>
  client.send(
    new CreateDomainNameAccessAssociationCommand({
      accessAssociationSourceType: 'VPCE',
      accessAssociationSource: 'vpce-0abc',
      ...input,
    }),
  )

test('an association comes, is listed, tagged, rejected, and goes', async () => {
  await using control = await startControl()
  const { client } = control
  const { id, domainNameArn } = await addDomain(control)
  const made = answer(await associate(control, { domainNameArn, tags: { a: 'b' } }), 201)
  const domainNameAccessAssociationArn =
    'arn:aws:apigateway:us-east-1:000000000000:/domainnameaccessassociations/domainname/' +
    `${domainName}+${id}/vpcesource/vpce-0abc`
  assert.deepEqual(made, {
    domainNameAccessAssociationArn,
    domainNameArn,
    accessAssociationSourceType: 'VPCE',
    accessAssociationSource: 'vpce-0abc',
    tags: { a: 'b' },
  })
  const list = async (resourceOwner?: 'SELF' | 'OTHER_ACCOUNTS') =>
    (await client.send(new GetDomainNameAccessAssociationsCommand({ resourceOwner }))).items
  assert.deepEqual(await list(), [made])
  assert.deepEqual(await list('SELF'), [made])
  assert.deepEqual(await list('OTHER_ACCOUNTS'), [])

  const resourceArn = domainNameAccessAssociationArn
  await client.send(new TagResourceCommand({ resourceArn, tags: { c: 'd' } }))
  const { tags } = await client.send(new GetTagsCommand({ resourceArn }))
  assert.deepEqual(tags, { a: 'b', c: 'd' })

  const names = { domainNameAccessAssociationArn, domainNameArn }
  answer(await client.send(new RejectDomainNameAccessAssociationCommand(names)), 202)
  assert.equal((await control.store.scan(domainAccess))[0]?.record.isRejected, true)
  assert.deepEqual(await list(), [{ ...made, tags }])

  const remove = () =>
    client.send(new DeleteDomainNameAccessAssociationCommand({ domainNameAccessAssociationArn }))
  answer(await remove(), 202)
  await refused(remove(), ...missing)
  assert.deepEqual(await list(), [])
})

test('associations are listed in pages, and go with their domain name', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: domainNameId, domainNameArn } = await addDomain(control)
  for (const each of ['vpce-1', 'vpce-2', 'vpce-3']) {
    await associate(control, { domainNameArn, accessAssociationSource: each })
  }
  const page = (position?: string) =>
    client.send(new GetDomainNameAccessAssociationsCommand({ limit: 2, position }))
  const first = await page()
  const second = await page(first.position)
  assert.equal(first.items?.length, 2)
  assert.equal(second.items?.[0]?.accessAssociationSource, 'vpce-3')
  await client.send(new DeleteDomainNameCommand({ domainName, domainNameId }))
  assert.deepEqual((await page()).items, [])
})

test('bad input is refused', async () => {
  await using control = await startControl()
  const { client } = control
  const { id, domainNameArn } = await addDomain(control)
  const { domainNameAccessAssociationArn: arn } = await associate(control, { domainNameArn })
  await refused(associate(control, { domainNameArn }), 'ConflictException', 409, /already exists/)
  const publicArn = 'arn:aws:apigateway:us-east-1::/domainnames/public.example.com'
  await client.send(
    new CreateDomainNameCommand({
      domainName: 'public.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/c-1',
    }),
  )
  const arns = [
    'x',
    publicArn,
    `arn:aws:apigateway:us-east-1:111111111111:/domainnames/${domainName}+${id}`,
    `arn:aws:apigateway:eu-west-1:000000000000:/domainnames/${domainName}+${id}`,
    `arn:aws:apigateway:us-east-1:000000000000:/domainnames/${domainName}`,
    `arn:aws:apigateway:us-east-1:000000000000:/domainnames/${'x'.repeat(3000)}`,
  ]
  for (const each of arns) {
    await refused(associate(control, { domainNameArn: each }), ...bad, /domain name ARN/)
    const names = { domainNameAccessAssociationArn: arn, domainNameArn: each }
    const call = client.send(new RejectDomainNameAccessAssociationCommand(names))
    await refused(call, 'NotFoundException', 404, /Invalid domain name/)
  }
  for (const accessAssociationSource of [
    '',
    'vpc-1',
    'vpce-',
    'vpce-1/x',
    `vpce-${'1'.repeat(99)}`,
  ]) {
    await refused(
      associate(control, { domainNameArn, accessAssociationSource }),
      ...bad,
      /Invalid access association source/,
    )
  }
  const type = { accessAssociationSourceType: 'VPC' as 'VPCE' }
  const wrongType = associate(control, { domainNameArn, ...type })
  await refused(wrongType, 'ValidationException', 400, /accessAssociationSourceType/)
  for (const each of ['x', domainNameArn, `${arn}x`]) {
    const input = { domainNameAccessAssociationArn: each }
    await refused(client.send(new DeleteDomainNameAccessAssociationCommand(input)), ...missing)
  }
})
