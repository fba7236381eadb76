/**
 * Swagger 2.0 -> the common form. Here a body is a parameter, content types are lists beside the operation
 * (its own `consumes` and `produces`, else the document's, else `application/json`), and schemas lie under
 * `definitions`. https://swagger.io/specification/v2/
 */
import { readHeaders, readParameters, readStatuses } from './parameters.ts'
import type { Body, Context, Source } from './source.ts'
import { listOf, type Tree, textOf, textsOf, treeOf } from './tree.ts'

/** Brings a Swagger 2.0 document into the common form. */
export function fromSwagger2(context: Context): Source {
  const { root, found } = context
  return {
    basePath: textOf(root['basePath']) ?? '/',
    schemas: treeOf(root['definitions']),
    schemasAt: '#/definitions/',
    securitySchemes: treeOf(root['securityDefinitions']),
    endpointConfiguration: treeOf(root['x-amazon-apigateway-endpoint-configuration']),
    operation(operation, shared, at) {
      const own = listOf(operation['parameters'])
      const { parameters, others } = readParameters(context, shared, own, at)
      const produces = contentTypes(operation['produces'] ?? root['produces'])
      let body: Body | undefined
      for (const other of others) {
        if (other['in'] === 'body') {
          body = bodyOf(other, contentTypes(operation['consumes'] ?? root['consumes']))
        } else {
          const place = textOf(other['in'])
          found.warn(`Parameters in '${place}' of method ${at} are not supported. Ignoring.`)
        }
      }
      const responses = readStatuses(context, treeOf(operation['responses']), at).map(
        ([status, response]) => ({
          status,
          description: textOf(response['description']),
          headers: readHeaders(context, treeOf(response['headers'])),
          content: contents(response, produces),
        }),
      )
      return { parameters, body, responses }
    },
  }
}

function bodyOf(parameter: Tree, consumes: readonly string[]): Body {
  return {
    content: contents(parameter, consumes),
    description: textOf(parameter['description']),
  }
}

function contents(holder: Tree, types: readonly string[]) {
  const schema = holder['schema']
  return schema === undefined ? [] : types.map(type => ({ type, schema }))
}

function contentTypes(value: unknown): readonly string[] {
  const types = textsOf(value)
  return types.length === 0 ? ['application/json'] : types
}
