/**
 * Every published OpenAPI document that is at hand becomes an SDK that parses and compiles.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import type { ApiSnapshot } from '../aws/rest-api.ts'
import { importRest } from '../openapi/import.ts'
import { compile } from './fixtures/compile.ts'
import { snapshotOf, stage } from './fixtures/pets.ts'
import { unpack } from './fixtures/unpack.ts'
import { generateJavascriptSdk } from './javascript.ts'
import { generateTypescriptSdk } from './typescript.ts'

// From the source, or from the build.
const folder = ['../../../shared/definitions/openapi', '../../../../shared/definitions/openapi']
  .map(path => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync)

test('published definitions become SDKs', { skip: folder === undefined }, async () => {
  const files = new Map<string, string>()
  for (const [index, snapshot] of snapshots(folder ?? '').entries()) {
    const script = generateJavascriptSdk(snapshot, stage, 'http://x/dev')
    new Script(script.get('apiGateway-js-sdk/apigClient.js') ?? '')
    for (const [path, text] of generateTypescriptSdk(snapshot, stage, 'http://x/dev')) {
      files.set(`${index}/${path}`, text)
    }
  }
  await using sdks = await unpack(files)
  const sources = [...files.keys()].filter(path => path.endsWith('.ts'))
  assert.equal(compile(...sources.map(path => join(sdks.path, path))), '')
  assert.ok(sources.length > 10)
})

function snapshots(folder: string): ApiSnapshot[] {
  return readdirSync(folder).flatMap(file => {
    try {
      const api = importRest(readFileSync(join(folder, file)), {
        apiId: 'a1',
        basepath: 'prepend',
        ignoreDocumentation: true,
        account: '123456789012',
        region: 'eu-west-1',
        partition: 'aws',
      })
      const resources = api.resources.map(({ path, methods }) => [path, methods])
      const schemas = api.models.map(({ name, schema }) => [name, schema ?? ''])
      return [snapshotOf(Object.fromEntries(resources), Object.fromEntries(schemas), file)]
    } catch {
      return [] // those that AWS would not import either
    }
  })
}
