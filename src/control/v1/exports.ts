/**
 * GetExport: what a stage runs, as an OpenAPI 3 or Swagger 2 document.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { type ExportExtension, exportRest, render } from '../../openapi/export.ts'
import type { ReadContext } from '../context.ts'
import { entryOf } from '../draft.ts'
import { documentationVersions, snapshots } from '../records.ts'
import { requireStage } from './lookup.ts'

const knownExtensions: ReadonlySet<string> = new Set<ExportExtension>([
  'integrations',
  'authorizers',
  'apigateway',
  'documentation',
  'postman',
])

export async function getExport(
  ctx: ReadContext,
  input: RestOperations['GetExport']['input'],
): Promise<RestOperations['GetExport']['output']> {
  const { restApiId, stageName, exportType, parameters, accepts = 'application/json' } = input
  const stage = await requireStage(ctx, restApiId, stageName)
  if (exportType !== 'oas30' && exportType !== 'swagger') {
    throw new BadRequestException(`No API exporter for type '${exportType}'`) // known from users' reports
  }
  const snapshot = await ctx.tx.get(snapshots, restApiId, stage.deploymentId)
  if (!snapshot) throw new BadRequestException('Deployment id does not exist')
  const publication =
    stage.documentationVersion === undefined
      ? undefined
      : await ctx.tx.get(documentationVersions, restApiId, stage.documentationVersion)

  const document = exportRest(snapshot.record, stage, {
    format: exportType,
    extensions: extensionsOf(entryOf(parameters, 'extensions')),
    host: `${restApiId}.execute-api.${ctx.region}.amazonaws.com`,
    region: ctx.region,
    ...(publication ? { documentation: publication.record } : {}),
  })
  const form = /yaml/i.test(accepts) ? 'yaml' : 'json'
  const version = versionOf(document)
  return {
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="${exportType}_${version}.${form}"`,
    body: Buffer.from(render(document, form)),
  }
}

function extensionsOf(list = ''): ReadonlySet<ExportExtension> {
  // The developer guide also writes `integration`.
  const names = list.split(',').map(name =>
    name
      .trim()
      .toLowerCase()
      .replace(/^integration$/, '$&s'),
  )
  const isKnown = (name: string): name is ExportExtension => knownExtensions.has(name)
  return new Set(names.filter(isKnown))
}

/** `info.version` of the document, without what a file's name cannot hold. */
function versionOf(document: unknown): string {
  const { info } = document as { info?: { version?: unknown } }
  return String(info?.version ?? '').replace(/[^\w.:+-]/g, '_')
}
