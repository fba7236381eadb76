/**
 * Loads `examples/pets` into an empty gateway: the function in its folder, the permission to call it, the OpenAPI
 * document, and a deployment to stage `dev`. All through the control plane, so that it shows what a user would do.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ControlClient, ControlRefusal } from './cli/control-client.ts'
import { apiPath, deploy, findApi, invokeUrls, putDocument, type RestApi } from './cli/rest-apis.ts'

export interface LoadedExample {
  readonly apiId: string
  /** Lines for a shell; each gets an answer. */
  readonly curls: readonly string[]
}

const apiName = 'Pets'
const stageName = 'dev'
const functionName = 'pets'
/** What the document says where the caller's own region and account belong. */
const documentPlace = 'us-east-1:000000000000'
/** The stage variable with the address of the HTTP back end: this gateway's own health answer. */
const backEndVariable = 'backend'

/** Makes and deploys the example. `account` is where the client's credentials belong. Throws what the control plane refuses. */
export async function loadExample(client: ControlClient, account: string): Promise<LoadedExample> {
  const folder = exampleFolder()
  const place = `${client.settings.region}:${account}`
  await makeFunction(client, join(folder, 'functions', functionName), account)
  const document = await readFile(join(folder, 'openapi.yaml'), 'utf8')
  const api = await putDocument(client, undefined, document.replaceAll(documentPlace, place), false)
  await permit(client, `arn:aws:execute-api:${place}:${api.id}/*`)
  await deploy(client, api.id, stageName, { [backEndVariable]: backEndOf(client) })
  return loaded(client, api)
}

/** The example as an earlier start has left it, its back end at this start's address; undefined when it is not there. */
export async function findExample(client: ControlClient): Promise<LoadedExample | undefined> {
  const api = await findApi(client, apiName)
  if (api === undefined) return undefined
  const path = `${apiPath(api.id)}/stages/${stageName}`
  try {
    const stage = await client.call({ service: 'apigateway', method: 'GET', path })
    const variables: Record<string, unknown> = Object(Object(stage).variables)
    const value = backEndOf(client)
    if (variables[backEndVariable] === undefined) return undefined
    if (variables[backEndVariable] !== value) {
      const patchOperations = [{ op: 'replace', path: `/variables/${backEndVariable}`, value }]
      await client.call({ service: 'apigateway', method: 'PATCH', path, body: { patchOperations } })
    }
  } catch (error) {
    if (error instanceof ControlRefusal && error.status === 404) return undefined
    throw error
  }
  return loaded(client, api)
}

function loaded(client: ControlClient, { id }: RestApi): LoadedExample {
  const [base] = invokeUrls(client.settings.endpoint, id, stageName)
  return {
    apiId: id,
    curls: [
      `curl -i ${base}/pets`,
      `curl -i ${base}/pets -H 'Content-Type: application/json' -d '{"name":"Rex","kind":"dog"}'`,
      `curl -i ${base}/health`,
    ],
  }
}

async function makeFunction(client: ControlClient, code: string, account: string): Promise<void> {
  const body = {
    FunctionName: functionName,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: `arn:aws:iam::${account}:role/example`,
    // Not an S3 bucket: the folder is used in place, and changes to its files are live.
    Code: { S3Bucket: 'hot-reload', S3Key: code },
  }
  await unlessItExists(
    client.call({ service: 'lambda', method: 'POST', path: '/2015-03-31/functions', body }),
  )
}

async function permit(client: ControlClient, sourceArn: string): Promise<void> {
  const body = {
    StatementId: 'pets-api',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: sourceArn,
  }
  const path = `/2015-03-31/functions/${functionName}/policy`
  await unlessItExists(client.call({ service: 'lambda', method: 'POST', path, body }))
}

async function unlessItExists(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ControlRefusal) || error.status !== 409) throw error
  }
}

function backEndOf(client: ControlClient): string {
  return new URL(client.settings.endpoint).host
}

/** Beside package.json, wherever this file runs from: src/ or dist/src/. */
function exampleFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return join(folder, 'examples', 'pets')
}
