import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type BasePathMapping,
  CreateBasePathMappingCommand,
  type CreateBasePathMappingCommandInput,
  CreateDeploymentCommand,
  CreateDomainNameCommand,
  type CreateDomainNameCommandInput,
  CreateRestApiCommand,
  DeleteBasePathMappingCommand,
  DeleteDomainNameCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  type EndpointType,
  GetBasePathMappingCommand,
  GetBasePathMappingsCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateBasePathMappingCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, type Harness, refused, startControl } from './harness.ts'

const domainName = 'api.example.com'
const certificate = 'arn:aws:acm:us-east-1:000000000000:certificate/c-1'
const bad = ['BadRequestException', 400] as const
const noDomain = ['NotFoundException', 404, 'Invalid domain name identifier specified'] as const
const noMapping = [
  'NotFoundException',
  404,
  'Invalid base path mapping identifier specified',
] as const

const addDomain = ({ client }: Harness, input: Partial<CreateDomainNameCommandInput> = {}) =>
  client.send(
    new CreateDomainNameCommand({
      domainName,
      regionalCertificateArn: certificate,
      endpointConfiguration: { types: ['REGIONAL'] },
      ...input,
    }),
  )
const addPrivateDomain = (control: Harness) =>
  addDomain(control, {
    certificateArn: certificate,
    regionalCertificateArn: undefined,
    endpointConfiguration: { types: ['PRIVATE'] },
  })
const map = ({ client }: Harness, input: Omit<CreateBasePathMappingCommandInput, 'domainName'>) =>
  client.send(new CreateBasePathMappingCommand({ domainName, ...input }))
const get = ({ client }: Harness, basePath: string, domainNameId?: string) =>
  client.send(new GetBasePathMappingCommand({ domainName, domainNameId, basePath }))
const update = ({ client }: Harness, basePath: string, patchOperations: PatchOperation[]) =>
  client.send(new UpdateBasePathMappingCommand({ domainName, basePath, patchOperations }))
const list = async ({ client }: Harness) =>
  (await client.send(new GetBasePathMappingsCommand({ domainName }))).items

/** An API with the stage `dev`. */
async function addApi({ client }: Harness, type: EndpointType = 'REGIONAL'): Promise<string> {
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'x', endpointConfiguration: { types: [type] } }),
  )
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }))
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  return restApiId
}

test('a mapping comes, is listed, and goes', async () => {
  await using control = await startControl()
  await addDomain(control)
  const restApiId = await addApi(control)
  const want: BasePathMapping = { basePath: 'pets', restApiId, stage: 'dev' }
  const made = answer(await map(control, { basePath: 'pets', restApiId, stage: 'dev' }), 201)
  assert.deepEqual(made, want)
  assert.deepEqual(answer(await get(control, 'pets'), 200), want)
  assert.deepEqual(await list(control), [want])
  const remove = () =>
    control.client.send(new DeleteBasePathMappingCommand({ domainName, basePath: 'pets' }))
  answer(await remove(), 202)
  await refused(get(control, 'pets'), ...noMapping)
  await refused(remove(), ...noMapping)
})

test('no base path is written (none), and no stage leaves its choice to the caller', async () => {
  await using control = await startControl()
  await addDomain(control)
  const restApiId = await addApi(control)
  const cases = [{}, { basePath: '' }, { basePath: '(none)' }, { stage: '' }, { stage: '(none)' }]
  for (const input of cases) {
    const want = { basePath: '(none)', restApiId }
    assert.deepEqual(answer(await map(control, { ...input, restApiId }), 201), want)
    assert.deepEqual(answer(await get(control, '(none)'), 200), want)
    await control.client.send(new DeleteBasePathMappingCommand({ domainName, basePath: '(none)' }))
  }
})

test('every path of a mapping is patched, and a new base path moves it', async () => {
  await using control = await startControl()
  await addDomain(control)
  const [first, second] = [await addApi(control), await addApi(control)]
  await map(control, { basePath: 'a', restApiId: first, stage: 'dev' })
  const moved = await update(control, 'a', [
    { op: 'replace', path: '/basePath', value: 'b' },
    { op: 'replace', path: '/restapiId', value: second },
  ])
  assert.deepEqual(answer(moved, 200), { basePath: 'b', restApiId: second, stage: 'dev' })
  await refused(get(control, 'a'), ...noMapping)
  assert.deepEqual(await list(control), [{ basePath: 'b', restApiId: second, stage: 'dev' }])
  const bare = await update(control, 'b', [
    { op: 'replace', path: '/stage', value: '' },
    { op: 'replace', path: '/basepath', value: '(none)' },
  ])
  assert.deepEqual(answer(bare, 200), { basePath: '(none)', restApiId: second })
  const staged = await update(control, '(none)', [{ op: 'replace', path: '/stage', value: 'dev' }])
  assert.equal(staged.stage, 'dev')
})

test('mappings are listed in pages', async () => {
  await using control = await startControl()
  await addDomain(control)
  const restApiId = await addApi(control)
  for (const basePath of ['c', 'a', 'b']) await map(control, { basePath, restApiId })
  const { client } = control
  const first = await client.send(new GetBasePathMappingsCommand({ domainName, limit: 2 }))
  const { position } = first
  const next = new GetBasePathMappingsCommand({ domainName, limit: 2, position })
  const second = await client.send(next)
  const all = [...(first.items ?? []), ...(second.items ?? [])]
  assert.deepEqual(
    all.map(each => each.basePath),
    ['a', 'b', 'c'],
  )
})

test('a mapping that AWS would not make is refused', async () => {
  await using control = await startControl()
  await addDomain(control)
  const restApiId = await addApi(control)
  await map(control, { basePath: 'taken', restApiId })
  await map(control, { basePath: 'mine', restApiId, stage: 'dev' })
  const taken = ['ConflictException', 409, 'Base path already exists for this domain name'] as const
  await refused(map(control, { basePath: 'taken', restApiId }), ...taken)
  await refused(
    update(control, 'mine', [{ op: 'replace', path: '/basePath', value: 'taken' }]),
    ...taken,
  )
  const slash =
    "API Gateway V1 doesn't support the slash character (/) in base path mappings. " +
    'To create a multi-level base path mapping, use API Gateway V2.'
  const cases: [Partial<CreateBasePathMappingCommandInput>, message: string | RegExp][] = [
    [{ basePath: 'a/b' }, slash],
    [{ basePath: '/' }, slash],
    [{ basePath: 'ä' }, /Invalid base path/],
    [{ basePath: 'a b' }, /Invalid base path/],
    [{ basePath: 'a'.repeat(301) }, /Invalid base path/],
    [{ restApiId: 'nosuch' }, 'Invalid REST API identifier specified'],
    [{ stage: 'nosuch' }, 'Invalid stage identifier specified'],
    [{ restApiId: await addApi(control, 'PRIVATE') }, /Private APIs/],
  ]
  for (const [input, message] of cases) {
    await refused(map(control, { restApiId, basePath: 'x', ...input }), ...bad, message)
  }
  const patches: [PatchOperation, message: string | RegExp][] = [
    [{ op: 'replace', path: '/nosuch', value: 'x' }, 'Invalid patch path /nosuch'],
    [{ op: 'add', path: '/stage', value: 'x' }, 'Invalid patch path /stage'],
    [{ op: 'replace', path: '/stage', value: 'nosuch' }, 'Invalid stage identifier specified'],
    [{ op: 'replace', path: '/restapiId', value: 'no' }, 'Invalid REST API identifier specified'],
    [{ op: 'replace', path: '/basePath', value: 'a/b' }, slash],
  ]
  for (const [operation, message] of patches) {
    await refused(update(control, 'mine', [operation]), ...bad, message)
  }
  assert.equal((await list(control))?.length, 2)
  const nowhere = { domainName: 'nosuch.example.com' }
  await refused(
    control.client.send(new CreateBasePathMappingCommand({ ...nowhere, restApiId })),
    ...noDomain,
  )
  await refused(control.client.send(new GetBasePathMappingsCommand(nowhere)), ...noDomain)
})

test('a domain name with mutual TLS leads to regional APIs only', async () => {
  await using control = await startControl()
  await addDomain(control, { mutualTlsAuthentication: { truststoreUri: 's3://bucket/key' } })
  const restApiId = await addApi(control, 'EDGE')
  const message = 'Mutual TLS authentication is supported for Regional APIs only'
  await refused(map(control, { restApiId }), ...bad, message)
  answer(await map(control, { restApiId: await addApi(control) }), 201)
})

test('mappings of private domain names are named by their id, and lead to private APIs only', async () => {
  await using control = await startControl()
  const { domainNameId } = await addPrivateDomain(control)
  const restApiId = await addApi(control, 'PRIVATE')
  const made = await map(control, { domainNameId, restApiId, basePath: 'a' })
  assert.deepEqual(answer(made, 201), { basePath: 'a', restApiId })
  assert.equal((await get(control, 'a', domainNameId)).restApiId, restApiId)
  await refused(get(control, 'a'), ...noDomain)
  const open = await addApi(control)
  await refused(map(control, { domainNameId, restApiId: open }), ...bad, /Private APIs/)
})

test('what a domain name leads to is not deleted; a domain name takes its mappings along', async () => {
  await using control = await startControl()
  const { client } = control
  await addDomain(control)
  const restApiId = await addApi(control)
  await map(control, { restApiId, stage: 'dev' })
  const deleteApi = () => client.send(new DeleteRestApiCommand({ restApiId }))
  const deleteStage = () => client.send(new DeleteStageCommand({ restApiId, stageName: 'dev' }))
  await refused(
    deleteApi(),
    ...bad,
    `Deleting RestApi ${restApiId} failed. Please remove all base path mappings related to the RestApi ` +
      `in your domains: ${domainName}`,
  )
  await refused(
    deleteStage(),
    ...bad,
    'Deleting stage dev failed. Please remove all base path mappings related to the stage ' +
      `in your domains: ${domainName}`,
  )
  assert.deepEqual(
    control.changes.map(each => each.type),
    ['publish'],
  )
  await update(control, '(none)', [{ op: 'replace', path: '/stage', value: '' }])
  answer(await deleteStage(), 202)
  await client.send(new DeleteDomainNameCommand({ domainName }))
  answer(await deleteApi(), 202)
  await addDomain(control)
  assert.deepEqual(await list(control), [])
})
