/**
 * What the parts of an export share: the API, and what of it is to be written in which format.
 */
import type { ApiSnapshot } from '../aws/rest-api.ts'
import type { Documented } from './documentation-parts.ts'

export type ExportFormat = 'oas30' | 'swagger'

/** What the parts of an export need to know. */
export interface ExportContext {
  readonly snapshot: ApiSnapshot
  readonly format: ExportFormat
  /** What references to models start with. */
  readonly schemasAt: '#/components/schemas/' | '#/definitions/'
  readonly withIntegrations: boolean
  readonly withAuthorizers: boolean
  /** The region that Postman signs for; undefined where its extensions are not asked for. */
  readonly postmanRegion: string | undefined
  /** What the documentation of the stage says about a place. */
  readonly documented: Documented
}

export type Json = Record<string, unknown>
