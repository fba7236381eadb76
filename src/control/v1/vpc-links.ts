/**
 * VPC links of the first kind: a name for a network load balancer, through which integrations reach private
 * back ends. What a link stands for on one's own machines is a matter of the gateway's options.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_VpcLink.html
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, isFilled } from '../draft.ts'
import { listPage } from '../paging.ts'
import { patcher, plainDialect, setText } from '../patch.ts'
import { resources, restApis, type VpcLinkRecord, vpcLinks } from '../records.ts'
import { checkTags, withoutEmptyTags } from '../tags.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type VpcLink = RestOperations['GetVpcLink']['output']

/** Answers PENDING, as AWS does; whoever asks again hears that the link is available. */
export async function createVpcLink(
  ctx: ControlContext,
  { name, description, targetArns, tags }: Input<'CreateVpcLink'>,
): Promise<VpcLink> {
  checkTags(tags)
  const link = defined({
    id: ctx.ids.short(6),
    name,
    description,
    targetArns,
    tags: isFilled(tags) ? tags : undefined,
  })
  check(link)
  await ctx.tx.insert(vpcLinks, '', link.id, link)
  return { ...link, status: 'PENDING' }
}

export async function getVpcLink(
  ctx: ReadContext,
  { vpcLinkId }: Input<'GetVpcLink'>,
): Promise<VpcLink> {
  return present(await requireLink(ctx, vpcLinkId))
}

export function getVpcLinks(ctx: ReadContext, input: Input<'GetVpcLinks'>) {
  return listPage(ctx.tx, vpcLinks, '', input, link => withoutEmptyTags(present(link)))
}

const patch = patcher<VpcLinkRecord>(plainDialect, {
  '/name': { replace: setText('name') },
  '/description': { replace: setText('description') },
})

export async function updateVpcLink(
  ctx: ControlContext,
  { vpcLinkId, patchOperations }: Input<'UpdateVpcLink'>,
): Promise<VpcLink> {
  const link = await requireLink(ctx, vpcLinkId)
  patch(link, patchOperations)
  check(link)
  await ctx.tx.update(vpcLinks, '', vpcLinkId, link)
  return present(link)
}

export async function deleteVpcLink(
  ctx: ControlContext,
  { vpcLinkId }: Input<'DeleteVpcLink'>,
): Promise<undefined> {
  await requireLink(ctx, vpcLinkId)
  if (await isUsed(ctx, vpcLinkId)) {
    // That AWS refuses is documented; the words are a guess.
    throw new BadRequestException(
      'Cannot delete vpc link. Vpc link is referenced in an integration',
    )
  }
  await ctx.tx.delete(vpcLinks, '', vpcLinkId)
}

async function requireLink({ tx }: ReadContext, id: string): Promise<VpcLinkRecord> {
  const row = await tx.get(vpcLinks, '', id)
  if (!row) throw new NotFoundException('Invalid Vpc Link identifier specified')
  return row.record
}

function check({ name, targetArns }: VpcLinkRecord): void {
  if (!name) throw new BadRequestException('Name cannot be empty')
  for (const arn of targetArns) {
    if (!/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/.test(arn)) {
      throw new BadRequestException(`Invalid ARN. ARN is not well formed ${arn}`)
    }
  }
  if (targetArns.length !== 1) {
    throw new BadRequestException('A vpc link must have exactly one target ARN') // a guess
  }
}

async function isUsed({ tx }: ReadContext, linkId: string): Promise<boolean> {
  for (const { id } of await tx.all(restApis, '')) {
    for (const { record } of await tx.all(resources, id)) {
      const methods = Object.values(record.resourceMethods ?? {})
      if (methods.some(method => method.methodIntegration?.connectionId === linkId)) return true
    }
  }
  return false
}

function present(link: VpcLinkRecord): VpcLink {
  return {
    ...link,
    status: 'AVAILABLE',
    statusMessage: 'Your vpc link is ready for use',
    // As in the CLI's examples.
    tags: link.tags ?? {},
  }
}
