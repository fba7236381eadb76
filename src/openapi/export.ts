/**
 * A deployed REST API -> an OpenAPI 3.0 or Swagger 2.0 document, the way back from import.ts.
 *
 *     snapshot --paths, operations--> the specification's own members
 *              --extensions asked for--> x-amazon-apigateway-*
 *
 * With the extension `apigateway` nothing that import.ts reads is missing: importing an export gives the
 * same API again. The endpoint type is never written. Developer guide: "Export a REST API from API Gateway";
 * `3.0.1`, the `{basePath}` server and the `NNN response` descriptions are as recorded from AWS.
 */
import { Document, visit } from 'yaml'
import type { ApiSnapshot, DocumentationPart, Model, Stage } from '../aws/rest-api.ts'
import type { ExportContext, ExportFormat, Json } from './export-context.ts'
import { rootExtensions } from './export-extensions.ts'
import { exportOperation } from './export-operation.ts'
import { exportSchema } from './export-schema.ts'
import { exportSchemes } from './export-security.ts'
import { standardModels } from './models.ts'

/** `apigateway` and `integrations` mean all but the documentation; Postman's are not written. */
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
  /** The parts of the documentation version that the stage shows; default: none. */
  readonly documentationParts?: readonly Omit<DocumentationPart, 'id'>[]
}

/** Writes a deployment as the document of one of its stages. */
export function exportRest(snapshot: ApiSnapshot, stage: Stage, options: ExportOptions): Json {
  const { format, extensions, host } = options
  const isOas3 = format === 'oas30'
  const isWhole = extensions.has('apigateway') || extensions.has('integrations')
  const context: ExportContext = {
    snapshot,
    format,
    schemasAt: isOas3 ? '#/components/schemas/' : '#/definitions/',
    withIntegrations: isWhole,
    withAuthorizers: isWhole || extensions.has('authorizers'),
  }
  const { api } = snapshot
  const info = {
    title: api.name,
    ...(api.description === undefined ? {} : { description: api.description }),
    // The specification wants a version; without one AWS writes when the API was made.
    version: api.version ?? `${new Date(api.createdDate).toISOString().slice(0, 19)}Z`,
  }
  const schemas = exportModels(context)
  const schemes = exportSchemes(context)
  const root = isWhole ? rootExtensions(snapshot) : { endpoint: undefined, members: {} }
  const endpoint =
    root.endpoint === undefined
      ? {}
      : { 'x-amazon-apigateway-endpoint-configuration': root.endpoint }
  const documentation = documentationOf(stage, options)
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
      ...root.members,
      ...documentation,
    }
  }
  const variables = { basePath: { default: `/${stage.stageName}` } }
  return {
    openapi: '3.0.1',
    info,
    servers: [{ url: `https://${host}/{basePath}`, variables, ...endpoint }],
    paths,
    components: { ...named('schemas', schemas), ...named('securitySchemes', schemes) },
    ...root.members,
    ...documentation,
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
      return [[resource.path, Object.fromEntries(item)] as const]
    }),
  )
}

function exportModels(context: ExportContext): Json {
  const used = usedModels(context.snapshot)
  return Object.fromEntries(
    context.snapshot.models
      .filter(model => !isUntouched(model) || used.has(model.name))
      .map(model => [model.name, exportSchema(model.schema, context.schemasAt)]),
  )
}

/** AWS's exports lack the models that every API is created with where nothing uses them. */
function isUntouched({ name, schema }: Model): boolean {
  if (!Object.hasOwn(standardModels, name)) return false
  return schema === undefined || sameJson(schema, standardModels[name]?.schema ?? '')
}

function sameJson(one: string, other: string): boolean {
  return one.replace(/\s+/g, '') === other.replace(/\s+/g, '')
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

function documentationOf(stage: Stage, options: ExportOptions): Json {
  const { extensions, documentationParts } = options
  if (!extensions.has('documentation') || documentationParts === undefined) return {}
  return {
    'x-amazon-apigateway-documentation': {
      ...(stage.documentationVersion === undefined ? {} : { version: stage.documentationVersion }),
      documentationParts: documentationParts.map(({ location, properties }) => ({
        location,
        properties: parsed(properties),
      })),
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function named(name: string, members: Json): Json {
  return Object.keys(members).length === 0 ? {} : { [name]: members }
}
