/**
 * Documentation versions: all parts of an API as they were at one time. A stage publishes the version that it
 * names.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationVersion.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, wholeSeconds } from '../draft.ts'
import { listPage } from '../paging.ts'
import { patcher, plainDialect, setText } from '../patch.ts'
import { type DocumentationVersionRecord, documentationVersions, stages } from '../records.ts'
import { everyPart } from './documentation.ts'
import { requireApi, requireStage } from './lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Version = RestOperations['GetDocumentationVersion']['output']

export async function createDocumentationVersion(
  ctx: ControlContext,
  input: Input<'CreateDocumentationVersion'>,
): Promise<Version> {
  const { restApiId, documentationVersion: version, stageName, description } = input
  await requireApi(ctx, restApiId)
  // A guess: AWS says nothing about what a version may be called.
  if (!/^[\x20-\x7e\x80-\uffff]+$/.test(version) || !version.isWellFormed()) {
    throw new BadRequestException('Invalid documentation version specified')
  }
  if (await ctx.tx.get(documentationVersions, restApiId, version)) {
    throw new ConflictException('Documentation version already exists') // a guess at the words
  }
  const record = {
    ...defined({ version, description, createdDate: ctx.clock.now() }),
    parts: await everyPart(ctx, restApiId),
  }
  await ctx.tx.insert(documentationVersions, restApiId, version, record)
  if (stageName) {
    const stage = await requireStage(ctx, restApiId, stageName)
    stage.documentationVersion = version
    await ctx.tx.update(stages, restApiId, stageName, stage)
  }
  return present(record)
}

export async function getDocumentationVersion(
  ctx: ReadContext,
  input: Input<'GetDocumentationVersion'>,
): Promise<Version> {
  return present(await requireVersion(ctx, input))
}

export async function getDocumentationVersions(
  ctx: ReadContext,
  input: Input<'GetDocumentationVersions'>,
) {
  await requireApi(ctx, input.restApiId)
  return listPage(ctx.tx, documentationVersions, input.restApiId, input, present)
}

const patch = patcher<DocumentationVersionRecord>(plainDialect, {
  '/description': { replace: setText('description') },
})

export async function updateDocumentationVersion(
  ctx: ControlContext,
  input: Input<'UpdateDocumentationVersion'>,
): Promise<Version> {
  const record = await requireVersion(ctx, input)
  patch(record, input.patchOperations)
  await ctx.tx.update(documentationVersions, input.restApiId, record.version, record)
  return present(record)
}

export async function deleteDocumentationVersion(
  ctx: ControlContext,
  input: Input<'DeleteDocumentationVersion'>,
): Promise<undefined> {
  const { version } = await requireVersion(ctx, input)
  await ctx.tx.delete(documentationVersions, input.restApiId, version)
}

// A guess at the words, after those for parts.
async function requireVersion(
  ctx: ReadContext,
  { restApiId, documentationVersion }: { restApiId: string; documentationVersion: string },
): Promise<DocumentationVersionRecord> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(documentationVersions, restApiId, documentationVersion)
  if (!row) throw new NotFoundException('Invalid Documentation version specified')
  return row.record
}

function present({ parts: _, ...version }: DocumentationVersionRecord): Version {
  return { ...version, createdDate: wholeSeconds(version.createdDate) }
}
