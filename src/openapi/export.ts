/**
 * A deployed REST API -> an OpenAPI 3.0 or Swagger 2.0 document, the way back from import.ts.
 *
 *     snapshot --paths, operations--> the specification's own members <--descriptions-- documentation of the stage
 *              --extensions asked for--> x-amazon-apigateway-*, x-postman-*
 *
 * With the extensions `apigateway` and `documentation` nothing that import.ts reads is missing: importing an export
 * gives the same API again. The endpoint type is never written. Developer guide: "Export a REST API from API Gateway";
 * `3.0.1`, the `{basePath}` server and the `NNN response` descriptions are as recorded from AWS. AWS cannot export
 * methods whose body has no model for JSON; here they are exported.
 */
import { Document, visit } from 'yaml'
import type { ApiSnapshot, Stage } from '../aws/rest-api.ts'
import { documented } from './documentation-parts.ts'
import type { ExportContext, ExportFormat, Json } from './export-context.ts'
import {
  describe,
  describeApi,
  exportPublication,
  isoSeconds,
  type Publication,
} from './export-documentation.ts'
import { rootExtensions } from './export-extensions.ts'
import { exportOperation } from './export-operation.ts'
import { exportSchema } from './export-schema.ts'
import { exportSchemes } from './export-security.ts'
import { isStandard } from './standard-models.ts'
import { listOf } from './tree.ts'

/** `apigateway` stands for `integrations` and `authorizers`. */
export type ExportExtension =
  | 'integrations'
  | 'authorizers'
  | 'apigateway'
  | 'documentation'
  | 'postman'

export interface ExportOptions {
  readonly format: ExportFormat
  readonly extensions: ReadonlySet<ExportExtension>
  /** Where the API is called: `{id}.execute-api.{region}.amazonaws.com`, without a scheme. */
  readonly host: string
  readonly region: string
  /** What the stage publishes; default: nothing. */
  readonly documentation?: Publication
}

/** Writes a deployment as the document of one of its stages. */
export function exportRest(snapshot: ApiSnapshot, stage: Stage, options: ExportOptions): Json {
  const { format, host } = options
  const isOas3 = format === 'oas30'
  const context = contextOf(snapshot, options)
  const { api } = snapshot
  const { info, root } = describeApi(context, {
    title: api.name,
    ...(api.description === undefined ? {} : { description: api.description }),
    // The specification wants a version; without one AWS writes when the API was made.
    version: api.version ?? isoSeconds(api.createdDate),
  })
  const schemas = exportModels(context)
  const schemes = exportSchemes(context)
  const extensions = context.withIntegrations
    ? rootExtensions(snapshot)
    : { endpoint: undefined, tags: [], members: {} }
  const endpoint =
    extensions.endpoint === undefined
      ? {}
      : { 'x-amazon-apigateway-endpoint-configuration': extensions.endpoint }
  const tags = [...extensions.tags, ...listOf(root['tags'])]
  const rest = {
    ...root,
    ...(tags.length === 0 ? {} : { tags }),
    ...extensions.members,
    ...documentationOf(options),
  }
  const paths = exportPaths(context)

  if (!isOas3) {
    return {
      swagger: '2.0',
      info,
      host,
      basePath: `/${stage.stageName}`,
      schemes: ['https'],
      paths,
      ...named('securityDefinitions', schemes),
      ...named('definitions', schemas),
      ...endpoint,
      ...rest,
    }
  }
  const variables = { basePath: { default: `/${stage.stageName}` } }
  return {
    openapi: '3.0.1',
    info,
    servers: [{ url: `https://${host}/{basePath}`, variables, ...endpoint }],
    paths,
    components: { ...named('schemas', schemas), ...named('securitySchemes', schemes) },
    ...rest,
  }
}

function contextOf(snapshot: ApiSnapshot, options: ExportOptions): ExportContext {
  const { format, extensions, region, documentation } = options
  const isWhole = extensions.has('apigateway')
  return {
    snapshot,
    format,
    schemasAt: format === 'oas30' ? '#/components/schemas/' : '#/definitions/',
    withIntegrations: isWhole || extensions.has('integrations'),
    withAuthorizers: isWhole || extensions.has('authorizers'),
    postmanRegion: extensions.has('postman') ? region : undefined,
    documented: documented(documentation?.parts ?? []),
  }
}

/** The text of a document; YAML is quoted so that readers of YAML 1.1 take no date or `NO` out of it. */
export function render(document: Json, form: 'json' | 'yaml'): string {
  if (form === 'json') return `${JSON.stringify(document, null, 2)}\n`
  const tree = new Document(document, { aliasDuplicateObjects: false, compat: 'yaml-1.1' })
  visit(tree, {
    Scalar(_, scalar) {
      const { value } = scalar
      // A block would lose white space around such a text's first line.
      if (typeof value === 'string' && value.includes('\n') && !/^\S(.*\S)?(\n|$)/.test(value)) {
        scalar.type = 'QUOTE_DOUBLE'
      }
    },
  })
  return tree.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
}

function exportPaths(context: ExportContext): Json {
  const { resources } = context.snapshot
  const parents = new Set(resources.map(({ parentId }) => parentId))
  return Object.fromEntries(
    resources.flatMap(resource => {
      const methods = Object.values(resource.resourceMethods ?? {})
      const isNeeded = methods.length > 0 || (!parents.has(resource.id) && resource.path !== '/')
      if (!isNeeded) return []
      const item = methods.map(method => {
        const verb = method.httpMethod
        const name = verb === 'ANY' ? 'x-amazon-apigateway-any-method' : verb.toLowerCase()
        return [name, exportOperation(context, resource, method)] as const
      })
      const properties = context.documented({ type: 'RESOURCE', path: resource.path })
      return [[resource.path, describe(Object.fromEntries(item), properties, 'resource')] as const]
    }),
  )
}

function exportModels(context: ExportContext): Json {
  // AWS's exports lack the models that every API is created with where nothing uses them.
  const used = usedModels(context.snapshot)
  return Object.fromEntries(
    context.snapshot.models
      .filter(({ name, schema }) => !isStandard(name, schema) || used.has(name))
      .map(({ name, schema }) => [
        name,
        describe(
          exportSchema(schema, context.schemasAt),
          context.documented({ type: 'MODEL', name }),
          'model',
        ),
      ]),
  )
}

function usedModels({ resources, models }: ApiSnapshot): ReadonlySet<string> {
  const used = new Set<string>()
  for (const { resourceMethods } of resources) {
    for (const { requestModels, methodResponses } of Object.values(resourceMethods ?? {})) {
      for (const name of Object.values(requestModels ?? {})) used.add(name)
      for (const { responseModels } of Object.values(methodResponses ?? {})) {
        for (const name of Object.values(responseModels ?? {})) used.add(name)
      }
    }
  }
  for (const { schema } of models) {
    for (const [, name] of (schema ?? '').matchAll(/\/models\/([A-Za-z0-9]+)"/g)) {
      if (name !== undefined) used.add(name)
    }
  }
  return used
}

/** By default parts are in an export; with a list of extensions they are where the list names them. */
function documentationOf({ extensions, documentation }: ExportOptions): Json {
  const isWanted = extensions.size === 0 || extensions.has('documentation')
  if (!isWanted || documentation === undefined) return {}
  return { 'x-amazon-apigateway-documentation': exportPublication(documentation) }
}

function named(name: string, members: Json): Json {
  return Object.keys(members).length === 0 ? {} : { [name]: members }
}
