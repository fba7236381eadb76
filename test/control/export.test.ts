/**
 * Import, deploy, export, import again: the API that comes out is the one that went in, seen through the SDK. For
 * random documents of both formats, and for the published definitions where they lie beside the repository.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  type APIGatewayClient,
  CreateDeploymentCommand,
  CreateDocumentationVersionCommand,
  GetExportCommand,
  ImportRestApiCommand,
  PutRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import fc from 'fast-check'
import { documents, type Format } from './document-arbitraries.ts'
import { startControl } from './harness.ts'
import { type Names, readApi } from './read-api.ts'

const formats: readonly Format[] = ['oas30', 'swagger']
const forms = ['application/json', 'application/yaml'] as const

for (const format of formats) {
  test(`any ${format} document survives its exports`, async () => {
    await using control = await startControl()
    await fc.assert(
      fc.asyncProperty(documents(format), document =>
        assertSurvives(control.client, JSON.stringify(document)),
      ),
      { numRuns: 8, interruptAfterTimeLimit: 20_000 },
    )
  })
}

/** Beside the repository; one folder further up when this runs from the build. */
const folder =
  ['../../../shared/definitions', '../../../../shared/definitions']
    .map(path => join(import.meta.dirname, path))
    .find(existsSync) ?? ''

describe('published definitions survive their exports', { skip: folder === '' }, () => {
  for (const file of restDefinitions()) {
    test(file, async () => {
      await using control = await startControl()
      await assertSurvives(control.client, readFileSync(join(folder, file), 'utf8'))
    })
  }
})

function restDefinitions(): string[] {
  if (folder === '') return []
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    file: string
    kind: string
    api: string
  }[]
  return index.filter(({ kind, api }) => kind === 'openapi' && api === 'rest').map(one => one.file)
}

async function assertSurvives(client: APIGatewayClient, document: string): Promise<void> {
  // A document does not say its endpoint's type.
  const isPrivate = document.includes('vpcEndpointIds')
  const parameters = { endpointConfigurationTypes: isPrivate ? 'PRIVATE' : 'REGIONAL' }
  const { id: restApiId = '' } = await client.send(
    new ImportRestApiCommand({ body: Buffer.from(document), parameters }),
  )
  const names: Names = new Map()
  const before = await readApi(client, restApiId, names)
  const stage = { restApiId, stageName: 'dev' }
  await client.send(new CreateDeploymentCommand(stage))
  await client.send(new CreateDocumentationVersionCommand({ ...stage, documentationVersion: '1' }))
  for (const exportType of formats) {
    for (const accepts of forms) {
      const { body = new Uint8Array() } = await client.send(
        new GetExportCommand({
          ...stage,
          exportType,
          accepts,
          parameters: { extensions: 'apigateway,documentation' },
        }),
      )
      const copy = await client.send(
        new ImportRestApiCommand({ body, parameters, failOnWarnings: true }),
      )
      assert.deepEqual(await readApi(client, copy.id ?? '', names), before)
      await client.send(new PutRestApiCommand({ restApiId, mode: 'overwrite', body }))
      assert.deepEqual(await readApi(client, restApiId, names), before)
    }
  }
}
