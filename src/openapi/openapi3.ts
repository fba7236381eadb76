/**
 * OpenAPI 3.0 and 3.1 -> the common form. Here bodies and responses carry a map of content types, shared
 * things lie under `components`, and the base path is part of the first server that has one.
 * https://spec.openapis.org/oas/v3.0.3 and v3.1.0; AWS takes 3.0 only, 3.1 is our addition.
 */
import { readHeaders, readParameters, readStatuses } from './parameters.ts'
import type { Body, Content, Context, Source } from './source.ts'
import { emptyTree, isTree, listOf, type Tree, textOf, treeOf } from './tree.ts'

/** Brings an OpenAPI 3 document into the common form. */
export function fromOpenapi3(context: Context): Source {
  const { root, resolve, found } = context
  const components = treeOf(root['components'])
  const servers = listOf(root['servers']).map(treeOf)
  return {
    basePath: basePathOf(servers),
    schemas: treeOf(components['schemas']),
    schemasAt: '#/components/schemas/',
    securitySchemes: treeOf(components['securitySchemes']),
    endpointConfiguration: endpointConfiguration(root, servers),
    operation(operation, shared, at) {
      const own = listOf(operation['parameters'])
      const { parameters, others } = readParameters(context, shared, own, at)
      for (const other of others) {
        const place = textOf(other['in'])
        found.warn(`Parameters in '${place}' of method ${at} are not supported. Ignoring.`)
      }
      const responses = readStatuses(context, treeOf(operation['responses']), at).map(
        ([status, response]) => ({
          status,
          description: textOf(response['description']),
          headers: readHeaders(context, treeOf(response['headers'])),
          content: contents(response),
        }),
      )
      return { parameters, body: bodyOf(resolve(operation['requestBody'])), responses }
    },
  }
}

function bodyOf(body: unknown): Body | undefined {
  if (!isTree(body)) return undefined
  return { content: contents(body), description: textOf(body['description']) }
}

function contents(holder: Tree): Content[] {
  return Object.entries(treeOf(holder['content'])).flatMap(([type, media]) => {
    const schema = treeOf(media)['schema']
    return schema === undefined ? [] : [{ type, schema }]
  })
}

/** The first `basePath` variable of a server, else the path of the first server's URL. */
function basePathOf(servers: readonly Tree[]): string {
  for (const server of servers) {
    const variable = treeOf(treeOf(server['variables'])['basePath'])
    const value = textOf(variable['default'])
    if (value !== undefined) return value
  }
  const url = textOf(servers[0]?.['url']) ?? ''
  const path = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*(\/[^?#]*)?/i.exec(url)
  const own = path === null ? url : (path[1] ?? '/')
  // A path with variables of its own is not a base path that a resource could have.
  return own.includes('{') ? '/' : own
}

/** AWS keeps it at a server; at the root it is Swagger's form, which is taken too. */
function endpointConfiguration(root: Tree, servers: readonly Tree[]): Tree {
  const name = 'x-amazon-apigateway-endpoint-configuration'
  for (const holder of [...servers, root]) {
    const configuration = holder[name]
    if (isTree(configuration)) return configuration
  }
  return emptyTree
}
