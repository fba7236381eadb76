/**
 * Domain name access associations: a VPC endpoint that may reach a private custom domain name. Accounts are strangers
 * to each other here: an association with another account's domain name is refused, so nobody ever sees one of another's.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains-consumer-create.html
 */
import { formatArn, parseArn } from '../../aws/arn.ts'
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import {
  type DomainAccessRecord,
  type DomainNameRecord,
  domainAccess,
  domainKey,
  domainNames,
} from '../domain-records.ts'
import { isFilled } from '../draft.ts'
import { listPage } from '../paging.ts'
import { checkTags } from '../tags.ts'
import { arnOf } from './domain-names.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Association = RestOperations['CreateDomainNameAccessAssociation']['output']

export async function createDomainNameAccessAssociation(
  ctx: ControlContext,
  input: Input<'CreateDomainNameAccessAssociation'>,
): Promise<Association> {
  const { domainNameArn, accessAssociationSource, tags } = input
  checkTags(tags)
  // The words of the refusals are a guess; this operation has no NotFoundException.
  if (!/^vpce-[0-9a-z]{1,64}$/.test(accessAssociationSource)) {
    throw new BadRequestException(
      `Invalid access association source specified: ${accessAssociationSource.slice(0, 100)}`,
    )
  }
  const domain = await findDomain(ctx, domainNameArn)
  if (domain?.domainNameId === undefined) {
    throw new BadRequestException('Invalid domain name ARN specified')
  }
  const path = `domainname/${domainKey(domain)}/vpcesource/${accessAssociationSource}`
  if (await ctx.tx.get(domainAccess, '', path)) {
    throw new ConflictException('The domain name access association already exists')
  }
  const { partition, region, account } = ctx
  const resource = `${arnPrefix}${path}`
  const association: DomainAccessRecord = {
    domainNameAccessAssociationArn: formatArn({
      ...{ partition, service: 'apigateway', region, account },
      resource,
    }),
    domainNameArn: arnOf(ctx, domain),
    accessAssociationSourceType: 'VPCE',
    accessAssociationSource,
    ...(isFilled(tags) ? { tags } : {}),
  }
  await ctx.tx.insert(domainAccess, '', path, association)
  return present(association)
}

export function getDomainNameAccessAssociations(
  ctx: ReadContext,
  input: Input<'GetDomainNameAccessAssociations'>,
) {
  if (input.resourceOwner === 'OTHER_ACCOUNTS') return Promise.resolve({ items: [] })
  return listPage(ctx.tx, domainAccess, '', input, present)
}

export async function deleteDomainNameAccessAssociation(
  ctx: ControlContext,
  { domainNameAccessAssociationArn }: Input<'DeleteDomainNameAccessAssociation'>,
): Promise<undefined> {
  const { path } = await requireAssociation(ctx, domainNameAccessAssociationArn)
  await ctx.tx.delete(domainAccess, '', path)
}

/** Shuts the VPC endpoint out; the association itself stays until its maker deletes it (documented). */
export async function rejectDomainNameAccessAssociation(
  ctx: ControlContext,
  input: Input<'RejectDomainNameAccessAssociation'>,
): Promise<undefined> {
  const domain = await findDomain(ctx, input.domainNameArn)
  if (!domain) throw new NotFoundException('Invalid domain name identifier specified')
  const found = await requireAssociation(ctx, input.domainNameAccessAssociationArn)
  if (found.association.domainNameArn !== input.domainNameArn) throw unknownAssociation()
  await ctx.tx.update(domainAccess, '', found.path, { ...found.association, isRejected: true })
}

const arnPrefix = '/domainnameaccessassociations/'

async function requireAssociation(
  ctx: ReadContext,
  arn: string,
): Promise<{ path: string; association: DomainAccessRecord }> {
  const path = parseArn(arn)?.resource.slice(arnPrefix.length) ?? ''
  const row = await ctx.tx.get(domainAccess, '', path)
  if (row?.record.domainNameAccessAssociationArn !== arn) throw unknownAssociation()
  return { path, association: row.record }
}

/** The domain name of this account with this very ARN. */
async function findDomain(ctx: ReadContext, arn: string): Promise<DomainNameRecord | undefined> {
  const key = parseArn(arn)?.resource.slice('/domainnames/'.length) ?? ''
  const row = await ctx.tx.get(domainNames, '', key)
  return row && arnOf(ctx, row.record) === arn ? row.record : undefined
}

// The words are a guess.
function unknownAssociation(): NotFoundException {
  return new NotFoundException('Invalid domain name access association identifier specified')
}

function present({ isRejected, ...association }: DomainAccessRecord): Association {
  return association
}
