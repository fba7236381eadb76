/**
 * Documentation: parts, each about one place of the API, and versions, which freeze all parts so that a
 * stage can publish them.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-documenting-api.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { locationKey } from '../../openapi/documentation-parts.ts'
import { importRest } from '../../openapi/import.ts'
import { ImportError } from '../../openapi/import-error.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, draftOf } from '../draft.ts'
import { pageOf } from '../paging.ts'
import { listingDialect, patcher, setText } from '../patch.ts'
import { type DocumentationPartRecord, documentationParts } from '../records.ts'
import { requireApi } from './lookup.ts'
import { undocumentedPlaces } from './undocumented.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Part = RestOperations['GetDocumentationPart']['output']

export async function createDocumentationPart(
  ctx: ControlContext,
  { restApiId, location, properties }: Input<'CreateDocumentationPart'>,
): Promise<Part> {
  await requireApi(ctx, restApiId)
  checkProperties(properties)
  const part = { id: ctx.ids.short(6), location: defined(location), properties }
  const key = keyOf(part)
  if ((await everyPart(ctx, restApiId)).some(each => keyOf(each) === key)) {
    throw new ConflictException('Documentation part already exists for the specified location') // a guess
  }
  await ctx.tx.insert(documentationParts, restApiId, part.id, part)
  return present(part)
}

export async function getDocumentationPart(
  ctx: ReadContext,
  input: Input<'GetDocumentationPart'>,
): Promise<Part> {
  return present(await requirePart(ctx, input))
}

export async function getDocumentationParts(
  ctx: ReadContext,
  input: Input<'GetDocumentationParts'>,
) {
  const { restApiId, type, nameQuery, path, locationStatus } = input
  await requireApi(ctx, restApiId)
  const isChosen = ({ location }: Pick<DocumentationPartRecord, 'location'>) =>
    (type === undefined || location.type === type) &&
    (nameQuery === undefined || location.name === nameQuery) &&
    (path === undefined || location.path === path)
  const parts = await everyPart(ctx, restApiId)
  if (locationStatus === 'UNDOCUMENTED') {
    const places = await undocumentedPlaces(ctx, restApiId, parts)
    const empty = places.map(location => ({ location })).filter(isChosen)
    const sorted = empty.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    const { items, ...rest } = pageOf(sorted, keyOf, input)
    // The types of locations are the model's: undocumented.ts names them.
    return { items: items as Part[], ...rest }
  }
  const chosen = parts.filter(isChosen)
  const { items, ...rest } = pageOf(chosen, part => part.id, input)
  return { items: items.map(present), ...rest }
}

const patch = patcher<DocumentationPartRecord>(listingDialect, {
  '/properties': { replace: setText('properties', Number.POSITIVE_INFINITY) },
})

export async function updateDocumentationPart(
  ctx: ControlContext,
  input: Input<'UpdateDocumentationPart'>,
): Promise<Part> {
  const part = await requirePart(ctx, input)
  patch(part, input.patchOperations)
  checkProperties(part.properties)
  await ctx.tx.update(documentationParts, input.restApiId, part.id, part)
  return present(part)
}

export async function deleteDocumentationPart(
  ctx: ControlContext,
  input: Input<'DeleteDocumentationPart'>,
): Promise<undefined> {
  const { id } = await requirePart(ctx, input)
  await ctx.tx.delete(documentationParts, input.restApiId, id)
}

/** Takes the parts out of an OpenAPI document; those of a place that has one replace it. */
export async function importDocumentationParts(
  ctx: ControlContext,
  { restApiId, body, mode, failOnWarnings }: Input<'ImportDocumentationParts'>,
) {
  await requireApi(ctx, restApiId)
  const imported = read(ctx, restApiId, body)
  if (failOnWarnings && imported.warnings.length > 0) {
    throw new BadRequestException(
      `Warnings found during import:\n\t${imported.warnings.join('\n\t')}`,
    )
  }
  if (mode === 'overwrite') await ctx.tx.deleteChildren(documentationParts, restApiId)
  const known = new Map((await everyPart(ctx, restApiId)).map(part => [keyOf(part), part.id]))
  const ids: string[] = []
  for (const part of imported.documentationParts) {
    const id = known.get(keyOf(part)) ?? ctx.ids.short(6)
    await ctx.tx.put(documentationParts, restApiId, id, { ...draftOf(part), id })
    ids.push(id)
  }
  return { ids, warnings: [...imported.warnings] }
}

/** All parts of an API. */
export async function everyPart(
  { tx }: ReadContext,
  restApiId: string,
): Promise<DocumentationPartRecord[]> {
  return (await tx.all(documentationParts, restApiId)).map(row => row.record)
}

function read({ account, region, partition }: ReadContext, apiId: string, body: Uint8Array) {
  const options = { apiId, basepath: 'ignore', ignoreDocumentation: false } as const
  try {
    return importRest(Buffer.from(body), { ...options, account, region, partition })
  } catch (error) {
    if (error instanceof ImportError) {
      throw new BadRequestException('Unable to build importer with provided input.')
    }
    throw error
  }
}

// Says the same whether the API or the part is missing [R].
async function requirePart(
  { tx }: ReadContext,
  { restApiId, documentationPartId }: { restApiId: string; documentationPartId: string },
): Promise<DocumentationPartRecord> {
  const row = await tx.get(documentationParts, restApiId, documentationPartId)
  if (!row) throw new NotFoundException('Invalid Documentation part identifier specified')
  return row.record
}

// A guess at the words.
function checkProperties(properties: string | undefined): void {
  try {
    const value = JSON.parse(properties ?? '')
    if (typeof value === 'object' && value !== null) return
  } catch {
    // Refused below.
  }
  throw new BadRequestException('Documentation part properties must be a JSON object')
}

function keyOf({ location }: Pick<DocumentationPartRecord, 'location'>): string {
  return locationKey(location)
}

// The wire and the importer have checked the type.
function present(part: DocumentationPartRecord): Part {
  return part as Part
}
