/** Text and bytes through a whole gateway ("Content type conversions in API Gateway" in the developer guide). */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  api,
  type Backend,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

const bytes = Buffer.from([0x89, 0x50, 0xff, 0xfe, 0x00])
const base64 = bytes.toString('base64')
const replaced = Buffer.from(bytes.toString('utf8'))
const handlings = {
  unset: {},
  text: { contentHandling: 'CONVERT_TO_TEXT' },
  binary: { contentHandling: 'CONVERT_TO_BINARY' },
}
type Handling = keyof typeof handlings

let t: TestGateway
let backend: Backend
/** What the back end got last. */
let received = Buffer.alloc(0)

before(async () => {
  backend = await startBackend((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received = Buffer.concat(chunks)
      response.setHeader('Content-Type', request.url === '/png' ? 'image/png' : 'text/plain')
      response.end(request.url === '/png' ? bytes : request.url === '/base64' ? base64 : 'plain')
    })
  })
  t = await startGateway()
})
after(async () => {
  await t.close()
  await backend.close()
})

function deploy(types: readonly string[], integration: object): Promise<string> {
  return t.deploy(
    api(
      { '/x': { post: operation(integration), options: operation(integration) } },
      { 'x-amazon-apigateway-binary-media-types': types },
    ),
  )
}

function http(path: string, request: object, response: object): object {
  const responses = { default: { statusCode: '200', ...response } }
  return { type: 'http', httpMethod: 'POST', uri: `${backend.url}${path}`, ...request, responses }
}

describe('what a back end gets', () => {
  const rows: readonly [string, string[], string, Handling, Buffer | string, Buffer | number][] = [
    ['text', [], 'text/plain', 'unset', 'aGk=', Buffer.from('aGk=')],
    ['text', [], 'text/plain', 'text', 'aGk=', Buffer.from('aGk=')],
    ['text', [], 'text/plain', 'binary', 'aGk=', Buffer.from('hi')],
    ['bytes', [], 'image/png', 'unset', bytes, replaced],
    ['no base64', [], 'image/png', 'binary', bytes, 500],
    ['text', ['image/png'], 'text/plain', 'unset', 'aGk=', Buffer.from('aGk=')],
    ['text', ['image/png'], 'text/plain', 'binary', 'aGk=', Buffer.from('hi')],
    ['bytes', ['image/png'], 'image/png', 'unset', bytes, bytes],
    ['bytes', ['image/png'], 'image/png', 'binary', bytes, bytes],
    ['bytes', ['image/png'], 'image/png', 'text', bytes, Buffer.from(base64)],
    ['bytes', ['image/*'], 'IMAGE/PNG; a=b', 'unset', bytes, bytes],
    ['text', ['*/*'], 'text/plain', 'text', 'hi', Buffer.from('aGk=')],
  ]
  for (const [what, types, type, handling, body, want] of rows) {
    test(`${what} of ${type}, binary types ${types}, contentHandling ${handling}`, async () => {
      const apiId = await deploy(types, http('/', handlings[handling], handlings.text))
      const headers = ['Content-Type', type, 'Accept', 'text/plain']
      const { status } = await t.call(apiId, '/x', { method: 'POST', headers, body })
      if (typeof want === 'number') assert.equal(status, want)
      else assert.deepEqual([status, received], [200, want])
    })
  }
})

describe('what a client gets', () => {
  const png = ['image/png']
  const rows: readonly [string, string[], string, Handling, Buffer | number][] = [
    ['/plain', [], 'text/plain', 'unset', Buffer.from('plain')],
    ['/base64', [], 'text/plain', 'binary', bytes],
    ['/png', [], 'image/png', 'unset', replaced],
    ['/plain', png, 'text/plain', 'unset', Buffer.from('plain')],
    ['/base64', png, 'text/plain', 'binary', bytes],
    ['/base64', png, 'image/png', 'unset', bytes],
    ['/base64', png, 'image/png', 'text', Buffer.from(base64)],
    ['/png', png, 'text/plain', 'unset', Buffer.from(base64)],
    ['/png', png, 'text/plain', 'binary', bytes],
    ['/png', png, 'image/png', 'unset', bytes],
    ['/png', png, 'image/png', 'text', Buffer.from(base64)],
    ['/png', png, 'text/plain, image/png', 'unset', Buffer.from(base64)],
    ['/png', [], 'image/png', 'binary', 500],
  ]
  for (const [path, types, accept, handling, want] of rows) {
    test(`of ${path}, binary types ${types}, Accept ${accept}, contentHandling ${handling}`, async () => {
      const apiId = await deploy(types, http(path, {}, handlings[handling]))
      const headers = ['Accept', accept]
      const answer = await t.call(apiId, '/x', { method: 'POST', headers })
      if (typeof want === 'number') assert.equal(answer.status, want)
      else assert.deepEqual([answer.status, answer.bytes], [200, want])
    })
  }

  test('base64 of a function without proxy comes in the quotes of JSON', async () => {
    const uri = await t.addFunction('base64', `export const handler = async () => '${base64}'`)
    const responses = { default: { statusCode: '200', ...handlings.binary } }
    const apiId = await deploy([], { type: 'aws', httpMethod: 'POST', uri, responses })
    const answer = await t.call(apiId, '/x', { method: 'POST', body: '{}' })
    assert.deepEqual(answer.bytes, bytes)
  })
})

describe('templates and bytes', () => {
  const preflight = {
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: {
      default: { statusCode: '200', responseTemplates: { 'application/json': 'fine' } },
    },
  }
  const browser = { method: 'OPTIONS', headers: ['Accept', '*/*'] }

  test('where all types are binary, a preflight is 500 and the owner learns what to set', async () => {
    const apiId = await deploy(['*/*'], preflight)
    const answer = await t.call(apiId, '/x', browser)
    assert.equal(answer.status, 500)
    const id = answer.headers['x-amzn-requestid']
    const explained = await fetch(`${t.gateway.url}/_portcullis/explain/${id}`)
    assert.match(await explained.text(), /Unable to transform request.*CONVERT_TO_TEXT/s)
  })

  test('and with contentHandling CONVERT_TO_TEXT it is answered', async () => {
    const apiId = await deploy(['*/*'], { ...preflight, ...handlings.text })
    const answer = await t.call(apiId, '/x', browser)
    assert.deepEqual([answer.status, answer.body], [200, 'fine'])
  })

  test('a template sees base64 where bytes are converted, and is 500 where they are not', async () => {
    const templates = { requestTemplates: { 'image/png': 'p $input.body' } }
    const send = { method: 'POST', headers: ['Content-Type', 'image/png'], body: bytes }
    const converting = await deploy(
      ['image/png'],
      http('/', { ...templates, ...handlings.text }, {}),
    )
    assert.equal((await t.call(converting, '/x', send)).status, 200)
    assert.equal(received.toString(), `p ${base64}`)
    const plain = await deploy(['image/png'], http('/', templates, {}))
    assert.equal((await t.call(plain, '/x', send)).status, 500)
  })

  test('a template cannot read the bytes of an answer', async () => {
    const responseTemplates = { 'application/json': '$input.body' }
    const apiId = await deploy(['image/png'], http('/png', {}, { responseTemplates }))
    const answer = await t.call(apiId, '/x', { method: 'POST', headers: ['Accept', 'image/png'] })
    assert.equal(answer.status, 500)
  })
})
