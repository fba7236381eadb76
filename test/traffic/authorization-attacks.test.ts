/**
 * Ways around a resource policy: each row is sent byte for byte to a whole gateway, must be refused in AWS's words, and the
 * owner must find out which statement did it.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, mock, operation, startGateway, type TestGateway } from './harness.ts'
import { explained, hostOf, send } from './raw-call.ts'
import { type RawBackend, startRawBackend } from './raw-sockets.ts'

let t: TestGateway
let backend: RawBackend
/** Open, but for GET of what lies under /admin. */
let fenced = ''
/** What the back end was asked for, since the row began. */
const asked: string[] = []

const rest = { name: 'rest', in: 'path', required: true, schema: { type: 'string' } }

before(async () => {
  t = await startGateway()
  backend = await startRawBackend((socket, request) => {
    asked.push(request.slice(0, request.indexOf('\r\n')))
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  const passed = operation(
    {
      ...{ type: 'http_proxy', httpMethod: 'ANY', uri: `${backend.url}/{rest}` },
      requestParameters: { 'integration.request.path.rest': 'method.request.path.rest' },
    },
    { parameters: [rest] },
  )
  const everyone = { Principal: '*', Action: 'execute-api:Invoke' }
  const doors = ['execute-api:/*/GET/admin', 'execute-api:/*/GET/admin/*']
  fenced = await t.deploy(
    api(
      {
        '/admin': { get: mock('admin'), post: mock('post') },
        '/{rest+}': { 'x-amazon-apigateway-any-method': passed },
      },
      {
        'x-amazon-apigateway-policy': {
          Version: '2012-10-17',
          Statement: [
            { ...everyone, Effect: 'Allow', Resource: 'execute-api:/*' },
            { ...everyone, Sid: 'Fence', Effect: 'Deny', Resource: doors },
          ],
        },
      },
    ),
  )
})

after(async () => {
  await t.close()
  await backend.close()
})

describe('a path that means what is denied', () => {
  const host = `Host: ${'HOST'}`
  const override = (verb: string) => `X-HTTP-Method-Override: ${verb}`
  const rows: [name: string, line: string, lines?: readonly string[]][] = [
    ['plainly', 'GET /test/admin'],
    ['with a slash behind it', 'GET /test/admin/'],
    ['with two slashes before it', 'GET /test//admin'],
    ['with two slashes behind it', 'GET /test/admin//'],
    ['with a query', 'GET /test/admin?x'],
    ['below it', 'GET /test/admin/x'],
    ['below it, with a way up', 'GET /test/admin/../admin/x'],
    ['by an absolute target', 'GET http://HOST/test/admin', ['Host: elsewhere']],
    ['in another verb that is turned into it', 'POST /test/admin', [host, override('GET')]],
    ['in one that is turned into it in small letters', 'POST /test/admin', [host, override('get')]],
    ['whose last override counts', 'POST /test/admin', [host, override('PUT'), override('GET')]],
    ['by the path of other tools', 'GET /restapis/ID/test/_user_request_/admin', ['Host: x']],
    ['the same with two slashes', 'GET /restapis/ID/test/_user_request_//admin', ['Host: x']],
    ['by our own path', 'GET /_aws/execute-api/ID/test/admin', ['Host: x']],
    ['with a host in capital letters and a dot', 'GET /test/admin', ['Host: UPPER.']],
  ]
  for (const [name, line, lines = [host]] of rows) {
    test(name, async () => {
      const fill = (text: string) =>
        text
          .replace('UPPER', hostOf(fenced).toUpperCase())
          .replace('HOST', hostOf(fenced))
          .replace('ID', fenced)
      asked.length = 0
      const answer = await send(t.gateway.port, fill(line), [
        ...lines.map(fill),
        'Content-Length: 0',
      ])
      assert.equal(answer.status, 403)
      assert.match(
        answer.message,
        /^User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:\*{8}0000:\w+\/test\/GET\/admin\S* with an explicit deny$/,
      )
      assert.deepEqual(asked, [])
      assert.match(
        await explained(t.gateway.port, answer),
        /statement Fence of the resource policy denies/,
      )
    })
  }

  test('an override that is no verb leads to no method, not to ANY', async () => {
    for (const verb of ['GET/x', 'FOO', 'GET ', '*', 'CONNECT', 'TRACE']) {
      const lines = [`Host: ${hostOf(fenced)}`, override(verb), 'Content-Length: 0']
      const answer = await send(t.gateway.port, 'POST /test/pets', lines)
      // node trims the value.
      if (verb === 'GET ') assert.equal(answer.status, 200)
      else assert.equal(answer.errorType, 'MissingAuthenticationTokenException', verb)
    }
  })
})

describe('a path that is spelt otherwise is another path, for policy, route and back end alike', () => {
  const paths = [
    '/%61dmin',
    '/ADMIN',
    '/admin;x',
    '/admin%2Fx',
    '/admin%20',
    '/admin%00',
    '/admin%3Fx',
  ]
  for (const path of paths) {
    test(path, async () => {
      asked.length = 0
      const answer = await send(t.gateway.port, `GET /test${path}`, [`Host: ${hostOf(fenced)}`])
      assert.equal(answer.status, 200)
      assert.deepEqual(asked, [`GET ${path} HTTP/1.1`])
    })
  }
})

describe('a way up that a back end might follow goes to no back end', () => {
  const paths = ['/%2e/admin', '/./admin', '/x/../admin', '/x/%2e%2e/admin', '/..;/admin', '/..']
  for (const path of paths) {
    test(path, async () => {
      asked.length = 0
      const answer = await send(t.gateway.port, `GET /test${path}`, [`Host: ${hostOf(fenced)}`])
      assert.equal(answer.status, 400)
      assert.deepEqual(asked, [])
    })
  }
})
