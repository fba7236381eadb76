/** examples/: what the start of the gateway loads and prints works, and does what its README says. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { runCommand, type Started, startGateway } from './started-gateway.ts'

describe('pets', () => {
  let gateway: Started
  let base: string
  before(async () => {
    gateway = await startGateway()
    base = /curl -i (\S+)\/pets$/m.exec(gateway.text())?.[1] ?? ''
  })
  after(() => gateway.stop())

  test('the three curl lines that are printed work', async () => {
    const lines = [...gateway.text().matchAll(/^ {2}(curl .*)$/gm)].map(([, line]) => String(line))
    assert.equal(lines.length, 3)
    for (const line of lines) {
      const { out } = await runCommand('bash', ['-c', line])
      assert.match(out, /^HTTP\/1\.1 20[01] /, line)
    }
  })

  const cases: readonly {
    name: string
    path: string
    init?: RequestInit
    status: number
    body: RegExp
  }[] = [
    { name: 'the function answers', path: '/pets/1', status: 200, body: /"Mia"/ },
    {
      name: 'the function sees the query',
      path: '/pets?kind=cat',
      status: 200,
      body: /^\[\{[^}]*"cat"\}\]$/,
    },
    { name: 'the function says no itself', path: '/pets/99', status: 404, body: /No pet 99/ },
    {
      name: 'the validator refuses, through the gateway response',
      path: '/pets',
      init: {
        method: 'POST',
        body: '{"name":"x","kind":"fish"}',
        headers: { 'content-type': 'application/json' },
      },
      status: 400,
      body: /"message": "Invalid request body", "why": ".*fish/,
    },
    {
      name: 'templates answer without a back end',
      path: '/greeting?name=Ada',
      status: 200,
      body: /"hello": "Ada", "stage": "dev"/,
    },
    {
      name: 'templates choose the status',
      path: '/greeting',
      status: 400,
      body: /Say who you are/,
    },
    {
      name: 'a preflight request is answered',
      path: '/pets',
      init: { method: 'OPTIONS' },
      status: 204,
      body: /^$/,
    },
    { name: 'the HTTP back end is called', path: '/health', status: 200, body: /"status":"ok"/ },
    {
      name: 'an unknown path is refused as AWS does',
      path: '/pet',
      status: 403,
      body: /Missing Authentication Token/,
    },
  ]
  for (const { name, path, init = {}, status, body } of cases) {
    test(name, async () => {
      const answer = await fetch(base + path, init)
      assert.match(await answer.text(), body)
      assert.equal(answer.status, status)
      if (path !== '/health' && !path.startsWith('/greeting')) {
        assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      }
    })
  }
})
