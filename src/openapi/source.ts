/**
 * The one form that Swagger 2.0 and OpenAPI 3 documents are brought into before anything is converted, so
 * that only swagger2.ts and openapi3.ts know how the two differ.
 */
import type { Findings } from './findings.ts'
import type { Known } from './known.ts'
import type { Resolve } from './refs.ts'
import type { Tree } from './tree.ts'

/** What every part of the conversion may use. */
export interface Context {
  readonly apiId: string
  readonly root: Tree
  /** What may be referred to beside what the document defines. */
  readonly known: Known
  readonly found: Findings
  readonly resolve: Resolve
}

/** A whole document. */
export interface Source {
  /** The path that all paths are under, `/` where there is none. */
  readonly basePath: string
  readonly schemas: Tree
  /** What references to `schemas` start with. */
  readonly schemasAt: '#/definitions/' | '#/components/schemas/'
  readonly securitySchemes: Tree
  /** `x-amazon-apigateway-endpoint-configuration`, from wherever the version keeps it. */
  readonly endpointConfiguration: Tree
  operation(operation: Tree, shared: readonly unknown[], at: string): Operation
}

/** One method of one path. `at` in messages: `'GET' on resource at path '/pets'`. */
export interface Operation {
  readonly parameters: readonly Parameter[]
  readonly body: Body | undefined
  readonly responses: readonly Response[]
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description: string | undefined
}

export interface Content {
  readonly type: string
  readonly schema: unknown
}

export interface Body {
  readonly content: readonly Content[]
  readonly description: string | undefined
}

export interface Response {
  /** `200`; never `default`, which AWS does not take. */
  readonly status: string
  readonly description: string | undefined
  readonly headers: readonly { name: string; description: string | undefined }[]
  readonly content: readonly Content[]
}
