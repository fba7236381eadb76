/** AssumeRoleWithWebIdentity with the tokens of a real OpenID Connect server. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { startGateway, type TestGateway } from '../traffic/harness.ts'
import { type OidcIssuer, startOidcIssuer } from '../traffic/oidc-issuer.ts'

let t: TestGateway
let oidc: OidcIssuer
let sts: STSClient
let RoleArn = ''

before(async () => {
  oidc = await startOidcIssuer()
  t = await startGateway()
  const settings = {
    endpoint: t.gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  }
  const iam = new IAMClient(settings)
  sts = new STSClient(settings)
  const host = new URL(oidc.url).host
  const { OpenIDConnectProviderArn } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${host}`, ClientIDList: ['urn:pets'] }),
  )
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: OpenIDConnectProviderArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    ],
  }
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  )
  RoleArn = Role?.Arn ?? ''
  iam.destroy()
})
after(async () => {
  sts.destroy()
  await t.close()
  await oidc.close()
})

const assume = (WebIdentityToken: string) =>
  sts.send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'me', WebIdentityToken }),
  )

test('a token of the provider opens the role', async () => {
  const { Credentials, SubjectFromWebIdentityToken, Audience } = await assume(
    await oidc.token('a/read'),
  )
  assert.match(Credentials?.AccessKeyId ?? '', /^ASIA/)
  assert.equal(SubjectFromWebIdentityToken, 'app')
  assert.equal(Audience, 'urn:pets')
})

test('a token that was changed, or is from before the keys changed, does not', async () => {
  const token = await oidc.token('a/read')
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const other = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url')
  const rejects = { name: /^InvalidIdentityToken/ }
  await assert.rejects(assume(`${header}.${other}.${signature}`), rejects)
  oidc.rotate()
  await assert.rejects(assume(await oidc.token('a/read')), rejects)
})
