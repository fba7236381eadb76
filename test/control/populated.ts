/**
 * A control plane with one of everything in it, for tests that go through all operations: the values of the path labels that
 * find something, the least that each operation needs besides, and all that the store holds, to be compared.
 */
import assert from 'node:assert/strict'
import * as accountRecords from '../../src/control/account-record.ts'
import * as certificateRecords from '../../src/control/certificate-records.ts'
import * as domainRecords from '../../src/control/domain-records.ts'
import * as keyRecords from '../../src/control/key-records.ts'
import * as records from '../../src/control/records.ts'
import type { Kind } from '../../src/store/store.ts'
import { anyAuthorization, type Harness, type RawReply } from './harness.ts'

export const headers = { authorization: anyAuthorization, 'x-amz-date': '20260101T000000Z' }

/** Path label -> a value that exists; operation -> body and query that it cannot do without. */
export interface World {
  readonly labels: Readonly<Record<string, string>>
  readonly bodies: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly queries: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Operations whose body is no JSON of their own: a document or a list. */
  readonly payloads: Readonly<Record<string, string>>
}

export async function populate(control: Harness): Promise<World> {
  const send = async (method: string, path: string, body?: unknown) => {
    const reply = await control.raw({
      ...{ method, path, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.body}`)
    return JSON.parse(reply.body || '{}')
  }
  const api = await send('POST', '/restapis', { name: 'x', tags: { _custom_id_: 'api' } })
  const at = '/restapis/api'
  const resourceId = api.rootResourceId
  const method = `${at}/resources/${resourceId}/methods/GET`
  await send('PUT', method, { authorizationType: 'NONE' })
  await send('PUT', `${method}/responses/200`, {})
  await send('PUT', `${method}/integration`, {
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode":200}' },
  })
  await send('PUT', `${method}/integration/responses/200`, {})
  await send('PUT', `${at}/gatewayresponses/THROTTLED`, {})
  const authorizer = await send('POST', `${at}/authorizers`, {
    name: 'a',
    type: 'COGNITO_USER_POOLS',
    providerARNs: ['arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a'],
    identitySource: 'method.request.header.Authorization',
  })
  await send('POST', `${at}/models`, {
    name: 'm',
    contentType: 'application/json',
    schema: '{"type":"object"}',
  })
  const validator = await send('POST', `${at}/requestvalidators`, { name: 'v' })
  const part = await send('POST', `${at}/documentation/parts`, {
    location: { type: 'API' },
    properties: '{"info":{}}',
  })
  await send('POST', `${at}/documentation/versions`, { documentationVersion: 'one' })
  const deployment = await send('POST', `${at}/deployments`, { stageName: 'dev' })
  const plan = await send('POST', '/usageplans', {
    name: 'p',
    apiStages: [{ apiId: 'api', stage: 'dev' }],
    quota: { limit: 5, period: 'DAY' },
  })
  const key = await send('POST', '/apikeys', { name: 'k' })
  await send('POST', `/usageplans/${plan.id}/keys`, { keyId: key.id, keyType: 'API_KEY' })
  const link = await send('POST', '/vpclinks', { name: 'l', targetArns: [balancer] })
  const certificate = await send('POST', '/clientcertificates', {})
  const domainName = 'api.example.com'
  await send('POST', '/domainnames', {
    domainName,
    regionalCertificateArn: certificateArn,
    endpointConfiguration: { types: ['REGIONAL'] },
  })
  await send('POST', `/domainnames/${domainName}/basepathmappings`, {
    restApiId: 'api',
    basePath: 'base',
  })
  const hidden = await send('POST', '/domainnames', {
    domainName: 'private.example.com',
    certificateArn,
    endpointConfiguration: { types: ['PRIVATE'] },
  })
  const { domainNameArn } = hidden
  const source = { accessAssociationSourceType: 'VPCE', accessAssociationSource: 'vpce-0abc' }
  const access = await send('POST', '/domainnameaccessassociations', { domainNameArn, ...source })
  const associationArn: string = access.domainNameAccessAssociationArn

  return {
    labels: {
      restApiId: 'api',
      resourceId,
      parentId: resourceId,
      httpMethod: 'GET',
      statusCode: '200',
      responseType: 'THROTTLED',
      authorizerId: authorizer.id,
      modelName: 'm',
      requestValidatorId: validator.id,
      documentationPartId: part.id,
      documentationVersion: 'one',
      deploymentId: deployment.id,
      stageName: 'dev',
      usagePlanId: plan.id,
      keyId: key.id,
      apiKey: key.id,
      vpcLinkId: link.id,
      clientCertificateId: certificate.clientCertificateId,
      domainName,
      basePath: 'base',
      domainNameAccessAssociationArn: associationArn,
      exportType: 'oas30',
      sdkType: 'javascript',
      id: 'javascript',
      resourceArn: 'arn:aws:apigateway:us-east-1::/restapis/api',
    },
    bodies: {
      CreateAuthorizer: { name: 'b', type: 'TOKEN', authorizerUri },
      CreateBasePathMapping: { restApiId: 'api' },
      CreateDocumentationPart: { location: { type: 'MODEL', name: 'm' }, properties: '{"a":1}' },
      CreateDocumentationVersion: { documentationVersion: 'two' },
      CreateDomainName: { domainName: 'b.example.com', certificateArn },
      CreateDomainNameAccessAssociation: {
        domainNameArn,
        ...source,
        accessAssociationSource: 'vpce-1',
      },
      CreateModel: { name: 'n', contentType: 'application/json' },
      CreateResource: { pathPart: 'p' },
      CreateRestApi: { name: 'y' },
      CreateStage: { stageName: 'prod', deploymentId: deployment.id },
      CreateUsagePlan: { name: 'q' },
      CreateUsagePlanKey: { keyId: key.id, keyType: 'API_KEY' },
      CreateVpcLink: { name: 'm', targetArns: [balancer] },
      PutIntegration: { type: 'HTTP', httpMethod: 'GET', uri: 'http://example.com/' },
      PutMethod: { authorizationType: 'NONE' },
      TagResource: { tags: { a: 'b' } },
    },
    queries: {
      GetUsage: { startDate: '2026-01-01', endDate: '2026-01-02' },
      ImportApiKeys: { format: 'csv' },
      RejectDomainNameAccessAssociation: {
        domainNameAccessAssociationArn: associationArn,
        domainNameArn,
      },
      UntagResource: { tagKeys: 'a' },
    },
    payloads: {
      ImportApiKeys: 'name,key\nz,abcdefghijklmnopqrstuvwxyz',
      ImportDocumentationParts: document,
      ImportRestApi: document,
      PutRestApi: document,
    },
  }
}

const balancer =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/my-nlb/0123456789abcdef'
const certificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/c-1'
const authorizerUri =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations'
const document = '{"openapi":"3.0.1","info":{"title":"z","version":"1"},"paths":{}}'

const kinds = [accountRecords, certificateRecords, domainRecords, keyRecords, records]
  .flatMap(module => Object.values(module))
  .filter(isKind)

/** All that the store holds, as one text. */
export async function contents({ store }: Harness): Promise<string> {
  const rows: unknown[] = []
  for (const kind of kinds) {
    for (const { parent, id, record } of await store.scan(kind)) rows.push([parent, id, record])
  }
  return JSON.stringify(rows)
}

function isKind(value: unknown): value is Kind<unknown> {
  return typeof value === 'object' && value !== null && 'name' in value && !Array.isArray(value)
}

/** What makes a refusal one: a modelled status and code, and words. Gives what is missing. */
export function refusalProblem({ status, headers: got, body }: RawReply): string | undefined {
  if (status < 400 || status >= 500) return `it is answered ${status}: ${body.slice(0, 200)}`
  const { message, Message } = JSON.parse(body) as { message?: string; Message?: string }
  if (!(message ?? Message)) return `${status} without a message: ${body}`
  return got['x-amzn-errortype'] ? undefined : `${status} without its name: ${body}`
}
