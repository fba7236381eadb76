/**
 * What must hold of a custom domain name however it was made or changed. Words known from users' reports are marked as
 * reported; the others are a guess, their rules documented.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { parseArn } from '../../aws/arn.ts'
import { BadRequestException } from '../../aws/faults.ts'
import type { ReadContext } from '../context.ts'
import type {
  DomainEndpointType,
  DomainNameRecord,
  UploadedCertificateRecord,
} from '../domain-records.ts'

const maxNameLength = 253

/** Throws `BadRequestException` when the domain name cannot be like this. */
export function checkDomain(domain: DomainNameRecord, ctx: ReadContext): void {
  checkEndpointTypes(domain)
  checkCertificates(domain, ctx)
  checkSecurity(domain)
  checkMutualTls(domain, ctx)
  const { endpointConfiguration, routingMode, policy, managementPolicy } = domain
  if (!routingModes.includes(routingMode)) {
    throw new BadRequestException(`Invalid routing mode. Valid options are ${routingModes.join()}`)
  }
  if (!isPrivate(endpointConfiguration.types) && (policy ?? managementPolicy) !== undefined) {
    throw new BadRequestException('Policies are only supported for private custom domain names')
  }
}

/** A name of at least two labels in lower-case letters; the first may be `*`, but not of a private one. */
export function checkName(name: string, types: readonly DomainEndpointType[]): void {
  const labels = name.split('.')
  const isWildcard = labels[0] === '*'
  if (isWildcard) labels.shift()
  const isName = labels.every(label => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  if (name.length > maxNameLength || labels.length < 2 || !isName) {
    throw new BadRequestException(`Invalid domain name specified: ${name.slice(0, maxNameLength)}`)
  }
  if (isWildcard && isPrivate(types)) {
    throw new BadRequestException(
      'Wildcard names are not supported for private custom domain names',
    )
  }
}

function checkEndpointTypes({ endpointConfiguration }: DomainNameRecord): void {
  const { types, ipAddressType } = endpointConfiguration
  if (types.length === 0) {
    throw new BadRequestException(
      'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
    )
  }
  if (ipAddressType !== 'ipv4' && ipAddressType !== 'dualstack') {
    throw new BadRequestException('ipAddressType must be either ipv4 or dualstack.')
  }
  if (isPrivate(types) && ipAddressType === 'ipv4') {
    throw new BadRequestException(
      'Only dualstack ipAddressType is supported for Private domain names.',
    )
  }
}

// EDGE and PRIVATE share the fields without a prefix.
function checkCertificates(domain: DomainNameRecord, ctx: ReadContext): void {
  const { types } = domain.endpointConfiguration
  const plain = domain.certificateArn ?? domain.certificateName
  const regional = domain.regionalCertificateArn ?? domain.regionalCertificateName
  const given: Readonly<Record<DomainEndpointType, string | undefined>> = {
    EDGE: plain,
    PRIVATE: plain,
    REGIONAL: regional,
  }
  for (const type of types) {
    if (given[type] === undefined) {
      throw new BadRequestException(
        `A certificate was not provided for the endpoint type ${type}.`, // reported
      )
    }
  }
  const unused = [
    plain !== undefined && !types.includes('EDGE') && !isPrivate(types) && 'EDGE',
    regional !== undefined && !types.includes('REGIONAL') && 'REGIONAL',
  ].find(type => type !== false)
  if (unused !== undefined) {
    throw new BadRequestException(
      `Cannot import certificates for ${unused} while ${types.join()} is active.`, // reported
    )
  }
  // CloudFront takes certificates of us-east-1 only.
  const isInVirginia = types.includes('EDGE') && ctx.partition === 'aws'
  checkCertificateArn(domain.certificateArn, isInVirginia ? 'us-east-1' : ctx.region)
  checkCertificateArn(domain.regionalCertificateArn, ctx.region)
}

function checkCertificateArn(text: string | undefined, region: string): void {
  if (text === undefined) return
  const arn = parseArn(text)
  if (arn?.service === 'iam' && arn.resource.startsWith('server-certificate/')) return
  if (arn?.service !== 'acm' || !arn.resource.startsWith('certificate/')) {
    throw new BadRequestException(`Invalid certificate ARN: ${text.slice(0, 2048)}.`)
  }
  if (arn.region !== region) {
    throw new BadRequestException(
      `Invalid certificate ARN: ${text}. Certificate must be in '${region}'.`, // reported
    )
  }
}

function checkSecurity({
  endpointConfiguration: { types },
  securityPolicy,
  endpointAccessMode,
}: DomainNameRecord): void {
  const isEnhanced = securityPolicy.startsWith('SecurityPolicy_')
  const isLegacy =
    securityPolicy === 'TLS_1_2' || (securityPolicy === 'TLS_1_0' && !isPrivate(types))
  const isForEdge = securityPolicy.endsWith('_EDGE')
  if (!isEnhanced ? !isLegacy : types.some(type => isForEdge !== (type === 'EDGE'))) {
    throw new BadRequestException(
      `Invalid security policy ${securityPolicy} for the endpoint type ${types.join()}`,
    )
  }
  if (isEnhanced && endpointAccessMode === undefined) {
    throw new BadRequestException(
      'Endpoint access mode is required for the specified security policy', // reported
    )
  }
  if (endpointAccessMode === undefined) return
  if (endpointAccessMode !== 'BASIC' && endpointAccessMode !== 'STRICT') {
    throw new BadRequestException('Invalid endpoint access mode. Valid options are BASIC,STRICT')
  }
  if (!isEnhanced) {
    throw new BadRequestException(
      'Endpoint access mode is not supported for the specified security policy',
    )
  }
}

function checkMutualTls(domain: DomainNameRecord, ctx: ReadContext): void {
  const { mutualTlsAuthentication, ownershipVerificationCertificateArn, securityPolicy } = domain
  checkCertificateArn(ownershipVerificationCertificateArn, ctx.region)
  if (mutualTlsAuthentication === undefined) return
  if (domain.endpointConfiguration.types.some(type => type !== 'REGIONAL')) {
    throw new BadRequestException(
      'Mutual TLS authentication is supported for Regional domain names only',
    )
  }
  if (securityPolicy !== 'TLS_1_2') {
    throw new BadRequestException('Mutual TLS authentication requires the security policy TLS_1_2')
  }
  if (
    !/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/./.test(mutualTlsAuthentication.truststoreUri ?? '')
  ) {
    throw new BadRequestException('Invalid truststoreUri. It must be of the form s3://bucket/key')
  }
}

/** A certificate that comes as text: one PEM certificate, the key that belongs to it, and perhaps its chain. */
export function checkUpload(upload: UploadedCertificateRecord): void {
  try {
    const certificate = new X509Certificate(upload.certificateBody)
    if (certificate.checkPrivateKey(createPrivateKey(upload.certificatePrivateKey))) return
  } catch {
    // Not PEM, or a kind of key that nobody knows.
  }
  throw new BadRequestException('The certificate and the private key are not a valid pair')
}

/** A domain name is private for good: it has one endpoint type, and cannot change it. */
export function isPrivate(types: readonly DomainEndpointType[]): boolean {
  return types.includes('PRIVATE')
}

const routingModes = [
  'BASE_PATH_MAPPING_ONLY',
  'ROUTING_RULE_ONLY',
  'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
]
