/**
 * Fields of what belongs to the account and not to an API: keys and plans, domain names, links, certificates. Methods that
 * require an API key refuse every request (src/pipeline/api-key.ts), and custom domain names are not served, so most of
 * it waits for the parts that will go by it.
 */
import type { Fields } from './field-effects.ts'

const label = 'kept: for people; no effect on AWS either'
const tags = 'kept: for people and for conditions of IAM, which are not asked'
const keyed = 'refused: every method that requires a key answers INVALID_API_KEY'
const planned = 'kept: plans count for requests with a key, and those answer INVALID_API_KEY'
const unserved = 'refused: custom domain names are not served; a request to one answers 403'
const association =
  'kept: private custom domain names are not served; a domain name of another account is refused'

export const accountFields: Readonly<Record<string, Fields>> = {
  Account: {
    cloudwatchRoleArn: 'kept: logs are not sent; a stage that is to log wants it set, as on AWS',
    throttleSettings: 'answered: the defaults of AWS; requests are throttled by stage only',
    features: 'kept: usage plans are always there',
    apiKeyVersion: 'answered',
  },
  ApiKey: {
    id: 'answered',
    value: keyed,
    name: label,
    customerId: 'kept: for the marketplace; no effect here',
    description: label,
    enabled: keyed,
    createdDate: 'answered',
    lastUpdatedDate: 'answered',
    stageKeys: keyed,
    tags,
  },
  ApiKeyIds: { ids: 'answered', warnings: 'answered' },
  StageKey: { restApiId: keyed, stageName: keyed },
  UsagePlan: {
    id: 'answered',
    name: label,
    description: label,
    apiStages: planned,
    throttle: planned,
    quota: planned,
    productCode: 'kept: for the marketplace; no effect here',
    tags,
  },
  ApiStage: { apiId: planned, stage: planned, throttle: planned },
  ThrottleSettings: { burstLimit: planned, rateLimit: planned },
  QuotaSettings: {
    limit: `${planned}; GetUsage goes by it`,
    offset: planned,
    period: `${planned}; UpdateUsage goes by it`,
  },
  UsagePlanKey: { id: keyed, type: 'answered: API_KEY', value: keyed, name: label },
  Usage: {
    usagePlanId: 'answered',
    startDate: 'answered',
    endDate: 'answered',
    items: 'answered: nothing is metered yet, so 0 is used',
  },
  VpcLink: {
    id: 'enforced: `--vpc-link` gives it an address',
    name: label,
    description: label,
    targetArns: 'kept: `--vpc-link` says where the link leads',
    status: 'answered: PENDING once, then AVAILABLE',
    statusMessage: 'answered',
    tags,
  },
  DomainName: {
    domainName: unserved,
    domainNameId: 'answered',
    domainNameArn: 'answered',
    certificateName: unserved,
    certificateArn: unserved,
    certificateUploadDate: 'answered',
    regionalDomainName: 'answered: not served either',
    regionalHostedZoneId: 'answered',
    regionalCertificateName: unserved,
    regionalCertificateArn: unserved,
    distributionDomainName: 'answered: not served either',
    distributionHostedZoneId: 'answered',
    endpointConfiguration: unserved,
    domainNameStatus: 'answered: AVAILABLE at once',
    domainNameStatusMessage: 'answered: never there, since nothing is pending',
    securityPolicy: unserved,
    endpointAccessMode: unserved,
    tags,
    mutualTlsAuthentication: unserved,
    ownershipVerificationCertificateArn: unserved,
    managementPolicy: 'kept: other accounts cannot associate with the domain name',
    policy: unserved,
    routingMode: unserved,
  },
  MutualTlsAuthentication: {
    truststoreUri: unserved,
    truststoreVersion: unserved,
    truststoreWarnings: 'answered: never there, since the trust store is not read',
  },
  MutualTlsAuthenticationInput: { truststoreUri: unserved, truststoreVersion: unserved },
  BasePathMapping: {
    basePath: unserved,
    restApiId: `${unserved}; an API or a stage that is mapped cannot be deleted`,
    stage: `${unserved}; an API or a stage that is mapped cannot be deleted`,
  },
  DomainNameAccessAssociation: {
    domainNameAccessAssociationArn: 'answered',
    domainNameArn: association,
    accessAssociationSourceType: association,
    accessAssociationSource: association,
    tags,
  },
  ClientCertificate: {
    clientCertificateId: 'enforced: a stage that names it shows the certificate to back ends',
    description: label,
    pemEncodedCertificate: 'enforced: what back ends are shown',
    createdDate: 'answered',
    expirationDate: 'answered',
    tags,
  },
  Tags: { tags },
  PatchOperation: { op: 'enforced', path: 'enforced', value: 'enforced', from: 'enforced' },
}
