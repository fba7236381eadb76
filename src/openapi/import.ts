/**
 * An OpenAPI document -> everything a REST API is made of. This is the whole picture:
 *
 *     bytes --read--> tree --swagger2 | openapi3--> the common form (source.ts)
 *        --> paths --> for each operation: security, validator, models, integration --> ImportedApi
 *
 * Nothing is stored here and nothing fetched. What AWS would have ignored is a warning, what AWS would have
 * refused an ImportError that names every fault. Developer guide: "Develop REST APIs using OpenAPI in API
 * Gateway"; docs/decisions/0003-openapi-import.md says why there is no parser library.
 */
import type {
  Authorizer,
  DocumentationPart,
  GatewayResponse,
  Model,
  RequestValidator,
} from '../aws/rest-api.ts'
import { readSettings, type Settings } from './api-settings.ts'
import { readDocumentation } from './documentation.ts'
import { checkExtensions, checkMembers } from './extensions.ts'
import { findings } from './findings.ts'
import { readGatewayResponses } from './gateway-responses.ts'
import { invalidDocument } from './import-error.ts'
import { type Known, nothingKnown } from './known.ts'
import { readModels } from './models.ts'
import { fromOpenapi3 } from './openapi3.ts'
import {
  type ImportedMethod,
  type MethodChecks,
  operationsOf,
  type Parts,
  placeOf,
  readMethod,
} from './operations.ts'
import { type BasePathMode, resourcePaths } from './paths.ts'
import { readDocument } from './read.ts'
import { resolver } from './refs.ts'
import { readSecurity } from './security.ts'
import type { Context, Source } from './source.ts'
import { fromSwagger2 } from './swagger2.ts'
import { flagOf, isTree, listOf, type Tree, textOf, treeOf } from './tree.ts'

export interface ImportOptions {
  /** The API that the models' references will name. */
  readonly apiId: string
  /** What becomes of the document's base path; AWS's default is `ignore`. */
  readonly basepath: BasePathMode
  /** Makes no documentation parts. */
  readonly ignoreDocumentation: boolean
  /** What the API has that the document is merged into; default: nothing. */
  readonly known?: Known
  /** What the control plane refuses of an integration; default: nothing but what no integration could be. */
  readonly checks?: MethodChecks
}

/** These stand in for `${AWS::AccountId}`, `${AWS::Region}` and `${AWS::Partition}`. */
export interface AwsVariables {
  readonly account: string
  readonly region: string
  readonly partition: string
}

export interface ImportedResource {
  readonly path: string
  readonly methods: Readonly<Record<string, ImportedMethod>>
}

export interface ImportedApi extends Settings {
  /** Every ancestor included, parents before children, `/` first. */
  readonly resources: readonly ImportedResource[]
  readonly models: readonly Omit<Model, 'id'>[]
  readonly requestValidators: readonly Omit<RequestValidator, 'id'>[]
  readonly authorizers: readonly Omit<Authorizer, 'id'>[]
  readonly gatewayResponses: readonly GatewayResponse[]
  readonly documentationParts: readonly Omit<DocumentationPart, 'id'>[]
  readonly warnings: readonly string[]
}

/** Reads a document, JSON or YAML, at most 6 MB; throws ImportError and nothing else. */
export function parseRest(document: Buffer, variables: AwsVariables): Tree {
  return readDocument(document, substituter(variables))
}

/** Converts a Swagger 2.0 or OpenAPI 3 document as `parseRest` gives it; throws ImportError and nothing else. */
export function convertRest(root: Tree, options: ImportOptions): ImportedApi {
  const { apiId, known = nothingKnown, checks = {} } = options
  const found = findings()
  const context: Context = { apiId, root, known, found, resolve: resolver(root, found) }
  const source = readSource(context)
  checkPlaces(context)

  const requestValidators = readValidators(context)
  const names = requestValidators.map(({ name }) => name ?? '')
  const validatorNames = new Set([...known.requestValidators, ...names])
  const models = readModels(context, source)
  const security = readSecurity(context, source)
  const documentation = readDocumentation(context, source)
  const parts: Parts = { context, source, models, security, validatorNames, checks }

  const paths = resourcePaths(source.basePath, options.basepath, found, known.paths)
  const methods = new Map<string, Map<string, ImportedMethod>>()
  for (const [written, value] of Object.entries(treeOf(root['paths']))) {
    const item = context.resolve(value)
    if (written.startsWith('x-') || !isTree(item)) continue
    checkExtensions(item, 'path', `path '${written}'`, found)
    const path = paths.add(written)
    if (path !== undefined) {
      documentation.addResource(path, item)
      addMethods(path, item)
    }
  }
  const settings = readSettings(context, source)
  const gatewayResponses = readGatewayResponses(context)
  found.settle()
  return {
    ...settings,
    resources: paths.list().map(path => ({
      path,
      methods: Object.fromEntries(methods.get(path) ?? []),
    })),
    models: models.list(),
    requestValidators,
    authorizers: security.authorizers,
    gatewayResponses,
    documentationParts: options.ignoreDocumentation ? [] : documentation.list(),
    warnings: found.warnings,
  }

  function addMethods(path: string, item: Tree): void {
    const own = methods.get(path) ?? new Map<string, ImportedMethod>()
    methods.set(path, own)
    if (item['trace'] !== undefined) found.warn(`Method 'TRACE' is not supported. Ignoring.`)
    for (const [verb, written] of operationsOf(item)) {
      const at = placeOf(verb, path)
      if (own.has(verb)) {
        found.fail(`Unable to put method ${at}: Method already exists for this resource`)
        continue
      }
      const operation = source.operation(written, listOf(item['parameters']), at)
      own.set(verb, readMethod(parts, path, verb, written, operation))
      documentation.addMethod(path, verb, written, operation)
    }
  }
}

/** `parseRest` and `convertRest` in one. */
export function importRest(document: Buffer, options: ImportOptions & AwsVariables): ImportedApi {
  return convertRest(parseRest(document, options), options)
}

/** AWS replaces these three in the document's texts; stage variables stay for the request. */
function substituter({ account, region, partition }: AwsVariables): (text: string) => string {
  return text =>
    text.includes('${AWS::')
      ? text
          .replaceAll('${AWS::AccountId}', () => account)
          .replaceAll('${AWS::Region}', () => region)
          .replaceAll('${AWS::Partition}', () => partition)
      : text
}

function readSource(context: Context): Source {
  const { root } = context
  if (root['paths'] !== undefined && !isTree(root['paths'])) {
    throw invalidDocument('paths is not an object')
  }
  if (/^3\.[01](\.|$)/.test(textOf(root['openapi']) ?? '')) return fromOpenapi3(context)
  if (/^2(\.0)?$/.test(textOf(root['swagger']) ?? '')) return fromSwagger2(context)
  throw invalidDocument('neither swagger 2.0 nor openapi 3.0 or 3.1')
}

function checkPlaces({ root, found }: Context): void {
  checkExtensions(root, 'document', 'the document', found)
  // The integrations of components are read where an operation refers to them.
  checkExtensions(treeOf(root['components']), 'components', 'components', found)
  for (const server of listOf(root['servers'])) {
    checkExtensions(treeOf(server), 'server', 'a server', found)
  }
  for (const tag of listOf(root['tags'])) checkExtensions(treeOf(tag), 'tag', 'a tag', found)
}

function readValidators({ root, found }: Context): Omit<RequestValidator, 'id'>[] {
  const extension = treeOf(root['x-amazon-apigateway-request-validators'])
  return Object.entries(extension).map(([name, item]) => {
    const validator = treeOf(item)
    checkMembers(validator, 'request validator', `'${name}'`, found)
    return {
      name,
      validateRequestBody: flagOf(validator['validateRequestBody']) ?? false,
      validateRequestParameters: flagOf(validator['validateRequestParameters']) ?? false,
    }
  })
}
