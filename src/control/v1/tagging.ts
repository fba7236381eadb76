/**
 * TagResource, UntagResource and GetTags: tags by ARN, whatever kind of thing the ARN names. A kind takes
 * part by a row in `taggables`.
 *
 *     arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/stages/prod
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { Kind } from '../../store/store.ts'
import { clientCertificates } from '../certificate-records.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { domainAccess, domainNames } from '../domain-records.ts'
import { apiKeys, usagePlans } from '../key-records.ts'
import { restApis, stages, vpcLinks } from '../records.ts'
import { type Tags, withoutTags, withTags } from '../tags.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']

/** A record that may carry tags. */
interface Tagged {
  tags?: Tags
}

interface Taggable {
  /** The ARN's path, its captures being the parent's id (if there is one) and the record's. */
  readonly path: RegExp
  readonly kind: Kind<Tagged>
  /** The 404 when there is no such record. */
  readonly missing: string
}

const taggables: readonly Taggable[] = [
  {
    path: /^\/restapis\/()([^/]+)$/,
    kind: restApis,
    missing: 'Invalid API identifier specified',
  },
  {
    path: /^\/restapis\/([^/]+)\/stages\/([^/]+)$/,
    kind: stages,
    missing: 'Invalid stage identifier specified',
  },
  {
    path: /^\/apikeys\/()([^/]+)$/,
    kind: apiKeys,
    missing: 'Invalid API Key identifier specified',
  },
  {
    path: /^\/usageplans\/()([^/]+)$/,
    kind: usagePlans,
    missing: 'Invalid Usage Plan ID specified',
  },
  {
    path: /^\/vpclinks\/()([^/]+)$/,
    kind: vpcLinks,
    missing: 'Invalid Vpc Link identifier specified',
  },
  {
    path: /^\/clientcertificates\/()([^/]+)$/,
    kind: clientCertificates,
    missing: 'Invalid Client Certificate identifier specified',
  },
  {
    path: /^\/domainnames\/()([^/]+)$/,
    kind: domainNames,
    missing: 'Invalid domain name identifier specified',
  },
  {
    path: /^\/domainnameaccessassociations\/()(domainname\/[^/]+\/vpcesource\/[^/]+)$/,
    kind: domainAccess,
    missing: 'Invalid domain name access association identifier specified',
  },
]

export async function tagResource(
  ctx: ControlContext,
  { resourceArn, tags }: Input<'TagResource'>,
): Promise<undefined> {
  const { kind, parent, id, record } = await find(ctx, resourceArn)
  await ctx.tx.update(kind, parent, id, { ...record, tags: withTags(record.tags, tags) })
}

export async function getTags(ctx: ReadContext, { resourceArn }: Input<'GetTags'>) {
  const { record } = await find(ctx, resourceArn)
  return { tags: record.tags ?? {} }
}

export async function untagResource(
  ctx: ControlContext,
  { resourceArn, tagKeys }: Input<'UntagResource'>,
): Promise<undefined> {
  const { kind, parent, id, record } = await find(ctx, resourceArn)
  await ctx.tx.update(kind, parent, id, { ...record, tags: withoutTags(record.tags, tagKeys) })
}

// The words of the refusals are a guess, but for the API's.
async function find({ tx, account, region }: ReadContext, arn: string) {
  const [scheme, , service, arnRegion, , ...rest] = arn.split(':')
  if (scheme !== 'arn' || service !== 'apigateway' || arnRegion !== region) {
    throw new BadRequestException(`Invalid ARN specified in the request: ${arn}`)
  }
  const path = rest.join(':')
  for (const { path: pattern, kind, missing } of taggables) {
    const [, parent = '', id = ''] = pattern.exec(path) ?? []
    if (id === '') continue
    const row = await tx.get(kind, parent, id)
    if (row) return { kind, parent, id, record: row.record }
    throw new NotFoundException(kind === restApis ? `${missing} ${account}:${id}` : missing)
  }
  throw new BadRequestException(`Resource does not support tagging: ${arn}`)
}
