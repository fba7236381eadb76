/**
 * `portcullis import FILE --stage S`: a document becomes an API of its title, or replaces what that API was, and is
 * deployed. Everything goes through the control plane, as `aws apigateway import-rest-api` would.
 */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'
import { ControlClient, ControlRefusal, credentialsFrom, regionFrom } from './control-client.ts'
import { CommandFailure } from './failure.ts'
import { shellQuoted, type Words } from './print.ts'
import {
  deploy,
  exampleRequest,
  findApi,
  invokeUrls,
  putDocument,
  type RestApi,
  renameApi,
} from './rest-apis.ts'

export interface ImportRequest {
  readonly file: string
  readonly stage: string
  /** Instead of the document's title. */
  readonly name?: string | undefined
  readonly endpoint: string
  readonly failOnWarnings: boolean
}

/** Imports and deploys; prints warnings, addresses and a `curl` line. Throws a `CommandFailure`. */
export async function importDocument(
  request: ImportRequest,
  env: NodeJS.ProcessEnv,
  words: Words,
): Promise<void> {
  const { file, stage, endpoint } = request
  checkStage(stage)
  const document = await readDocument(file)
  const name = request.name ?? titleOf(document, file)
  const client = new ControlClient({
    endpoint,
    credentials: credentialsFrom(env),
    region: regionFrom(env),
  })
  const existing = await findApi(client, name)
  const api = await putDocument(client, existing, document, request.failOnWarnings)
  if (api.name !== name) await renameApi(client, api.id, name)
  for (const warning of api.warnings ?? []) words.warn(warning)
  const did = existing === undefined ? 'Created' : 'Updated'
  await deployImported(client, api.id, stage, `${did} ${name} (${api.id})`)
  words.say(`${did} ${words.strong(name)} (${api.id}) and deployed it to stage ${stage}.`)
  await sayWhere(client, api, stage, words)
}

/** A refusal must not hide that the document is in already; what the stage served before stays. */
async function deployImported(
  client: ControlClient,
  id: string,
  stage: string,
  done: string,
): Promise<void> {
  try {
    await deploy(client, id, stage)
  } catch (cause) {
    if (!(cause instanceof ControlRefusal)) throw cause
    throw new CommandFailure(
      `${done}, but it could not be deployed to stage ${stage}: ${cause.message}`,
      1,
      { cause },
    )
  }
}

async function sayWhere(
  client: ControlClient,
  api: RestApi,
  stage: string,
  words: Words,
): Promise<void> {
  const [byPath, byHost] = invokeUrls(client.settings.endpoint, api.id, stage)
  words.say('')
  words.say(`  ${byPath}`)
  words.say(`  ${byHost}`)
  const example = await exampleRequest(client, api.id)
  if (example === undefined) return
  const verb = example.verb === 'GET' ? '' : ` -X ${example.verb}`
  words.say('')
  words.say(`  curl -i${verb} ${shellQuoted(byPath + example.path)}`)
}

async function readDocument(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder; name the OpenAPI document in it'
          : String((cause as Error).message)
    throw new CommandFailure(`Cannot read ${file}: ${why}.`, 2, { cause })
  }
}

/** `info.title`, which is an API's name. */
function titleOf(document: string, file: string): string {
  let content: unknown
  try {
    content = document.trimStart().startsWith('{') ? JSON.parse(document) : parse(document)
  } catch (cause) {
    const { message } = cause as Error
    throw new CommandFailure(`${file} is neither YAML nor JSON: ${message.trim()}`, 2, { cause })
  }
  const { info, swagger, openapi } = Object(content)
  if (swagger === undefined && openapi === undefined) {
    throw new CommandFailure(
      `${file} is no OpenAPI document: it has neither "openapi: 3.0.1" nor "swagger: '2.0'".`,
      2,
    )
  }
  const title: unknown = Object(info).title
  if (typeof title === 'string' && title !== '') return title
  throw new CommandFailure(`${file} has no info.title. Add one, or give --name.`, 2)
}

function checkStage(stage: string): void {
  if (/^[\w-]{1,128}$/.test(stage)) return
  throw new CommandFailure(
    `--stage: ${JSON.stringify(stage)} is not a stage name (letters, digits, - and _; at most 128)`,
    2,
  )
}
