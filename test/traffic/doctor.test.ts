import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { UpdateRestApiCommand } from '@aws-sdk/client-api-gateway'
import type { Finding, StageReport } from '../../src/control/doctor/finding.ts'
import { api, mock, operation, startGateway, type TestGateway } from './harness.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url))

let t: TestGateway

before(async () => {
  t = await startGateway()
})
after(() => t.close())

async function findingsOn(apiId: string): Promise<readonly Finding[]> {
  const answer = await fetch(`${t.gateway.url}/_portcullis/doctor`)
  assert.equal(answer.status, 200)
  const { stages } = (await answer.json()) as { stages: StageReport[] }
  const report = stages.find(each => each.apiId === apiId)
  assert.ok(report, 'every stage has a report')
  return report.findings
}

function doctor(...words: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  return run(process.execPath, [cli, 'doctor', '--endpoint', t.gateway.url, ...words]).then(
    done => ({ ...done, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  )
}

function proxyTo(uri: string): object {
  return operation({ type: 'aws_proxy', httpMethod: 'POST', uri })
}

test('a stage where all is well has no findings, and the command ends with 0', async () => {
  const apiId = await t.deploy(api({ '/well': { get: mock('well') } }))
  assert.deepEqual(await findingsOn(apiId), [])
  const { stdout, code } = await doctor()
  assert.match(stdout, /1 stage looked at, 1 without findings\./)
  assert.equal(code, 0)
})

test('a function that may not be invoked is found, with the ARN that its policy should name', async () => {
  const open = await t.addFunction('open', 'exports.handler = async () => ({})')
  const shut = await t.addFunction('shut', 'exports.handler = async () => ({})', {
    mayBeInvoked: false,
  })
  const gone = open.replace('function:open', 'function:gone')
  const apiId = await t.deploy(
    api({
      '/open': { get: proxyTo(open) },
      '/shut/{id}': { get: proxyTo(shut) },
      '/gone': { get: proxyTo(gone) },
    }),
  )
  const findings = await findingsOn(apiId)
  assert.deepEqual(
    findings.map(({ severity, where }) => `${severity} ${where}`),
    ['refused GET /gone', 'refused GET /shut/{id}'],
  )
  assert.match(findings[0]?.problem ?? '', /there is no function .*:gone/)
  const problem = findings[1]?.problem ?? ''
  assert.match(problem, /policy of shut does not let apigateway/)
  assert.ok(problem.endsWith(`:${apiId}/test/GET/shut/{id}.`))
  assert.equal((await t.call(apiId, '/shut/1')).status, 500)
  assert.notEqual((await t.call(apiId, '/open')).status, 500)
})

test('an integration without responses is found, and fails', async () => {
  const apiId = await t.deploy(
    api({
      '/mute': {
        get: operation({
          type: 'mock',
          requestTemplates: { 'application/json': '{statusCode:200}' },
        }),
      },
    }),
  )
  const [finding] = await findingsOn(apiId)
  assert.equal(finding?.where, 'GET /mute')
  assert.match(finding?.problem ?? '', /no responses/)
  assert.equal((await t.call(apiId, '/mute')).status, 500)
})

test('what was changed after the deployment is named until it is deployed', async () => {
  const document = api({ '/a': { get: mock('a') }, '/b': { get: mock('b') } })
  const apiId = await t.deploy(document)
  await t.rest.send(
    new UpdateRestApiCommand({
      restApiId: apiId,
      patchOperations: [
        { op: 'replace', path: '/minimumCompressionSize', value: '0' },
        { op: 'replace', path: '/description', value: 'needs no deployment' },
      ],
    }),
  )
  const [finding] = await findingsOn(apiId)
  assert.equal(finding?.severity, 'undeployed')
  assert.match(finding?.problem ?? '', /deployment: minimumCompressionSize \(new\)\.$/)
  await t.redeploy(apiId, document)
  assert.deepEqual(await findingsOn(apiId), [])
})

test('a method that requires a key, in a stage without a usage plan, is found', async () => {
  const apiId = await t.deploy(
    api(
      { '/keyed': { get: { ...mock('keyed'), security: [{ key: [] }] } } },
      {
        components: {
          securitySchemes: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
        },
      },
    ),
  )
  const problems = (await findingsOn(apiId)).map(each => each.problem)
  assert.ok(problems.some(problem => /in no usage plan/.test(problem)))
})

test('an authorizer whose function may not be invoked is found', async () => {
  const uri = await t.addFunction('judge', 'exports.handler = async () => ({})', {
    mayBeInvoked: false,
  })
  const apiId = await t.deploy(
    api(
      { '/judged': { get: { ...mock('judged'), security: [{ judge: [] }] } } },
      {
        components: {
          securitySchemes: {
            judge: {
              type: 'apiKey',
              name: 'Authorization',
              in: 'header',
              'x-amazon-apigateway-authtype': 'custom',
              'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: uri },
            },
          },
        },
      },
    ),
  )
  const [finding] = await findingsOn(apiId)
  assert.equal(finding?.where, 'GET /judged')
  assert.match(finding?.problem ?? '', /authorizer judge cannot be asked: the resource policy/)
  const answer = await t.call(apiId, '/judged', { headers: ['Authorization', 'x'] })
  assert.equal(answer.status, 500)
})

test('a resource policy that can let nobody pass is found, and one whose conditions may hold is not', async () => {
  const everybody = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke' }
  const here = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }
  const apiId = await t.deploy(
    api(
      { '/open': { get: mock('') }, '/forgotten': { get: mock('') }, '/shut': { get: mock('') } },
      {
        'x-amazon-apigateway-policy': {
          Version: '2012-10-17',
          Statement: [
            { ...everybody, Resource: 'execute-api:/*/GET/open', Condition: here },
            { ...everybody, Resource: 'execute-api:/*/GET/shut' },
            { ...everybody, Effect: 'Deny', Resource: 'execute-api:/*/GET/shut' },
          ],
        },
      },
    ),
  )
  const findings = await findingsOn(apiId)
  assert.deepEqual(
    findings.map(({ where }) => where),
    ['GET /forgotten', 'GET /shut'],
  )
  assert.match(
    findings[0]?.problem ?? '',
    /No statement of the resource policy allows arn:.*GET\/forgotten/,
  )
  assert.match(findings[1]?.problem ?? '', /denies it to everybody: .*Deny/)
  for (const path of ['/forgotten', '/shut']) {
    assert.equal((await t.call(apiId, path)).status, 403, path)
  }
})

test('the command prints findings, ends with 1 when requests are refused, and knows --json', async () => {
  const { stdout, stderr, code } = await doctor()
  assert.equal(code, 1)
  assert.match(stdout, /refused {5}GET \/gone: Its function cannot be called/)
  assert.match(stderr, /findings by which requests are refused/)
  const json = await doctor('--json')
  assert.equal(json.code, 1)
  const reports = JSON.parse(json.stdout) as StageReport[]
  assert.ok(reports.some(({ findings }) => findings.some(({ where }) => where === 'GET /gone')))
})
