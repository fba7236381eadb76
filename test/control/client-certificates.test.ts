import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import test from 'node:test'
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  DeleteClientCertificateCommand,
  DeleteStageCommand,
  GenerateClientCertificateCommand,
  GetClientCertificateCommand,
  GetClientCertificatesCommand,
  GetStageCommand,
  GetTagsCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  TagResourceCommand,
  UpdateClientCertificateCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { clientCertificateKeys } from '../../src/control/certificate-records.ts'
import { answer, type Harness, refused, startControl } from './harness.ts'

const unknown = 'Invalid Client Certificate identifier specified'
const namespace = { account: '000000000000', region: 'us-east-1' }

test('a client certificate comes, changes and goes', async () => {
  await using control = await startControl()
  const { client } = control
  const made = answer(
    await client.send(
      new GenerateClientCertificateCommand({ description: 'd', tags: { team: 'pets' } }),
    ),
    201,
  )
  const { clientCertificateId, pemEncodedCertificate, createdDate, expirationDate } = made
  assert.match(clientCertificateId ?? '', /^[a-z0-9]{6}$/)
  assert.deepEqual(made, {
    clientCertificateId,
    description: 'd',
    pemEncodedCertificate,
    createdDate,
    expirationDate,
    tags: { team: 'pets' },
  })
  const get = () => client.send(new GetClientCertificateCommand({ clientCertificateId }))
  assert.deepEqual(answer(await get(), 200), made)
  assert.deepEqual(answer(await client.send(new GetClientCertificatesCommand({})), 200), {
    items: [made],
  })

  const patchOperations = [{ op: 'replace' as const, path: '/description', value: 'new' }]
  const update = new UpdateClientCertificateCommand({ clientCertificateId, patchOperations })
  assert.deepEqual(answer(await client.send(update), 200), { ...made, description: 'new' })

  const resourceArn = `arn:aws:apigateway:us-east-1::/clientcertificates/${clientCertificateId}`
  await client.send(new TagResourceCommand({ resourceArn, tags: { a: 'b' } }))
  const { tags } = await client.send(new GetTagsCommand({ resourceArn }))
  assert.deepEqual(tags, { team: 'pets', a: 'b' })

  answer(await client.send(new DeleteClientCertificateCommand({ clientCertificateId })), 202)
  await refused(get(), 'NotFoundException', 404, unknown)
  assert.deepEqual(await control.store.scan(clientCertificateKeys), [])
})

test('the certificate is real: RSA 2048, self-signed, valid for 365 days, and its key is kept', async () => {
  await using control = await startControl()
  const made = await control.client.send(new GenerateClientCertificateCommand({}))
  const certificate = new X509Certificate(made.pemEncodedCertificate ?? '')
  assert.equal(certificate.subject, 'C=US\nL=Seattle\nCN=ApiGateway')
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.modulusLength, 2048)
  assert.ok(certificate.verify(certificate.publicKey))
  assert.deepEqual(certificate.validFromDate, made.createdDate)
  assert.deepEqual(certificate.validToDate, made.expirationDate)
  const days =
    (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000
  assert.equal(days, 365)
  const kept = await control.store.read(namespace, tx =>
    tx.get(clientCertificateKeys, '', made.clientCertificateId ?? ''),
  )
  assert.ok(certificate.checkPrivateKey(createPrivateKey(kept?.record.privateKeyPem ?? '')))
})

test('certificates are listed in pages', async () => {
  await using control = await startControl()
  const ids = new Set<string | undefined>()
  for (let i = 0; i < 3; i++) {
    ids.add(
      (await control.client.send(new GenerateClientCertificateCommand({}))).clientCertificateId,
    )
  }
  const first = await control.client.send(new GetClientCertificatesCommand({ limit: 2 }))
  const { position } = first
  const second = await control.client.send(new GetClientCertificatesCommand({ limit: 2, position }))
  const all = [...(first.items ?? []), ...(second.items ?? [])]
  assert.deepEqual(new Set(all.map(each => each.clientCertificateId)), ids)
  assert.equal(second.position, undefined)
})

test('a stage takes a certificate that exists, and keeps it from being deleted', async () => {
  await using control = await startControl()
  const { client } = control
  const restApiId = await deployedApi(control)
  const { clientCertificateId = '' } = await client.send(new GenerateClientCertificateCommand({}))
  const use = (value: string) => {
    const patchOperations = [{ op: 'replace' as const, path: '/clientCertificateId', value }]
    return client.send(new UpdateStageCommand({ restApiId, stageName: 'dev', patchOperations }))
  }
  const remove = () => client.send(new DeleteClientCertificateCommand({ clientCertificateId }))

  const acm = (region: string, account: string) =>
    `arn:aws:acm:${region}:${account}:certificate/c-1`
  for (const id of ['nosuch', acm('eu-west-1', '000000000000'), acm('us-east-1', '111111111111')]) {
    await refused(use(id), 'BadRequestException', 400, unknown)
  }
  assert.equal((await use(acm('us-east-1', '000000000000'))).clientCertificateId?.slice(-3), 'c-1')
  assert.equal((await use(clientCertificateId)).clientCertificateId, clientCertificateId)
  await refused(remove(), 'BadRequestException', 400, /in use by stage \w+\/dev/)
  // An empty value takes the certificate away.
  await use('')
  const stage = await client.send(new GetStageCommand({ restApiId, stageName: 'dev' }))
  assert.equal(stage.clientCertificateId, undefined)
  await use(clientCertificateId)
  await client.send(new DeleteStageCommand({ restApiId, stageName: 'dev' }))
  answer(await remove(), 202)
})

test('bad input is refused', async () => {
  await using control = await startControl()
  const { client } = control
  const { clientCertificateId } = await client.send(new GenerateClientCertificateCommand({}))
  const update = (op: 'add' | 'replace' | 'remove', path: string) =>
    client.send(
      new UpdateClientCertificateCommand({
        clientCertificateId,
        patchOperations: [{ op, path, value: 'x' }],
      }),
    )
  const code = ['BadRequestException', 400] as const
  await refused(update('add', '/description'), ...code, 'Invalid patch path /description')
  await refused(update('replace', '/pem'), ...code, 'Invalid patch path /pem')
  const tags = { 'aws:x': 'y' }
  await refused(client.send(new GenerateClientCertificateCommand({ tags })), ...code, /reserved/)
  for (const command of [GetClientCertificateCommand, DeleteClientCertificateCommand]) {
    const call = client.send(new command({ clientCertificateId: 'nosuch' }))
    await refused(call, 'NotFoundException', 404, unknown)
  }
})

async function deployedApi({ client }: Harness): Promise<string> {
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'x' }),
  )
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }))
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  return restApiId
}
