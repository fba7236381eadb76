/**
 * Documentation parts in an export: the list of them as an extension, and what OpenAPI has words for also where it
 * belongs. AWS's example (developer guide: "Publish API documentation") shows the rules:
 *
 *     METHOD    {"description": "d", "x-example": 1, "foo": 2}   the operation gets description and x-example
 *     RESOURCE  {"description": "d", "x-bar": 1}                 the path gets x-bar
 *     API       {"info": {"description", "version", "x-bar"}}    info gets description and x-bar, its version stays
 *
 * So what the API itself says is not replaced, and a path gets no description. For the places that the example does not
 * show, the members are a guess after the specification.
 */

import { locationKey, type OwnPart, propertiesOf } from './documentation-parts.ts'
import type { ExportContext, Json } from './export-context.ts'
import { isTree, type Tree, treeOf } from './tree.ts'

/** A version of an API's documentation: what a stage publishes. */
export interface Publication {
  readonly version: string
  /** Milliseconds since 1970. */
  readonly createdDate: number
  readonly parts: readonly OwnPart[]
}

type Kind = 'text' | 'list' | 'object'
type Members = Readonly<Record<string, Kind>>

const memberKinds = {
  api: { tags: 'list', externalDocs: 'object' },
  info: { description: 'text', termsOfService: 'text', contact: 'object', license: 'object' },
  resource: {},
  method: { tags: 'list', summary: 'text', description: 'text', externalDocs: 'object' },
  described: { description: 'text' },
  model: { title: 'text', description: 'text', externalDocs: 'object' },
} as const satisfies Record<string, Members>

/** `entity` with what the documentation adds to an entity of its kind. */
export function describe(entity: Json, properties: Tree, kind: keyof typeof memberKinds): Json {
  const members: Members = memberKinds[kind]
  const added: Json = {}
  for (const [name, value] of Object.entries(properties)) {
    if (!Object.hasOwn(entity, name) && isFit(members, name, value)) added[name] = value
  }
  return { ...entity, ...added }
}

/** `describe` for `info` and for the root of the document. */
export function describeApi({ documented }: ExportContext, info: Json): { info: Json; root: Json } {
  const properties = documented({ type: 'API' })
  return {
    info: describe(info, treeOf(properties['info']), 'info'),
    root: describe({}, properties, 'api'),
  }
}

/** `x-amazon-apigateway-documentation`. */
export function exportPublication({ version, createdDate, parts }: Publication): Json {
  const sorted = parts.toSorted((one, other) =>
    locationKey(one.location) < locationKey(other.location) ? -1 : 1,
  )
  return {
    version,
    createdDate: isoSeconds(createdDate),
    documentationParts: sorted.map(part => ({
      location: part.location,
      properties: propertiesOf(part),
    })),
  }
}

/** `2016-11-22T22:41:40Z`. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** API Gateway's own extensions are settings, not documentation: a part must not bring in an integration. */
function isFit(members: Members, name: string, value: unknown): boolean {
  if (name.startsWith('x-')) return !name.startsWith('x-amazon-apigateway-')
  switch (Object.hasOwn(members, name) ? members[name] : undefined) {
    case 'text':
      return typeof value === 'string'
    case 'list':
      return Array.isArray(value)
    case 'object':
      return isTree(value)
    case undefined:
      return false
  }
}
