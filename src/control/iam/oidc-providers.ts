/**
 * OpenID Connect providers whose tokens AssumeRoleWithWebIdentity takes.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
import { ValidationException } from '../../aws/faults.ts'
import {
  EntityAlreadyExists,
  IamLimitExceeded,
  InvalidInput,
  NoSuchEntity,
} from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { wholeSeconds } from '../draft.ts'
import { iamArn, type Realm } from './names.ts'
import { type OidcProviderRecord, oidcProviders } from './records.ts'
import { tagsMember, withTagItems } from './tagging.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

const maxClientIds = 100
const maxThumbprints = 5

export async function createOpenIDConnectProvider(
  ctx: ControlContext,
  { Url, ClientIDList = [], ThumbprintList = [], Tags }: Input<'CreateOpenIDConnectProvider'>,
): Promise<Output<'CreateOpenIDConnectProvider'>> {
  const url = nameOfUrl(Url)
  checkClientIds(ClientIDList)
  checkThumbprints(ThumbprintList)
  if (await ctx.tx.get(oidcProviders, '', url)) {
    throw new EntityAlreadyExists(`Provider with url ${Url} already exists.`)
  }
  const record: OidcProviderRecord = {
    url,
    clientIds: [...new Set(ClientIDList)],
    thumbprints: ThumbprintList,
    createdMs: ctx.clock.now(),
    ...(Tags === undefined ? {} : { tags: withTagItems(undefined, Tags) }),
  }
  await ctx.tx.insert(oidcProviders, '', url, record)
  return { OpenIDConnectProviderArn: providerArn(ctx, url), ...tagsMember(record.tags) }
}

export async function getOpenIDConnectProvider(
  ctx: ReadContext,
  { OpenIDConnectProviderArn }: Input<'GetOpenIDConnectProvider'>,
): Promise<Output<'GetOpenIDConnectProvider'>> {
  const { url, clientIds, thumbprints, createdMs, tags } = await requireProvider(
    ctx,
    OpenIDConnectProviderArn,
  )
  return {
    Url: url,
    ClientIDList: clientIds,
    ThumbprintList: thumbprints,
    CreateDate: wholeSeconds(createdMs),
    ...tagsMember(tags),
  }
}

export async function listOpenIDConnectProviders(
  ctx: ReadContext,
): Promise<Output<'ListOpenIDConnectProviders'>> {
  const rows = await ctx.tx.all(oidcProviders, '')
  return { OpenIDConnectProviderList: rows.map(({ id }) => ({ Arn: providerArn(ctx, id) })) }
}

/** A provider that is not there is no error, as on AWS. */
export async function deleteOpenIDConnectProvider(
  ctx: ControlContext,
  { OpenIDConnectProviderArn }: Input<'DeleteOpenIDConnectProvider'>,
): Promise<void> {
  await ctx.tx.delete(oidcProviders, '', urlOfArn(ctx, OpenIDConnectProviderArn))
}

/** The thumbprint is kept; certificates are verified against the system's authorities. */
export async function updateOpenIDConnectProviderThumbprint(
  ctx: ControlContext,
  { OpenIDConnectProviderArn, ThumbprintList }: Input<'UpdateOpenIDConnectProviderThumbprint'>,
): Promise<void> {
  checkThumbprints(ThumbprintList)
  const record = await requireProvider(ctx, OpenIDConnectProviderArn)
  await ctx.tx.update(oidcProviders, '', record.url, { ...record, thumbprints: ThumbprintList })
}

export async function addClientIDToOpenIDConnectProvider(
  ctx: ControlContext,
  { OpenIDConnectProviderArn, ClientID }: Input<'AddClientIDToOpenIDConnectProvider'>,
): Promise<void> {
  const record = await requireProvider(ctx, OpenIDConnectProviderArn)
  const clientIds = [...new Set([...record.clientIds, ClientID])]
  checkClientIds(clientIds)
  await ctx.tx.update(oidcProviders, '', record.url, { ...record, clientIds })
}

export async function removeClientIDFromOpenIDConnectProvider(
  ctx: ControlContext,
  { OpenIDConnectProviderArn, ClientID }: Input<'RemoveClientIDFromOpenIDConnectProvider'>,
): Promise<void> {
  const record = await requireProvider(ctx, OpenIDConnectProviderArn)
  const clientIds = record.clientIds.filter(id => id !== ClientID)
  await ctx.tx.update(oidcProviders, '', record.url, { ...record, clientIds })
}

/** `arn:aws:iam::A:oidc-provider/example.org/pool` */
export function providerArn(realm: Realm, url: string): string {
  return iamArn(realm, `oidc-provider/${url}`)
}

async function requireProvider(ctx: ReadContext, arn: string): Promise<OidcProviderRecord> {
  const row = await ctx.tx.get(oidcProviders, '', urlOfArn(ctx, arn))
  if (row) return row.record
  throw new NoSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`)
}

function urlOfArn(realm: Realm, arn: string): string {
  const prefix = iamArn(realm, 'oidc-provider/')
  if (arn.startsWith(prefix)) return arn.slice(prefix.length)
  throw new ValidationException(`Invalid ARN: ${arn.slice(0, 200)}`) // a guess
}

/** Without its scheme. On this machine `http` is taken too, which AWS does not do. */
function nameOfUrl(given: string): string {
  const url = URL.parse(given)
  const isLocal = url !== null && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  const isRight =
    url !== null &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)) &&
    url.search === '' &&
    url.hash === '' &&
    url.username === ''
  if (!isRight) throw new ValidationException('Invalid Open ID Connect Provider URL')
  return given.replace(/^https?:\/\//i, '').replace(/\/$/, '')
}

function checkClientIds(ids: readonly string[]): void {
  if (ids.length > maxClientIds) {
    throw new IamLimitExceeded(
      `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${maxClientIds}`,
    )
  }
  if (ids.some(id => id === '' || id.length > 255)) throw new InvalidInput('Invalid client id.')
}

function checkThumbprints(thumbprints: readonly string[]): void {
  if (thumbprints.length > maxThumbprints) {
    throw new InvalidInput('Thumbprint list must contain fewer than 5 entries.')
  }
  for (const thumbprint of thumbprints) {
    if (!/^[0-9a-f]{40}$/i.test(thumbprint)) throw new InvalidInput('Invalid thumbprint.')
  }
}
