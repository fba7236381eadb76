/**
 * Published REST API definitions, imported and deployed by a whole gateway. They are read where they lie beside the
 * repository; where they are missing there is nothing to test.
 *
 * Their back ends don't exist, so only what a gateway can answer alone is looked at closely: MOCK integrations, and paths
 * that the document does not have. All other operations are called too, and each answer must have its reason.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startGateway, type TestGateway } from './harness.ts'

type Responses = Record<string, unknown>
type Operation = { responses?: Responses; security?: unknown[] } & Record<string, unknown>
type Definition = { openapi?: string; paths: Record<string, Record<string, Operation>> }

/** Beside the repository; one folder further up when this runs from the build. */
const folder =
  ['../../../shared/definitions', '../../../../shared/definitions']
    .map(path => join(import.meta.dirname, path))
    .find(existsSync) ?? ''
const integrationAt = 'x-amazon-apigateway-integration'

let gateway: TestGateway

describe('published definitions', { skip: folder === '' }, () => {
  before(async () => {
    gateway = await startGateway({ connectTimeoutMs: 300 })
  })
  after(() => gateway.close())

  for (const file of restDefinitions()) {
    test(`${file} is deployed, its mocks answer, and it has no other paths`, async () => {
      const definition = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Definition
      const apiId = await gateway.deploy(definition)
      for (const { path, verb, operation } of mocksOf(definition)) {
        const answer = await gateway.call(apiId, path, {
          method: verb,
          headers: ['Content-Type', 'application/json'],
        })
        assert.ok(
          statusesOf(operation).includes(String(answer.status)),
          `${verb} ${path} answered ${answer.status} ${answer.body}`,
        )
      }
      for (const { path, verb } of operationsOf(definition)) {
        await isExplained(apiId, path, verb)
      }
      assert.deepEqual(crashes(), [], 'the gateway itself failed')
      // A greedy path at the root takes everything.
      if (Object.keys(definition.paths).some(path => /^\/\{[^/]*\}/.test(path))) return
      const missing = await gateway.call(apiId, '/no-such-path/at-all')
      assert.equal(missing.status, 403)
      assert.deepEqual(missing.json(), { message: 'Missing Authentication Token' })
    })
  }
})

/** Whatever an operation answers without its back end, the owner of the API learns why. */
async function isExplained(apiId: string, path: string, verb: string): Promise<void> {
  const answer = await gateway.call(apiId, path, {
    method: verb,
    headers: ['Content-Type', 'application/json'],
    ...(verb === 'GET' || verb === 'HEAD' ? {} : { body: '{"id":"1","name":"n"}' }),
  })
  const id = answer.headers['x-amzn-requestid']
  const explained = await fetch(`${gateway.gateway.url}/_portcullis/explain/${id}`)
  assert.equal(explained.status, 200)
  const text = await explained.text()
  assert.match(text, answer.status < 400 ? /\n {2}answer {4}\d/ : /\n {2}reason {4}\S/, text)
}

/** A stack in the log is a fault of ours. */
function crashes(): string[] {
  return gateway.complaints.filter(complaint => /\n\s+at /.test(complaint))
}

function restDefinitions(): string[] {
  if (folder === '') return []
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    file: string
    kind: string
    api: string
  }[]
  return index.filter(({ kind, api }) => kind === 'openapi' && api === 'rest').map(one => one.file)
}

/** The open operations that a gateway can answer without a back end. */
function mocksOf(definition: Definition) {
  return operationsOf(definition).filter(({ operation }) => {
    const integration = operation[integrationAt] as { type: string } | undefined
    return integration?.type.toLowerCase() === 'mock' && !operation.security?.length
  })
}

/** Every operation, with a path that leads to it. */
function operationsOf({ paths }: Definition) {
  return Object.entries(paths).flatMap(([written, item]) =>
    Object.entries(item)
      .filter(([name]) => name !== 'parameters')
      .map(([name, operation]) => {
        const verb = name === 'x-amazon-apigateway-any-method' ? 'PATCH' : name.toUpperCase()
        return { path: written.replace(/\{[^}]*\}/g, 'x'), verb, operation }
      }),
  )
}

/** Statuses that an operation's responses declare, or its integration's where it declares none. */
function statusesOf(operation: Operation): string[] {
  const declared = Object.keys(operation.responses ?? {}).filter(status => /^\d+$/.test(status))
  const integration = operation[integrationAt] as {
    responses?: Record<string, { statusCode: unknown }>
  }
  const mapped = Object.values(integration.responses ?? {}).map(response =>
    String(response.statusCode),
  )
  return [...declared, ...mapped]
}
