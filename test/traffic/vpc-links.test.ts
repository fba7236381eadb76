import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { UpdateStageCommand } from '@aws-sdk/client-api-gateway'
import { createGateway } from '../../src/gateway.ts'
import {
  localhostCertificate,
  localhostKey,
} from '../../src/integrations/http/fixtures/certificates.ts'
import type { Address } from '../../src/integrations/private-network.ts'
import {
  type Answer,
  api,
  type Backend,
  collectingLog,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
  testOptions,
} from './harness.ts'

const loadBalancer = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/pets/1'
const listener = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/pets/1/2'

let t: TestGateway
let plain: Backend
let secure: Backend
let apiId: string

/** Says what it was asked for, and under which name. */
const echo: RequestListener = ({ method, url, headers, socket }, response) => {
  const { servername } = socket as TLSSocket
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify({ method, url, host: headers.host, servername }))
}

function startSecureBackend(): Promise<Backend> {
  const server = createServer({ cert: localhostCertificate, key: localhostKey }, echo)
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({
        url: `https://127.0.0.1:${port}`,
        port,
        close: () =>
          new Promise(done => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}

function viaLink(uri: string, more: object = {}): object {
  const link = { type: 'http_proxy', httpMethod: 'GET', connectionType: 'VPC_LINK' }
  return { get: operation({ ...link, connectionId: 'link01', uri, ...more }) }
}

function viaListener(uri: string, more: object = {}): object {
  return viaLink(uri, { connectionId: 'link2a', integrationTarget: listener, ...more })
}

/** Not a proxy; answers what the back end said. */
function mapped(template: string): object {
  return {
    type: 'http',
    requestTemplates: { 'application/json': template },
    responses: { default: { statusCode: '200' } },
  }
}

function withId(methods: object): object {
  const parameter = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }
  return { parameters: [parameter], ...methods }
}

before(async () => {
  plain = await startBackend(echo)
  secure = await startSecureBackend()
  const here = { host: '127.0.0.1', port: plain.port }
  t = await startGateway({
    vpcLinks: new Map<string, Address>([
      ['link01', here],
      ['noport', { host: '127.0.0.1', port: null }],
      ['tls001', { host: '127.0.0.1', port: secure.port }],
      ['meta01', { host: '169.254.169.254', port: 80 }],
    ]),
    listeners: new Map([
      [listener, here],
      [loadBalancer, { host: '127.0.0.1', port: secure.port }],
    ]),
  })
  const taken = { tlsConfig: { insecureSkipVerification: true } }
  const path = { requestParameters: { 'integration.request.path.id': 'method.request.path.id' } }
  const uri = 'http://pets.internal:8080/base/{id}'
  apiId = await t.deploy(
    api({
      '/first/{id}': withId(viaLink(`${uri}?fixed=1`, path)),
      '/mapped': viaLink('http://pets.internal/mapped', mapped('{}')),
      '/port': viaLink(`http://pets.internal:${plain.port}/`, { connectionId: 'noport' }),
      '/variable': viaLink('http://pets.internal/v', { connectionId: '${stageVariables.link}' }),
      '/secure': viaLink('https://localhost/s', { connectionId: 'tls001', ...taken }),
      '/untrusted': viaLink('https://localhost/s', { connectionId: 'tls001' }),
      '/misnamed': viaLink('https://pets.internal/s', { connectionId: 'tls001', ...taken }),
      '/second/{id}': withId(viaListener(uri, path)),
      '/second-secure': viaListener('https://localhost:8443/s', {
        integrationTarget: loadBalancer,
        ...taken,
      }),
      '/overridden/whole': viaListener(
        'http://pets.internal/base',
        mapped('#set($context.requestOverride.path = "/pets/a b?c")'),
      ),
      '/overridden/value/{id}': withId(
        viaListener(uri, mapped('#set($context.requestOverride.path.id = "8")')),
      ),
      '/overridden/proxy/{id}': withId(
        viaListener('http://pets.internal', {
          requestTemplates: {
            'application/json': '#set($context.requestOverride.path = "/$input.params(\'id\')")',
          },
        }),
      ),
      '/unknown/link': viaLink(plain.url, { connectionId: 'nolink' }),
      '/unknown/target': viaListener(plain.url, { integrationTarget: `${listener}/no` }),
      '/target-of-no-link': viaListener(plain.url, { connectionType: 'INTERNET' }),
      '/metadata': viaLink('http://pets.internal/', { connectionId: 'meta01' }),
    }),
  )
})

after(async () => {
  await t.close()
  await Promise.all([plain.close(), secure.close()])
})

function get(path: string): Promise<Answer> {
  return t.call(apiId, path)
}

test('a link leads to its address; path, query and Host are those of the URI', async () => {
  const { status, json } = await get('/first/7?x=1&x=2')
  assert.equal(status, 200)
  const asked = { method: 'GET', host: 'pets.internal:8080' }
  assert.deepEqual(json(), { ...asked, url: '/base/7?fixed=1&x=1&x=2' })
  assert.deepEqual((await get('/mapped')).json(), {
    method: 'GET',
    host: 'pets.internal',
    url: '/mapped',
  })
})

test('an address without a port takes that of the URI', async () => {
  assert.equal((await get('/port')).status, 200)
})

test('a stage variable names the link', async () => {
  const missing = await get('/variable')
  assert.equal(missing.status, 500)
  const set = { op: 'replace', path: '/variables/link', value: 'link01' } as const
  await t.rest.send(
    new UpdateStageCommand({ restApiId: apiId, stageName: 'test', patchOperations: [set] }),
  )
  assert.equal((await get('/variable')).status, 200)
})

test('the name in an https URI is asked for and must be on the certificate', async () => {
  const { status, json } = await get('/secure')
  assert.equal(status, 200)
  assert.deepEqual(json(), { method: 'GET', url: '/s', host: 'localhost', servername: 'localhost' })
  assert.equal((await get('/misnamed')).status, 500)
  assert.equal((await get('/untrusted')).status, 500)
})

test('behind a link of the second kind the listener is called, with the stage in the path', async () => {
  const { json } = await get('/second/7?x=1')
  assert.deepEqual(json(), { method: 'GET', url: '/test/base/7?x=1', host: 'pets.internal:8080' })
  const overTls = (await get('/second-secure')).json()
  const asked = { method: 'GET', url: '/test/s', host: 'localhost:8443', servername: 'localhost' }
  assert.deepEqual(overTls, asked)
})

test('a template that overrides the path takes the stage away', async () => {
  const cases = [
    ['/overridden/whole', '/pets/a%20b%3Fc'],
    ['/overridden/value/7', '/base/8'],
    ['/overridden/proxy/7?x=1', '/7?x=1'],
  ] as const
  for (const [path, url] of cases) {
    const { status, body } = await get(path)
    assert.equal(status, 200, body)
    assert.equal(JSON.parse(body).url, url)
  }
  const { status, body } = await get('/overridden/proxy/%2e%2e')
  assert.deepEqual([status, body], [400, '{"message": "Invalid request parameters"}'])
})

test('a link that leads nowhere refuses, and whoever deployed was told the option', async () => {
  const remedies = [
    [
      '/unknown/link',
      'VPC link nolink has no address here: start the gateway with --vpc-link nolink=',
    ],
    ['/unknown/target', `--listener ${listener}/no=http://`],
    ['/target-of-no-link', 'names a target, and no VPC link'],
  ] as const
  for (const [path, remedy] of remedies) {
    const { status, body, headers } = await get(path)
    assert.equal(status, 500)
    assert.equal(body, '{"message": "Internal server error"}')
    assert.equal(headers['x-amzn-errortype'], 'InternalServerErrorException')
    const remarks = t.complaints.filter(line => line.includes(`GET ${path} refuses every request`))
    assert.ok(
      remarks.some(line => line.includes(remedy)),
      remarks.join('\n'),
    )
  }
})

test('a link to a metadata address is not followed', async () => {
  assert.equal((await get('/metadata')).status, 504)
})

test('a start with other options tells what leads nowhere now', async () => {
  const changes = { vpcLinks: new Map([['link01', { host: '127.0.0.1', port: plain.port }]]) }
  const first = await startGateway(changes)
  try {
    await first.deploy(api({ '/pets': viaLink('http://pets.internal/') }))
    assert.deepEqual(first.complaints, [])
    await first.gateway.close()
    const complaints: string[] = []
    const again = await createGateway(testOptions(join(first.folder, 'data')), {
      log: collectingLog(complaints),
    })
    await again.close()
    assert.match(complaints.join('\n'), /GET \/pets refuses every request: .*--vpc-link link01=/)
  } finally {
    await first.close()
  }
})
