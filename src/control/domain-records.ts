/**
 * The records of custom domain names, and where each lies:
 *
 *     domain-name               under ''          by key: the name; of a private one `name+id`
 *     domain-name-certificate   under ''          by key: a certificate that was uploaded, with its private key
 *     base-path-mapping         under the key     by base path, `(none)` for the empty one
 *     domain-access             under ''          by the path of its ARN
 *
 * Private names need not be unique, so their id belongs to the key; a name has no `+` in it. Field names are AWS's;
 * times are milliseconds since 1970.
 */
import { kind } from '../store/store.ts'
import type { Tags } from './tags.ts'

export type DomainEndpointType = 'EDGE' | 'REGIONAL' | 'PRIVATE'

export interface DomainNameRecord {
  domainName: string
  /** Of private ones only. */
  domainNameId?: string
  /** What serves EDGE and PRIVATE. */
  certificateName?: string
  certificateArn?: string
  certificateUploadDate?: number
  /** What serves REGIONAL. */
  regionalCertificateName?: string
  regionalCertificateArn?: string
  /** The name that DNS should point to; there is one per public endpoint type. */
  distributionDomainName?: string
  regionalDomainName?: string
  /** Two types only while a domain name moves from one to the other. */
  endpointConfiguration: { types: DomainEndpointType[]; ipAddressType: string }
  securityPolicy: string
  endpointAccessMode?: string
  mutualTlsAuthentication?: { truststoreUri?: string; truststoreVersion?: string }
  ownershipVerificationCertificateArn?: string
  routingMode: string
  /** Who may call, and who may make access associations. Private ones only. */
  policy?: string
  managementPolicy?: string
  tags?: Tags
}

/** PEM texts. */
export interface UploadedCertificateRecord {
  certificateBody: string
  certificateChain?: string
  certificatePrivateKey: string
}

export interface BasePathMappingRecord {
  basePath: string
  restApiId: string
  /** Without one, callers put the stage's name behind the base path. */
  stage?: string
}

export interface DomainAccessRecord {
  domainNameAccessAssociationArn: string
  domainNameArn: string
  accessAssociationSourceType: 'VPCE'
  accessAssociationSource: string
  /** Turned away by the owner of the domain name; the association stays its maker's until he deletes it. */
  isRejected?: boolean
  tags?: Tags
}

export const domainNames = kind<DomainNameRecord>('domain-name')
export const uploadedCertificates = kind<UploadedCertificateRecord>('domain-name-certificate', {
  secrets: ['certificatePrivateKey'],
})
export const basePathMappings = kind<BasePathMappingRecord>('base-path-mapping')
export const domainAccess = kind<DomainAccessRecord>('domain-access')

/** Where a domain name's record lies, and the end of its ARN. */
export function domainKey({
  domainName,
  domainNameId,
}: Pick<DomainNameRecord, 'domainName' | 'domainNameId'>): string {
  return domainNameId === undefined ? domainName : `${domainName}+${domainNameId}`
}
