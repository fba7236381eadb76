/** Outside development: no operation of any service, and no route of ours that shows requests, is open to who signs wrongly or not. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  httpService,
  iamService,
  lambdaService,
  managementService,
  restService,
  stsService,
} from '../../src/aws/services.ts'
import { startGateway, type TestGateway } from '../traffic/harness.ts'

let t: TestGateway
before(async () => {
  const secretAccessKey = 'the-secret-of-the-administrator'
  t = await startGateway({ adminCredentials: { accessKeyId: 'AKIAADMIN', secretAccessKey } })
})
after(() => t.close())

const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')

/** A whole Authorization header whose signature nobody could have made. */
function claim(accessKeyId: string, service: string): Record<string, string> {
  const scope = `${accessKeyId}/${day}/us-east-1/${service}/aws4_request`
  const time = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  return {
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  }
}

const services = [
  restService,
  httpService,
  managementService,
  lambdaService,
  iamService,
  stsService,
]

for (const service of services) {
  describe(service.name, () => {
    const ways: [name: string, headers: Record<string, string>][] = [
      ['unsigned', {}],
      ['signed by the administrator, wrongly', claim('AKIAADMIN', service.signingName)],
      ['signed by an account id', claim('000000000000', service.signingName)],
      ['signed by test', claim('test', service.signingName)],
      ['with a bearer token', { authorization: 'Bearer x' }],
    ]
    for (const [way, headers] of ways) {
      test(way, async () => {
        for (const [name, { method, segments }] of service.model.operations) {
          // It proves by its token who asks.
          if (name === 'AssumeRoleWithWebIdentity') continue
          const isForm = service.query !== null
          const form = `Action=${name}&Version=${service.query?.version}`
          const path = isForm ? '/' : `/${segments.join('/').replaceAll(/\{[^}]+\}/g, 'x')}`
          const answer = await fetch(`${t.gateway.url}${path}`, {
            method: isForm ? 'POST' : method,
            headers: isForm
              ? { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
              : headers,
            ...(isForm ? { body: form } : {}),
          })
          const text = await answer.text()
          assert.ok([400, 403].includes(answer.status), `${name}: ${answer.status} ${text}`)
          const type = `${answer.headers.get('x-amzn-errortype')} ${text}`
          assert.match(
            type,
            /MissingAuthenticationToken|IncompleteSignature|InvalidSignature|SignatureDoesNotMatch|UnrecognizedClient|InvalidClientTokenId/,
            name,
          )
        }
      })
    }
  })
}

test('routes of ours that show requests or functions', async () => {
  for (const path of ['explain', 'explain/x', 'back-ends', 'doctor', 'logs/f']) {
    for (const headers of [{}, claim('test', 'apigateway'), claim('AKIAADMIN', 'apigateway')]) {
      const answer = await fetch(`${t.gateway.url}/_portcullis/${path}`, { headers })
      assert.equal(answer.status, 403, path)
    }
  }
})
