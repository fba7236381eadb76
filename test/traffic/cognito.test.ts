import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { prepareJwtCheck } from '../../src/authorizers/jwt/http-api.ts'
import { RemoteIssuer } from '../../src/authorizers/jwt/issuer.ts'
import { TokenVerifier } from '../../src/authorizers/jwt/verifier.ts'
import { FakeClock } from '../../src/base/clock.ts'
import { fetchDocumentWith } from '../../src/fetch-document.ts'
import { HttpClient } from '../../src/integrations/http/client.ts'
import { OptionError, readOptions } from '../../src/options.ts'
import { api, mock, operation, startGateway, type TestGateway } from './harness.ts'
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts'

const pool = 'eu-west-1_Pool1'
const arnOf = (id: string) => `arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${id}`

let t: TestGateway
let oidc: OidcIssuer
let id = ''

before(async () => {
  oidc = await startOidcIssuer()
  t = await startGateway({ devIssuer: 'on', issuers: new Map([['eu-west-1_Oidc', oidc.url]]) })
  id = await guarded([pool, 'eu-west-1_Pool2'])
})
after(async () => {
  await t.close()
  await oidc.close()
})

let made = 0

/** `/` takes ID tokens, `/scoped` access tokens, `/event` tells what a function hears of the caller. */
async function guarded(
  pools: readonly string[],
  more: object = {},
  policy?: object,
): Promise<string> {
  const template =
    '{"sub":"$context.authorizer.claims.sub","mail":"$!context.authorizer.claims.email","all":"$context.authorizer.claims"}'
  const uri = await t.addFunction(
    `who${++made}`,
    'export const handler = async event => ({ body: JSON.stringify(event.requestContext.authorizer) })',
  )
  const event = operation({ type: 'aws_proxy', httpMethod: 'POST', uri })
  const mapped = operation(
    {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      responses: {
        default: {
          statusCode: '200',
          responseParameters: { 'method.response.header.X-Sub': 'context.authorizer.claims.sub' },
        },
      },
    },
    {
      responses: {
        200: { description: 'ok', headers: { 'X-Sub': { schema: { type: 'string' } } } },
      },
    },
  )
  return t.deploy(
    api(
      {
        '/': { get: { ...mock(template), security: [{ pool: [] }] } },
        '/scoped': { get: { ...mock(template), security: [{ pool: ['a/read', 'b/read'] }] } },
        '/event': { get: { ...event, security: [{ pool: [] }] } },
        '/mapped': { get: { ...mapped, security: [{ pool: [] }] } },
      },
      {
        ...(policy && { 'x-amazon-apigateway-policy': policy }),
        components: {
          securitySchemes: {
            pool: {
              type: 'apiKey',
              name: 'Authorization',
              in: 'header',
              'x-amazon-apigateway-authtype': 'cognito_user_pools',
              'x-amazon-apigateway-authorizer': {
                type: 'cognito_user_pools',
                providerARNs: pools.map(arnOf),
                ...more,
              },
            },
          },
        },
      },
    ),
  )
}

/** A token of the built-in issuer. */
async function mint(wish: object = {}, ofPool = pool): Promise<string> {
  const response = await fetch(`${t.gateway.url}/_portcullis/issuer/${ofPool}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  })
  assert.equal(response.status, 200, await response.clone().text())
  return ((await response.json()) as { token: string }).token
}

const get = (target: string, token?: string, api = id) =>
  t.call(api, target, { headers: token === undefined ? [] : ['Authorization', token] })

async function explained(headers: NodeJS.Dict<string | string[]>): Promise<string> {
  const url = `${t.gateway.url}/_portcullis/explain/${headers['x-amzn-requestid']}`
  return (await (await fetch(url)).text()).replaceAll(/\n {2,}/g, ' ')
}

test('an ID token opens, raw or as a bearer token, and templates read its claims one by one', async () => {
  const token = await mint({ claims: { sub: 'me', email: 'me@example.com' } })
  for (const value of [token, `Bearer ${token}`, `bearer ${token}`]) {
    const answer = await get('/', value)
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.json(), { sub: 'me', mail: 'me@example.com', all: '' })
  }
  assert.equal((await get('/mapped', token)).headers['x-sub'], 'me')
})

test('a function hears the claims as texts', async () => {
  const token = await mint({
    claims: { sub: 'me', 'cognito:groups': ['a', 'b'], email_verified: true, n: 1 },
  })
  const { claims, ...rest } = (await get('/event', token)).json() as {
    claims: Record<string, string>
  }
  assert.deepEqual(rest, {})
  assert.equal(claims['iss'], `https://cognito-idp.eu-west-1.amazonaws.com/${pool}`)
  assert.equal(claims['cognito:groups'], 'a,b')
  assert.equal(claims['email_verified'], 'true')
  assert.equal(claims['n'], '1')
  assert.match(
    String(claims['exp']),
    /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}$/,
  )
  assert.match(String(claims['auth_time']), /^\d+$/)
})

test('with scopes an access token with one of them opens', async () => {
  const access = (scope: string) => mint({ use: 'access', scope })
  assert.equal((await get('/scoped', await access('x/y a/read'))).status, 200)
  assert.equal((await get('/scoped', await access('b/read'))).status, 200)
  for (const token of [
    await access(''),
    await access('a'),
    await access('a/read/x'),
    await mint({ claims: { scope: 'a/read' } }),
  ]) {
    assert.equal((await get('/scoped', token)).status, 401)
  }
})

test('every pool of the authorizer opens, and no other', async () => {
  assert.equal((await get('/', await mint({}, 'eu-west-1_Pool2'))).status, 200)
  const other = await get('/', await mint({}, 'eu-west-1_Pool3'))
  assert.equal(other.status, 401)
  assert.match(
    await explained(other.headers),
    /the token's iss is "https:\/\/cognito-idp\.eu-west-1\.amazonaws\.com\/eu-west-1_Pool3", not https/,
  )
})

for (const { name, wish, target, message = 'Unauthorized', reason } of [
  {
    name: 'an access token where no scopes are asked',
    wish: { use: 'access', scope: 'a/read' },
    target: '/',
    reason: /token_use is "access", but the method asks for no scopes, so an ID token is needed/,
  },
  {
    name: 'an ID token where scopes are asked',
    wish: {},
    target: '/scoped',
    reason: /token_use is "id", but the method asks for scopes, so an access token is needed/,
  },
  {
    name: 'the wrong scopes',
    wish: { use: 'access', scope: 'c' },
    target: '/scoped',
    reason: /the token's scopes are \["c"\], and one of \["a\/read","b\/read"\] is needed/,
  },
  {
    name: 'an expired token',
    wish: { expiresIn: -60 },
    target: '/',
    message: 'The incoming token has expired',
    reason: /the token expired \d+ s ago/,
  },
  {
    name: 'a token of tomorrow',
    wish: { claims: { nbf: 4_000_000_000 } },
    target: '/',
    reason: /the token is valid only in/,
  },
]) {
  test(`401 for ${name}, and explain says what would have been needed`, async () => {
    const answer = await get(target, await mint(wish))
    assert.equal(answer.status, 401)
    assert.equal(answer.body, JSON.stringify({ message }))
    assert.equal(answer.headers['x-amzn-errortype'], 'UnauthorizedException')
    assert.match(await explained(answer.headers), reason)
  })
}

test('what is no token is 401', async () => {
  const token = await mint()
  const [header = '', payload = '', signature = ''] = token.split('.')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  for (const wrong of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${token}`,
    `Bearer Bearer ${token}`,
    `Bearer ${token} x`,
    `${token}, ${token}`,
    `${header}.${payload}.`,
    `${none}.${payload}.`,
    `${header}.${payload}.${signature.slice(4)}AAAA`,
    'x'.repeat(17_000),
  ]) {
    const answer = await get('/', wrong)
    assert.deepEqual(
      [answer.status, answer.body],
      [401, '{"message":"Unauthorized"}'],
      String(wrong).slice(0, 40),
    )
  }
})

test('of several Authorization headers the last counts, for the check and for the claims', async () => {
  const one = await mint({ claims: { sub: 'one' } })
  const two = await mint({ claims: { sub: 'two' } })
  const answer = await t.call(id, '/', { headers: ['Authorization', one, 'AUTHORIZATION', two] })
  assert.equal((answer.json() as { sub: string }).sub, 'two')
  const refused = await t.call(id, '/', { headers: ['Authorization', one, 'authorization', 'x'] })
  assert.equal(refused.status, 401)
})

test('the header may be another one, and the audience must match the whole expression', async () => {
  const own = await guarded([pool], {
    identitySource: 'method.request.header.X-Token',
    identityValidationExpression: 'app-\\d+',
  })
  const call = async (aud: string, header = 'x-token') =>
    (await t.call(own, '/', { headers: [header, await mint({ claims: { aud } })] })).status
  assert.equal(await call('app-12'), 200)
  assert.equal(await call('app-12', 'Authorization'), 401)
  assert.equal(await call('my-app-12'), 401)
})

test('a pool may be a real OpenID Connect server, which may rotate and go away', async () => {
  const real = await guarded(['eu-west-1_Oidc'])
  const token = await oidc.token('a/read')
  assert.equal((await get('/scoped', token, real)).status, 200)
  assert.equal((await get('/scoped', await oidc.token('a/write'), real)).status, 401)
  assert.equal(
    (await get('/scoped', await mint({ use: 'access', scope: 'a/read' }), real)).status,
    401,
  )
  oidc.isDown = true
  assert.equal((await get('/scoped', token, real)).status, 200)
  oidc.isDown = false
})

test('a pool that cannot be asked lets nobody in', async () => {
  oidc.isDown = true
  await using fresh = await freshGateway()
  const own = await fresh.deploy()
  const answer = await fresh.gateway.call(own, '/', {
    headers: ['Authorization', await mint({ claims: {} })],
  })
  assert.equal(answer.status, 401)
  const token = [
    { alg: 'RS256', kid: 'x' },
    { iss: oidc.url, exp: 4_000_000_000 },
  ]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const refused = await fresh.gateway.call(own, '/', {
    headers: ['Authorization', `${token}.AAAA`],
  })
  assert.deepEqual([refused.status, refused.body], [500, '{"message":null}'])
  oidc.isDown = false
})

async function freshGateway() {
  const gateway = await startGateway({ issuers: new Map([['eu-west-1_Oidc', oidc.url]]) })
  const before = t
  return {
    gateway,
    async deploy() {
      t = gateway
      try {
        return await guarded(['eu-west-1_Oidc'])
      } finally {
        t = before
      }
    },
    [Symbol.asyncDispose]: () => gateway.close(),
  }
}

test('HTTP APIs verify the tokens of the same server, through rotation and outage', async () => {
  const clock = new FakeClock(Date.now())
  const client = new HttpClient()
  const issuer = new RemoteIssuer(oidc.url, fetchDocumentWith(client), clock)
  const verifier = new TokenVerifier(clock)
  const check = prepareJwtCheck({ issuer, audiences: ['urn:pets'], scopes: ['a/read'] }, verifier)
  const old = await oidc.token('a/read')
  const accepted = await check(`Bearer ${old}`)
  assert.ok(accepted.isAccepted)
  assert.deepEqual(accepted.scopes, ['a/read'])
  const poor = await check(await oidc.token('a/write'))
  assert.ok(!poor.isAccepted && poor.status === 403)

  oidc.rotate()
  const young = await oidc.token('a/read')
  assert.ok(!(await check(young)).isAccepted, 'asked again too soon')
  clock.advance(30_000)
  assert.ok((await check(young)).isAccepted, 'the new key is found')
  assert.ok(!(await check(old)).isAccepted, 'the old key is gone')

  oidc.isDown = true
  clock.advance(1_800_000)
  assert.ok((await check(young)).isAccepted, 'what was published last holds')
  oidc.isDown = false
  clock.advance(3_600_000)
  assert.ok(!(await check(young)).isAccepted, 'and expires')
  await client.close()
})

test('the built-in issuer publishes its key and keeps it for this user only', async () => {
  const base = `${t.gateway.url}/_portcullis/issuer/${pool}`
  const configuration = (await (
    await fetch(`${base}/.well-known/openid-configuration`)
  ).json()) as Record<string, string>
  assert.equal(configuration['issuer'], `https://cognito-idp.eu-west-1.amazonaws.com/${pool}`)
  const { keys } = (await (await fetch(String(configuration['jwks_uri']))).json()) as {
    keys: Record<string, string>[]
  }
  assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  const file = join(t.folder, 'data', 'dev-issuer', 'key.sealed')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.ok(!(await readFile(file, 'utf8')).includes('"d"'))
  for (const [path, init, status] of [
    ['/token', {}, 405],
    ['/token', { method: 'POST', body: '{}' }, 415],
    ['/token', { method: 'POST', body: '[', headers: { 'content-type': 'application/json' } }, 400],
    [
      '/token',
      { method: 'POST', body: '{"use":"x"}', headers: { 'content-type': 'application/json' } },
      400,
    ],
    [
      '/token',
      { method: 'POST', body: '{"admin":1}', headers: { 'content-type': 'application/json' } },
      400,
    ],
    [
      '/token',
      {
        method: 'POST',
        body: `{"scope":"${'x'.repeat(70_000)}"}`,
        headers: { 'content-type': 'application/json' },
      },
      400,
    ],
    ['/other', {}, 404],
  ] as const) {
    assert.equal((await fetch(base + path, init)).status, status, path)
  }
  assert.equal((await fetch(`${t.gateway.url}/_portcullis/issuer/nopool/jwks.json`)).status, 404)
})

test('without --dev-issuer there is no such issuer, and outside development it is refused', async () => {
  await using fresh = await freshGateway()
  const answer = await fetch(`${fresh.gateway.gateway.url}/_portcullis/issuer/${pool}/jwks.json`)
  assert.equal(answer.status, 404)
  assert.match(await answer.text(), /--dev-issuer on/)
  const flags = { adminCredentials: 'admin:secret-word', devIssuer: 'on' }
  assert.throws(
    () => readOptions({ flags, env: {}, cwd: t.folder }),
    (error: unknown) => {
      assert.ok(error instanceof OptionError)
      assert.match(error.message, /^--dev-issuer on: it is for development/)
      return true
    },
  )
  readOptions({ flags: { ...flags, devIssuer: 'anywhere' }, env: {}, cwd: t.folder })
})

test('outside development tokens are minted for the admin credentials only', async () => {
  const gateway = await startGateway({
    devIssuer: 'anywhere',
    adminCredentials: { accessKeyId: 'admin', secretAccessKey: 'secret' },
  })
  const ask = (credentials: string) =>
    fetch(`${gateway.gateway.url}/_portcullis/issuer/${pool}/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      },
      body: '{}',
    })
  assert.equal((await ask('admin:secret')).status, 200)
  for (const wrong of ['admin:Secret', 'admin:', ':', 'admin:secretx']) {
    assert.equal((await ask(wrong)).status, 401, wrong)
  }
  await gateway.close()
})

test('with a resource policy, a good token is not enough: the policy must allow, and may deny', async () => {
  const good = await mint({ use: 'id' })
  const rows: [effect: string, action: string, status: number, withoutToken: number][] = [
    ['Allow', 'execute-api:Invoke', 200, 401],
    ['Allow', 's3:GetObject', 403, 401],
    ['Deny', 'execute-api:Invoke', 403, 401],
  ]
  for (const [Effect, Action, status, withoutToken] of rows) {
    const statement = { Effect, Principal: '*', Action, Resource: 'execute-api:/*' }
    const policy = { Version: '2012-10-17', Statement: [statement] }
    const api = await guarded([pool], {}, policy)
    assert.equal((await get('/', good, api)).status, status, `${Effect} ${Action}`)
    assert.equal((await get('/', undefined, api)).status, withoutToken, `${Effect} ${Action}`)
  }
})
