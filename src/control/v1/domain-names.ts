/**
 * Custom domain names: public ones (EDGE, REGIONAL), and private ones, which have an id beside their name, policies of
 * their own, and callers that come through VPC endpoints. Certificates are named by ARN: what serves a name here is a
 * matter of the gateway's options. Every domain name is available at once.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html
 */
import { controlArn, formatArn } from '../../aws/arn.ts'
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import {
  basePathMappings,
  type DomainNameRecord,
  domainAccess,
  domainKey,
  domainNames,
  uploadedCertificates,
} from '../domain-records.ts'
import { defined, isFilled, wholeSeconds } from '../draft.ts'
import { listPage } from '../paging.ts'
import { checkTags, withoutEmptyTags } from '../tags.ts'
import {
  distributionHostedZoneId,
  regionalHostedZoneId,
  settleAddresses,
} from './domain-endpoints.ts'
import { patchDomain } from './domain-name-patch.ts'
import { checkDomain, checkName, checkUpload, isPrivate } from './domain-name-rules.ts'
import { normalPolicy } from './resource-policy.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type DomainName = RestOperations['GetDomainName']['output']

export async function createDomainName(
  ctx: ControlContext,
  input: Input<'CreateDomainName'>,
): Promise<DomainName> {
  const { domainName, mutualTlsAuthentication, tags } = input
  checkTags(tags)
  const endpointConfiguration = readEndpoints(input.endpointConfiguration)
  const { types } = endpointConfiguration
  checkName(domainName, types)
  const domain: DomainNameRecord = {
    ...defined({
      domainName,
      domainNameId: isPrivate(types) ? ctx.ids.short(10) : undefined,
      certificateName: input.certificateName,
      certificateArn: input.certificateArn,
      regionalCertificateName: input.regionalCertificateName,
      regionalCertificateArn: input.regionalCertificateArn,
      endpointAccessMode: input.endpointAccessMode,
      ownershipVerificationCertificateArn: input.ownershipVerificationCertificateArn,
      policy: input.policy,
      tags: isFilled(tags) ? tags : undefined,
    }),
    ...(mutualTlsAuthentication
      ? { mutualTlsAuthentication: defined(mutualTlsAuthentication) }
      : {}),
    endpointConfiguration,
    securityPolicy: input.securityPolicy ?? 'TLS_1_2',
    routingMode: input.routingMode ?? 'BASE_PATH_MAPPING_ONLY',
  }
  await keepUpload(ctx, domain, input)
  checkDomain(domain, ctx)
  await checkIsFree(ctx, domain)
  await complete(ctx, domain, undefined)
  await ctx.tx.insert(domainNames, '', domainKey(domain), domain)
  return withoutEmptyTags(present(ctx, domain))
}

export async function getDomainName(
  ctx: ReadContext,
  input: Input<'GetDomainName'>,
): Promise<DomainName> {
  return present(ctx, await requireDomain(ctx, input))
}

/** No account sees another's domain names here, so there are none of OTHER_ACCOUNTS. */
export function getDomainNames(ctx: ReadContext, input: Input<'GetDomainNames'>) {
  if (input.resourceOwner === 'OTHER_ACCOUNTS') return Promise.resolve({ items: [] })
  return listPage(ctx.tx, domainNames, '', input, domain => withoutEmptyTags(present(ctx, domain)))
}

export async function updateDomainName(
  ctx: ControlContext,
  { patchOperations, ...name }: Input<'UpdateDomainName'>,
): Promise<DomainName> {
  const domain = await requireDomain(ctx, name)
  const before = structuredClone(domain)
  patchDomain(domain, patchOperations)
  checkDomain(domain, ctx)
  await complete(ctx, domain, before)
  await ctx.tx.update(domainNames, '', domainKey(domain), domain)
  return present(ctx, domain)
}

/** Takes the base path mappings along, as AWS does; that access associations go too is a guess. */
export async function deleteDomainName(
  ctx: ControlContext,
  input: Input<'DeleteDomainName'>,
): Promise<undefined> {
  const domain = await requireDomain(ctx, input)
  const key = domainKey(domain)
  const arn = arnOf(ctx, domain)
  for (const { id, record } of await ctx.tx.all(domainAccess, '')) {
    if (record.domainNameArn === arn) await ctx.tx.delete(domainAccess, '', id)
  }
  await ctx.tx.deleteChildren(basePathMappings, key)
  await ctx.tx.delete(uploadedCertificates, '', key)
  await ctx.tx.delete(domainNames, '', key)
}

/** Names a domain name in the operations' inputs. */
export interface DomainNameInput {
  readonly domainName: string
  readonly domainNameId?: string | undefined
}

/** The domain name. Throws `NotFoundException`, also for a private one that is asked for without its id (reported). */
export async function requireDomain(
  { tx }: ReadContext,
  { domainName, domainNameId = '' }: DomainNameInput,
): Promise<DomainNameRecord> {
  const key = domainKey(domainNameId === '' ? { domainName } : { domainName, domainNameId })
  const row = domainName.includes('+') ? undefined : await tx.get(domainNames, '', key)
  if (!row) throw new NotFoundException('Invalid domain name identifier specified')
  return row.record
}

/** The ARN of a domain name; only a private one's has the account in it (documented). */
export function arnOf(
  { partition, region, account }: ReadContext,
  domain: DomainNameRecord,
): string {
  const resource = `/domainnames/${domainKey(domain)}`
  if (domain.domainNameId === undefined) return controlArn(region, resource)
  return formatArn({ partition, service: 'apigateway', region, account, resource })
}

function readEndpoints(
  asked: Input<'CreateDomainName'>['endpointConfiguration'],
): DomainNameRecord['endpointConfiguration'] {
  const { types = ['EDGE'], ipAddressType, vpcEndpointIds } = asked ?? {}
  // The words of both are a guess.
  if (types.length > 1) {
    throw new BadRequestException('Cannot create a domain name with multiple Endpoint Types.')
  }
  if (isFilled(vpcEndpointIds)) {
    throw new BadRequestException('VPCEndpoints cannot be specified for domain names')
  }
  return { types, ipAddressType: ipAddressType ?? (isPrivate(types) ? 'dualstack' : 'ipv4') }
}

/** The old way to bring a certificate: as text, for EDGE only. Its name then stands for it. */
async function keepUpload(
  ctx: ControlContext,
  domain: DomainNameRecord,
  { certificateBody, certificatePrivateKey, certificateChain }: Input<'CreateDomainName'>,
): Promise<void> {
  if (certificateBody === undefined && certificatePrivateKey === undefined) return
  if (domain.certificateName === undefined) {
    throw new BadRequestException('Certificate name must be specified') // reported
  }
  const upload = {
    certificateBody: certificateBody ?? '',
    certificatePrivateKey: certificatePrivateKey ?? '',
    ...defined({ certificateChain }),
  }
  checkUpload(upload)
  await ctx.tx.put(uploadedCertificates, '', domainKey(domain), upload)
}

/** A public name is unique in its region over all accounts (documented). */
async function checkIsFree(ctx: ReadContext, domain: DomainNameRecord): Promise<void> {
  const key = domainKey(domain)
  const own = await ctx.tx.get(domainNames, '', key)
  const other = await ctx.tx.find(domainNames, key)
  if (own || other?.namespace.region === ctx.region) {
    throw new BadRequestException('The domain name you provided already exists.') // reported
  }
}

/** Derives what follows from a change: addresses, the time of the certificate, whole ARNs in policies. */
async function complete(
  ctx: ControlContext,
  domain: DomainNameRecord,
  before: DomainNameRecord | undefined,
): Promise<void> {
  settleAddresses(domain, ctx)
  const { certificateArn, certificateName, policy, managementPolicy } = domain
  const isNewCertificate =
    certificateArn !== before?.certificateArn || certificateName !== before?.certificateName
  if (isNewCertificate) {
    delete domain.certificateUploadDate
    if ((certificateArn ?? certificateName) !== undefined) {
      domain.certificateUploadDate = ctx.clock.now()
    }
    if (before) await ctx.tx.delete(uploadedCertificates, '', domainKey(domain))
  }
  const invokeArn = `arn:${ctx.partition}:execute-api:${ctx.region}:${ctx.account}:/domainnames/${domainKey(domain)}`
  if (policy !== undefined && policy !== before?.policy) {
    domain.policy = normalPolicy(policy, () => invokeArn)
  }
  if (managementPolicy !== undefined && managementPolicy !== before?.managementPolicy) {
    domain.managementPolicy = normalPolicy(managementPolicy, path => `execute-api:${path}`)
  }
}

/** What AWS answers. That a public domain name has an ARN in it is a guess. */
function present(ctx: ReadContext, domain: DomainNameRecord): DomainName {
  const { certificateUploadDate, distributionDomainName, regionalDomainName, ...plain } = domain
  return {
    ...plain,
    ...defined({
      certificateUploadDate:
        certificateUploadDate === undefined ? undefined : wholeSeconds(certificateUploadDate),
      distributionDomainName,
      distributionHostedZoneId: distributionDomainName && distributionHostedZoneId,
      regionalDomainName,
      regionalHostedZoneId: regionalDomainName && regionalHostedZoneId(ctx.region),
    }),
    domainNameArn: arnOf(ctx, domain),
    domainNameStatus: 'AVAILABLE',
    tags: domain.tags ?? {},
    // The domain name's own checks keep the enumerations to the SDK's values.
  } as DomainName
}
