/**
 * The documentation parts of a document: those that `x-amazon-apigateway-documentation` lists, and one for every
 * description or summary in the document. Where both say something about one place, the list wins, and what the list
 * says of a whole family of places is not said again for each: an export writes it there (export-documentation.ts).
 *
 * Developer guide: "Representation of API documentation in API Gateway". Which members of the document become
 * properties of a part is a guess after the examples there.
 */
import { documented, type Location, locationKey, type OwnPart } from './documentation-parts.ts'
import type { Context, Operation, Source } from './source.ts'
import { defined, isTree, listOf, type Tree, textOf, treeOf } from './tree.ts'

export interface Documentation {
  list(): OwnPart[]
  addResource(path: string, item: Tree): void
  addMethod(path: string, verb: string, written: Tree, operation: Operation): void
}

const locationTypes = new Set([
  'API',
  'AUTHORIZER',
  'MODEL',
  'RESOURCE',
  'METHOD',
  'PATH_PARAMETER',
  'QUERY_PARAMETER',
  'REQUEST_HEADER',
  'REQUEST_BODY',
  'RESPONSE',
  'RESPONSE_HEADER',
  'RESPONSE_BODY',
])
const parameterTypes = {
  path: 'PATH_PARAMETER',
  query: 'QUERY_PARAMETER',
  header: 'REQUEST_HEADER',
} as const

/** Collects the documentation of a document: the whole document's now, the methods' as they are added. */
export function readDocumentation(context: Context, source: Source): Documentation {
  const { root, resolve } = context
  const parts = new Map<string, OwnPart>()
  for (const part of listedParts(context)) parts.set(locationKey(part.location), part)
  const listed = documented([...parts.values()])
  addApi()
  for (const [name, schema] of Object.entries(source.schemas)) {
    add({ type: 'MODEL', name }, { description: textOf(treeOf(schema)['description']) })
  }
  for (const [name, scheme] of Object.entries(source.securitySchemes)) {
    add(
      { type: 'AUTHORIZER', name },
      { description: textOf(treeOf(resolve(scheme))['description']) },
    )
  }
  return { list: () => [...parts.values()], addResource, addMethod }

  function add(location: Location, properties: object): void {
    const text = JSON.stringify(properties)
    const key = locationKey(location)
    if (text !== '{}' && !parts.has(key) && !isListed(location, properties)) {
      parts.set(key, { location, properties: text })
    }
  }

  function isListed(location: Location, properties: object): boolean {
    const general = listed(location)
    return Object.entries(properties).every(
      ([name, value]) =>
        value === undefined || JSON.stringify(value) === JSON.stringify(general[name]),
    )
  }

  function addApi(): void {
    const description = textOf(treeOf(root['info'])['description'])
    const tags = listOf(root['tags']).filter(
      tag => isTree(tag) && tag['x-amazon-apigateway-tag-value'] === undefined,
    )
    add(
      { type: 'API' },
      {
        ...(description === undefined ? {} : { info: { description } }),
        ...(tags.length === 0 ? {} : { tags }),
      },
    )
  }

  function addResource(path: string, item: Tree): void {
    const { summary, description } = item
    add({ type: 'RESOURCE', path }, { summary: textOf(summary), description: textOf(description) })
  }

  function addMethod(path: string, verb: string, written: Tree, operation: Operation): void {
    const place = { path, method: verb }
    const { tags, summary, description } = written
    add(
      { type: 'METHOD', ...place },
      {
        tags: listOf(tags).length > 0 ? tags : undefined,
        summary: textOf(summary),
        description: textOf(description),
      },
    )
    for (const { in: where, name, description } of operation.parameters) {
      add({ type: parameterTypes[where], ...place, name }, { description })
    }
    add({ type: 'REQUEST_BODY', ...place }, { description: operation.body?.description })
    for (const { status, description, headers } of operation.responses) {
      // An export writes this where there is no description, because the specification wants one.
      if (description !== `${status} response`) {
        add({ type: 'RESPONSE', ...place, statusCode: status }, { description })
      }
      for (const header of headers) {
        const location = {
          type: 'RESPONSE_HEADER',
          ...place,
          statusCode: status,
          name: header.name,
        }
        add(location, { description: header.description })
      }
    }
  }
}

function listedParts({ root, found }: Context): OwnPart[] {
  const extension = treeOf(root['x-amazon-apigateway-documentation'])
  return listOf(extension['documentationParts']).flatMap(item => {
    const { location, properties } = treeOf(item)
    const { type, path, method, statusCode, name } = treeOf(location)
    const text = typeof properties === 'string' ? properties : JSON.stringify(properties)
    const kind = textOf(type)?.toUpperCase()
    if (kind === undefined || !locationTypes.has(kind) || text === undefined) {
      found.warn('A documentation part has no location or no properties. Ignoring.')
      return []
    }
    const place = defined<Location>({
      type: kind,
      path: textOf(path),
      method: textOf(method),
      statusCode: textOf(statusCode),
      name: textOf(name),
    })
    return [{ location: place, properties: text }]
  })
}
