/** A back end that asks who is there: the stage's client certificate over real TLS. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import {
  GenerateClientCertificateCommand,
  GetClientCertificateCommand,
  GetResourcesCommand,
  TestInvokeMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { selfSignedCertificate } from '../../src/base/x509.ts'
import { api, operation, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway
let server: Server
let apiId: string
let certificateId: string
let otherId: string

before(async () => {
  t = await startGateway()
  const known = await t.rest.send(new GenerateClientCertificateCommand({}))
  const other = await t.rest.send(new GenerateClientCertificateCommand({}))
  certificateId = known.clientCertificateId as string
  otherId = other.clientCertificateId as string
  const port = await startStrictBackEnd(known.pemEncodedCertificate as string)
  const uri = `https://localhost:${port}/who`
  const tlsConfig = { insecureSkipVerification: true }
  const passing = { uri, httpMethod: 'GET', tlsConfig }
  apiId = await t.deploy(
    api({
      '/proxy': { get: operation({ type: 'http_proxy', ...passing }) },
      '/mapped': {
        get: operation({ type: 'http', ...passing, responses: { default: { statusCode: '200' } } }),
      },
    }),
  )
})
after(async () => {
  await t.close()
  server.closeAllConnections()
  server.close()
})

/** Takes only who shows this very certificate, and says whom it saw. */
function startStrictBackEnd(clientPem: string): Promise<number> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const now = Date.now()
  const cert = selfSignedCertificate({
    ...keys,
    name: [['CN', 'localhost']],
    notBeforeMs: now - 60_000,
    notAfterMs: now + 3_600_000,
  })
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const tls = { cert, key, ca: [clientPem], requestCert: true, rejectUnauthorized: true }
  server = createServer(tls, (request, response) => {
    const peer = (request.socket as TLSSocket).getPeerX509Certificate()
    response.end(peer?.fingerprint256)
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0)
    })
  })
}

function showing(id: string) {
  const patchOperations = [{ op: 'replace' as const, path: '/clientCertificateId', value: id }]
  return t.rest.send(
    new UpdateStageCommand({ restApiId: apiId, stageName: 'test', patchOperations }),
  )
}

test('without a certificate the back end refuses the gateway', async () => {
  for (const path of ['/proxy', '/mapped']) {
    assert.ok((await t.call(apiId, path)).status >= 500, path)
  }
})

test("the stage's certificate is shown as soon as the stage names it, by HTTP and HTTP_PROXY", async () => {
  await showing(certificateId)
  const { pemEncodedCertificate } = await t.rest.send(
    new GetClientCertificateCommand({ clientCertificateId: certificateId }),
  )
  const shown = new X509Certificate(pemEncodedCertificate as string).fingerprint256
  for (const path of ['/proxy', '/mapped']) {
    const answer = await t.call(apiId, path)
    assert.equal(answer.status, 200, path)
    assert.equal(answer.body, shown, path)
  }
})

test('another certificate is shown in its place, not the one of connections that are open', async () => {
  await showing(otherId)
  assert.ok((await t.call(apiId, '/proxy')).status >= 500)
  await showing(certificateId)
  assert.equal((await t.call(apiId, '/proxy')).status, 200)
})

test('a certificate of ACM cannot be shown: every request is refused and the owner told why', async () => {
  await showing('arn:aws:acm:us-east-1:000000000000:certificate/1234')
  const answer = await t.call(apiId, '/proxy')
  assert.equal(answer.status, 500)
  const id = answer.headers['x-amzn-requestid']
  const explained = await fetch(`${t.gateway.url}/_portcullis/explain/${id}`)
  assert.match(await explained.text(), /certificates of ACM cannot be presented/)
  await showing(certificateId)
})

test('TestInvokeMethod shows the certificate that it is given', async () => {
  const { items = [] } = await t.rest.send(new GetResourcesCommand({ restApiId: apiId }))
  const resourceId = items.find(each => each.path === '/proxy')?.id
  const given = { restApiId: apiId, resourceId, httpMethod: 'GET' }
  const bare = await t.rest.send(new TestInvokeMethodCommand(given))
  assert.ok((bare.status ?? 0) >= 500)
  const shown = await t.rest.send(
    new TestInvokeMethodCommand({ ...given, clientCertificateId: certificateId }),
  )
  assert.equal(shown.status, 200)
})

test('the private key lies nowhere on disk in plain text', async () => {
  const patchOperations = [
    { op: 'replace' as const, path: '/clientCertificateId', value: certificateId },
  ]
  await t.rest.send(
    new UpdateStageCommand({ restApiId: apiId, stageName: 'test', patchOperations }),
  )
  const { pemEncodedCertificate = '' } = await t.rest.send(
    new GetClientCertificateCommand({ clientCertificateId: certificateId }),
  )
  assert.ok(pemEncodedCertificate.includes('BEGIN CERTIFICATE'))
  const folder = join(t.folder, 'data')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile())
  assert.ok(files.some(({ name }) => name === `${apiId}.test.sealed`))
  for (const { name, parentPath } of files) {
    const bytes = await readFile(join(parentPath, name))
    assert.ok(!bytes.includes('PRIVATE KEY'), name)
  }
})
