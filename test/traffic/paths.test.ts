/**
 * However a client writes a path, what is chosen by it is chosen by the same path: the route, the name under which policies
 * know the request (the method's ARN), the event of a function and the URI of a back end. Where they saw different paths,
 * one could be asked for and another be reached.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { countDotSegments } from '../../src/base/dot-segments.ts'
import { locate } from '../../src/http/address.ts'
import { methodArnFor } from '../../src/pipeline/method-arn.ts'
import type { Program } from '../../src/program/program.ts'
import {
  api,
  type Backend,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

const resources = ['/', '/pets', '/pets/{id}', '/pets/{id}/toys', '/files/{proxy+}', '/{proxy+}']

/** What a policy for all requests of a resource would have. */
function patternOf(resource: string): string {
  return resource.replace(/\{[a-z]+\+\}/, '.+').replace(/\{[a-z]+\}/, '[^/]+')
}

let t: TestGateway
let backend: Backend
let proxied: string
let invoked: string

before(async () => {
  backend = await startBackend((request, response) => {
    response.end(JSON.stringify({ url: request.url, resource: request.headers['x-resource'] }))
  })
  t = await startGateway()
  proxied = await t.deploy(api(pathsOf(proxyTo)))
  const uri = await t.addFunction(
    'event',
    'export const handler = async event => ({ body: JSON.stringify(event) })',
  )
  const toFunction = operation({ type: 'aws_proxy', httpMethod: 'POST', uri })
  invoked = await t.deploy(api(pathsOf(() => toFunction)))
})
after(async () => {
  await t.close()
  await backend.close()
})

function pathsOf(operationOf: (path: string) => object): Record<string, object> {
  return Object.fromEntries(resources.map(path => [path, { get: operationOf(path) }]))
}

/** The back end is asked for the resource's own path behind `/back`. */
function proxyTo(path: string): object {
  const name = /\{([a-z]+)\+?\}/.exec(path)?.[1]
  const mapped = name && { [`integration.request.path.${name}`]: `method.request.path.${name}` }
  return operation(
    {
      type: 'http_proxy',
      httpMethod: 'GET',
      uri: `${backend.url}/back${path.replace('+', '')}`,
      requestParameters: {
        'integration.request.header.X-Resource': 'context.resourcePath',
        ...mapped,
      },
    },
    name === undefined
      ? {}
      : { parameters: [{ name, in: 'path', required: true, type: 'string' }] },
  )
}

interface Event {
  readonly resource: string
  readonly path: string
  readonly pathParameters: Record<string, string> | null
  readonly requestContext: { readonly path: string; readonly resourcePath: string }
}

/** `asked`: behind the stage; what the function gets. */
const events = [
  { asked: '', resource: '/', path: '/', parameters: null },
  { asked: '//', resource: '/', path: '/', parameters: null },
  { asked: '//pets', resource: '/pets', path: '/pets', parameters: null },
  { asked: '///pets/7', resource: '/pets/{id}', path: '/pets/7', parameters: { id: '7' } },
  { asked: '/pets/', resource: '/pets', path: '/pets/', parameters: null },
  { asked: '/pets//', resource: '/{proxy+}', path: '/pets//', parameters: { proxy: 'pets/' } },
  { asked: '/pets//7', resource: '/{proxy+}', path: '/pets//7', parameters: { proxy: 'pets//7' } },
  { asked: '/a//b/', resource: '/{proxy+}', path: '/a//b/', parameters: { proxy: 'a//b' } },
  { asked: '/Pets', resource: '/{proxy+}', path: '/Pets', parameters: { proxy: 'Pets' } },
  {
    asked: '/pets;a=b',
    resource: '/{proxy+}',
    path: '/pets;a=b',
    parameters: { proxy: 'pets;a=b' },
  },
  { asked: '/./pets', resource: '/{proxy+}', path: '/./pets', parameters: { proxy: './pets' } },
  {
    asked: '/x/../pets',
    resource: '/{proxy+}',
    path: '/x/../pets',
    parameters: { proxy: 'x/../pets' },
  },
  { asked: '/pets/..', resource: '/pets/{id}', path: '/pets/..', parameters: { id: '..' } },
  {
    asked: '/pets%2F7',
    resource: '/{proxy+}',
    path: '/pets%2F7',
    parameters: { proxy: 'pets%2F7' },
  },
  {
    asked: '/pets/a%2Fb',
    resource: '/pets/{id}',
    path: '/pets/a%2Fb',
    parameters: { id: 'a%2Fb' },
  },
  { asked: '/pets/%zz', resource: '/pets/{id}', path: '/pets/%zz', parameters: { id: '%zz' } },
  { asked: '/%70ets', resource: '/{proxy+}', path: '/%70ets', parameters: { proxy: '%70ets' } },
]

for (const { asked, resource, path, parameters } of events) {
  test(`${asked || 'no path'} is ${resource}, for the function too`, async () => {
    const event = (await t.call(invoked, asked)).json() as Event
    assert.deepEqual(
      [event.resource, event.path, event.pathParameters, event.requestContext],
      [
        resource,
        path,
        parameters,
        { ...event.requestContext, path: `/test${asked}`, resourcePath: resource },
      ],
    )
  })
}

test('route, ARN and URI are of one path, which leads nowhere else', async () => {
  const piece = fc.constantFrom(
    '/',
    '/',
    '//',
    '/.',
    '/..',
    ';',
    '.',
    '%2F',
    '%2f',
    '%2E',
    '\\',
    '%',
    '%zz',
    'pets',
    'PETS',
    'files',
    'toys',
    '7',
    '+',
    ':',
    '@',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async pieces => {
      const asked = `/${pieces.join('')}`
      const answer = await t.call(proxied, asked)
      const address = locate('a1.execute-api.x', `/test${asked}`)
      assert.ok(address.type === 'api')
      const arn = methodArnFor(
        { region: 'r', account: '1', apiId: 'a1', stageName: 'test' } as Program,
        'GET',
        address.path,
      )
      const named = arn.slice(arn.indexOf('/GET/') + 4)
      if (answer.status === 403) {
        assert.ok(!resources.includes(named), `${asked} is ${named} to policies, and no resource`)
        return
      }
      if (countDotSegments(named) > 0) {
        assert.equal(answer.status, 400, `${asked} has dots that back ends resolve`)
        return
      }
      const { url, resource } = answer.json() as { url: string; resource: string }
      const isOfResource = new RegExp(`^${patternOf(resource)}$`).test(named)
      const isOfAnother = resources.includes(named) && resource !== named
      assert.ok(isOfResource && !isOfAnother, `${asked} is ${resource}, to policies ${named}`)
      assert.equal(url, named === '/' ? '/back/' : `/back${named.replaceAll('\\', '%5C')}`)
    }),
    { numRuns: 150 },
  )
})
