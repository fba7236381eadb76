/**
 * What becomes of each header that AWS's tables name ("Amazon API Gateway important notes" for REST APIs, and answers
 * recorded from AWS, which win): sent by a client, mapped into a request, mapped into an answer, sent by a back end.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Answer,
  api,
  type Backend,
  mock,
  operation,
  rawExchange,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

/** Mapped: by HTTP types, by Lambda; answer: mapped, of a back end. `-`: not there, `R`: renamed, `500`: refused. */
const rules = `
  header                     http  lambda  answer  backend
  Accept                     pass  pass    pass    pass
  Accept-Charset             pass  pass    pass    pass
  Accept-Encoding            pass  pass    pass    pass
  Age                        pass  pass    pass    pass
  Authorization              pass  500     R       R
  Content-Encoding           pass  pass    pass    pass
  Content-Length             500   500     R       .
  Content-MD5                pass  pass    R       R
  Content-Type               pass  pass    pass    pass
  Date                       pass  pass    R       R
  Expect                     -     500     R       -
  Host                       pass  pass    R       R
  Max-Forwards               pass  pass    R       R
  Pragma                     pass  pass    pass    pass
  Proxy-Authenticate         -     500     R       -
  Range                      pass  pass    pass    pass
  Referer                    pass  pass    pass    pass
  Server                     pass  pass    R       R
  TE                         -     500     pass    -
  Trailer                    pass  pass    R       -
  Transfer-Encoding          500   500     -       .
  Upgrade                    pass  pass    R       -
  User-Agent                 pass  pass    R       R
  Via                        pass  pass    pass    -
  Warn                       pass  pass    pass    pass
  WWW-Authenticate           pass  pass    R       R
  X-Amzn-Trace-Id            500   500     pass    pass
  X-Amzn-Apigateway-Api-Id   500   500     pass    pass
  X-Amzn-RequestId           pass  pass    R       R
  X-Amz-Apigw-Id             pass  pass    -       -
  X-Forwarded-For            pass  pass    R       R
  X-Own                      pass  pass    pass    pass
`
const rows = rules
  .trim()
  .split('\n')
  .slice(1)
  .map(line => line.trim().split(/\s+/) as [string, string, string, string, string])

/** Never handed on, and not seen by mappings. */
const hidden = [
  'Connection',
  'Content-MD5',
  'Max-Forwards',
  'Proxy-Authenticate',
  'Server',
  'TE',
  'Trailer',
  'Upgrade',
  'WWW-Authenticate',
]

let t: TestGateway
let backend: Backend
let apiId: string
const value = 'own-value'

before(async () => {
  backend = await startBackend((request, response) => {
    const name = request.url?.split('/')[2] ?? ''
    if (name !== '') response.setHeader(name, value)
    response.end(JSON.stringify(request.rawHeaders))
  })
  t = await startGateway()
  const uri = await t.addFunction('identity', 'export const handler = async event => event')
  const paths: Record<string, object> = {
    '/proxied': { post: operation(to('http_proxy', backend.url)) },
    '/seen': { post: mock('#foreach($n in $input.params().header.keySet())$n,#end') },
  }
  for (const [name] of rows) {
    const mapped = { requestParameters: { [`integration.request.header.${name}`]: `'${value}'` } }
    paths[`/http/${name}`] = { post: operation({ ...to('http', backend.url), ...mapped }) }
    paths[`/http_proxy/${name}`] = {
      post: operation({ ...to('http_proxy', backend.url), ...mapped }),
    }
    paths[`/template/${name}`] = {
      post: operation({
        ...to('http', backend.url),
        requestTemplates: {
          'application/json': `#set($context.requestOverride.header["${name}"] = "${value}"){}`,
        },
      }),
    }
    paths[`/aws/${name}`] = { post: operation({ ...to('aws', uri), ...mapped }) }
    paths[`/answer/${name}`] = {
      post: operation(
        answering({ responseParameters: { [`method.response.header.${name}`]: `'${value}'` } }),
        {
          responses: {
            200: { description: '', headers: { [name]: { schema: { type: 'string' } } } },
          },
        },
      ),
    }
    paths[`/override/${name}`] = {
      post: operation(
        answering({
          responseTemplates: {
            'application/json': `#set($context.responseOverride.header["${name}"] = "${value}")`,
          },
        }),
      ),
    }
    paths[`/backend/${name}`] = {
      post: operation(to('http_proxy', `${backend.url}/answer/${name}`)),
    }
  }
  apiId = await t.deploy(api(paths))
})
after(async () => {
  await t.close()
  await backend.close()
})

function to(type: string, uri: string): object {
  return { type, httpMethod: 'POST', uri, responses: { default: { statusCode: '200' } } }
}

function answering(response: object): object {
  return {
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: { default: { statusCode: '200', ...response } },
  }
}

function ask(path: string): Promise<Answer> {
  return t.call(apiId, path, {
    method: 'POST',
    body: '{}',
    headers: ['Content-Type', 'application/json'],
  })
}

/** `pass`, `-` or `500`, by what the back end got. */
function fateAt({ status, json }: Answer, name: string): string {
  return status === 500 ? '500' : fateIn(json() as string[], name)
}

function fateIn(headers: readonly string[], name: string): string {
  const names = headers.filter((_, i) => i % 2 === 0 && headers[i + 1] === value)
  if (names.includes(name)) return 'pass'
  return names.includes(`x-amzn-Remapped-${name}`) ? 'R' : '-'
}

for (const [name, http, lambda, answer, behind] of rows) {
  test(`${name}: ${http} ${lambda} ${answer} ${behind}`, async () => {
    assert.equal(fateAt(await ask(`/http/${name}`), name), http, 'mapped, HTTP')
    assert.equal(fateAt(await ask(`/http_proxy/${name}`), name), http, 'mapped, HTTP_PROXY')
    assert.equal(fateAt(await ask(`/template/${name}`), name), http, 'by a template')
    const ofLambda = await ask(`/aws/${name}`)
    assert.equal(
      ofLambda.status === 200 ? 'pass' : String(ofLambda.status),
      lambda,
      'mapped, Lambda',
    )
    assert.equal(fateIn((await ask(`/answer/${name}`)).rawHeaders, name), answer, 'mapped, answer')
    assert.equal(fateIn((await ask(`/override/${name}`)).rawHeaders, name), answer, 'overridden')
    if (behind === '.') return
    assert.equal(fateIn((await ask(`/backend/${name}`)).rawHeaders, name), behind, 'of a back end')
  })
}

describe('what a client sends', () => {
  test('and is never handed on, nor seen by templates', async () => {
    const lines = hidden.map(name => `${name}: ${value}\r\n`).join('')
    const head = `Host: ${apiId}.execute-api.localhost\r\n${lines}X-Own: ${value}\r\nContent-Length: 0\r\n\r\n`
    for (const path of ['/proxied', '/seen']) {
      const answer = await rawExchange(t.gateway.port, `POST /test${path} HTTP/1.1\r\n${head}`, 500)
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
      assert.ok(body.includes('X-Own'), answer)
      for (const name of hidden) assert.ok(!body.includes(name), `${name} in ${body}`)
    }
  })

  test('HTTP_PROXY takes the back end’s Host, and no Content-Encoding', async () => {
    const headers = ['Content-Encoding', 'identity', 'X-HTTP-Method-Override', 'POST']
    const got = (await t.call(apiId, '/proxied', { method: 'POST', body: 'x', headers })).json()
    assert.ok(Array.isArray(got))
    assert.equal(got[got.indexOf('Host') + 1], new URL(backend.url).host)
    assert.ok(!got.includes('Content-Encoding') && !got.includes('X-HTTP-Method-Override'))
  })
})
