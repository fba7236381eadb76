/**
 * Resources: the tree of paths of a REST API. Siblings have different names, at most one of them is a
 * variable, and nothing grows below a greedy one (`{proxy+}`).
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Resource.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { isFilled } from '../draft.ts'
import { listPage } from '../paging.ts'
import { listingDialect, patcher, setText } from '../patch.ts'
import { type ResourceRecord, resources } from '../records.ts'
import { presentMethod } from './integration-answers.ts'
import { requireApi, requireResource } from './lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Resource = RestOperations['GetResource']['output']

export async function createResource(
  ctx: ControlContext,
  { restApiId, parentId, pathPart }: Input<'CreateResource'>,
): Promise<Resource> {
  const parent = await requireResource(ctx, restApiId, parentId)
  checkPathPart(pathPart)
  const id = ctx.ids.short(6)
  const resource = { id, parentId, pathPart, path: childPath(parent, pathPart) }
  checkPlace(resource, parent, await everyResource(ctx, restApiId))
  await ctx.tx.insert(resources, restApiId, id, resource)
  return present(resource, false)
}

export async function getResource(
  ctx: ReadContext,
  { restApiId, resourceId, embed }: Input<'GetResource'>,
): Promise<Resource> {
  return present(await requireResource(ctx, restApiId, resourceId), embedsMethods(embed))
}

export async function getResources(ctx: ReadContext, input: Input<'GetResources'>) {
  await requireApi(ctx, input.restApiId)
  const whole = embedsMethods(input.embed)
  return listPage(ctx.tx, resources, input.restApiId, input, each => present(each, whole))
}

const patch = patcher<ResourceRecord>(listingDialect, {
  '/parentId': {
    replace: (resource, operation) => {
      if (isRoot(resource))
        throw new BadRequestException('Root resource cannot update its parentId.')
      setText('parentId')(resource, operation)
    },
  },
  '/pathPart': {
    replace: (resource, operation) => {
      if (isRoot(resource))
        throw new BadRequestException('Root resource cannot update its pathPart.')
      setText('pathPart')(resource, operation)
    },
  },
})

export async function updateResource(
  ctx: ControlContext,
  { restApiId, resourceId, patchOperations }: Input<'UpdateResource'>,
): Promise<Resource> {
  const resource = await requireResource(ctx, restApiId, resourceId)
  patch(resource, patchOperations)
  if (isRoot(resource) && resource.pathPart === undefined) return present(resource, false)

  const { pathPart = '', parentId = '' } = resource
  checkPathPart(pathPart)
  const all = await everyResource(ctx, restApiId)
  const subtree = subtreeOf(resourceId, all)
  const parent = all.find(each => each.id === parentId)
  if (!parent) throw new NotFoundException('Invalid Resource identifier specified')
  if (subtree.some(each => each.id === parentId)) {
    throw new BadRequestException('Resources cannot be cyclical.')
  }
  checkPlace(resource, parent, all)
  resource.path = childPath(parent, pathPart)
  await ctx.tx.update(resources, restApiId, resourceId, resource)
  await updatePaths(ctx, restApiId, resource, subtree)
  return present(resource, false)
}

export async function deleteResource(
  ctx: ControlContext,
  { restApiId, resourceId }: Input<'DeleteResource'>,
): Promise<undefined> {
  const resource = await requireResource(ctx, restApiId, resourceId)
  // AWS answers 400; its words are not known.
  if (isRoot(resource)) throw new BadRequestException('Root resource cannot be deleted.')
  for (const { id } of subtreeOf(resourceId, await everyResource(ctx, restApiId))) {
    await ctx.tx.delete(resources, restApiId, id)
  }
}

/** The path of a child: `/` + `pets`, `/pets` + `{id}`. */
export function childPath(parent: { readonly path: string }, pathPart: string): string {
  return parent.path === '/' ? `/${pathPart}` : `${parent.path}/${pathPart}`
}

/** Throws `BadRequestException` unless it is a fixed segment, `{name}` or `{name+}`. */
export function checkPathPart(pathPart: string): void {
  if (!/^(?:[a-zA-Z0-9._\-:+,$]+|\{[a-zA-Z0-9._$-]+[+:]?\})$/.test(pathPart)) {
    throw new BadRequestException(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly " +
        'braces at the beginning and the end.',
    )
  }
}

async function everyResource(ctx: ReadContext, restApiId: string): Promise<ResourceRecord[]> {
  return (await ctx.tx.all(resources, restApiId)).map(row => row.record)
}

function checkPlace(
  resource: { id: string; pathPart?: string },
  parent: ResourceRecord,
  all: readonly ResourceRecord[],
): void {
  const { id, pathPart = '' } = resource
  if (parent.pathPart?.endsWith('+}')) {
    throw new BadRequestException(
      `Cannot create a child of a resource with a greedy path variable: ${parent.pathPart}`,
    )
  }
  const siblings = all.filter(each => each.parentId === parent.id && each.id !== id)
  if (siblings.some(each => each.pathPart === pathPart)) {
    throw new ConflictException(
      `Another resource with the same parent already has this name: ${pathPart}`,
    )
  }
  const variable = siblings.find(each => isVariable(each.pathPart))
  if (variable && isVariable(pathPart)) {
    throw new BadRequestException(
      `A sibling (${variable.pathPart}) of this resource already has a variable path part -- ` +
        'only one is allowed',
    )
  }
}

/** The resource and everything below it, parents before children. */
function subtreeOf(id: string, all: readonly ResourceRecord[]): ResourceRecord[] {
  const children = Map.groupBy(all, each => each.parentId)
  const found = all.filter(each => each.id === id)
  for (const each of found) found.push(...(children.get(each.id) ?? []))
  return found
}

async function updatePaths(
  ctx: ControlContext,
  restApiId: string,
  top: ResourceRecord,
  subtree: readonly ResourceRecord[],
): Promise<void> {
  const known = new Map([[top.id, top]])
  for (const each of subtree) {
    const parent = known.get(each.parentId ?? '')
    if (each.id === top.id || !parent) continue
    each.path = childPath(parent, each.pathPart ?? '')
    known.set(each.id, each)
    await ctx.tx.update(resources, restApiId, each.id, each)
  }
}

function present(resource: ResourceRecord, withMethods: boolean): Resource {
  const { resourceMethods, ...plain } = resource
  if (!isFilled(resourceMethods)) return plain
  const methods = Object.entries(resourceMethods).map(([verb, method]) => [
    verb,
    withMethods ? presentMethod(method) : {},
  ])
  return { ...plain, resourceMethods: Object.fromEntries(methods) }
}

function embedsMethods(embed: readonly string[] | undefined): boolean {
  return embed?.includes('methods') === true
}

function isRoot(resource: ResourceRecord): boolean {
  return resource.path === '/'
}

function isVariable(pathPart: string | undefined): boolean {
  return pathPart?.startsWith('{') === true
}
