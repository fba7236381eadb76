/**
 * What UpdateDomainName can change. A domain name moves between EDGE and REGIONAL in two requests: the first adds a
 * type and its certificate, the second removes the other type when DNS points to the new address. Terraform replaces
 * the type at once (`/endpointConfiguration/types/0`).
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateDomainName-Patch
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { DomainEndpointType, DomainNameRecord } from '../domain-records.ts'
import {
  type Effect,
  type PatchOperation,
  type PatchRules,
  patcher,
  plainDialect,
} from '../patch.ts'
import { isPrivate } from './domain-name-rules.ts'

/** Applies UpdateDomainName's operations. New policies are left as they were given. */
export function patchDomain(
  domain: DomainNameRecord,
  operations: readonly PatchOperation[] | undefined = [],
): void {
  const ops = operations.filter(each => each.path === typesPath).map(each => each.op)
  if (ops.includes('add') && ops.includes('remove')) {
    // Documented; the words are a guess.
    throw new BadRequestException('Cannot add and remove endpoint types in the same request')
  }
  const before = domain.securityPolicy
  patch(domain, operations)
  if (domain.securityPolicy !== before && domain.endpointConfiguration.types.length > 1) {
    // Documented; the words are a guess.
    throw new BadRequestException(
      'Cannot change the security policy of a domain name with multiple endpoint types',
    )
  }
}

const typesPath = '/endpointConfiguration/types'

/** The members that are there or not: an empty value takes them away, as Terraform does. */
type OptionalText =
  | 'certificateName'
  | 'certificateArn'
  | 'regionalCertificateName'
  | 'regionalCertificateArn'
  | 'ownershipVerificationCertificateArn'
  | 'endpointAccessMode'
  | 'policy'
  | 'managementPolicy'

function setOptional(field: OptionalText): Effect<DomainNameRecord> {
  return (domain, { value }) => {
    if (value) domain[field] = value
    else delete domain[field]
  }
}

/** The three operations that most members take. */
function optional(field: OptionalText) {
  return {
    add: setOptional(field),
    replace: setOptional(field),
    remove: (domain: DomainNameRecord) => delete domain[field],
  }
}

function truststore(field: 'truststoreUri' | 'truststoreVersion') {
  const take: Effect<DomainNameRecord> = domain => {
    // Without a trust store there is no mutual TLS (documented).
    if (field === 'truststoreUri') delete domain.mutualTlsAuthentication
    else delete domain.mutualTlsAuthentication?.truststoreVersion
  }
  const set: Effect<DomainNameRecord> = (domain, patch) => {
    const { value } = patch
    if (value)
      domain.mutualTlsAuthentication = { ...domain.mutualTlsAuthentication, [field]: value }
    else take(domain, patch)
  }
  return { add: set, replace: set, remove: take }
}

/** Only for private domain names. */
function setPolicy(field: 'policy' | 'managementPolicy'): Effect<DomainNameRecord> {
  return (domain, patch) => {
    if (!isPrivate(domain.endpointConfiguration.types)) throw invalidInput(patch.path)
    setOptional(field)(domain, patch)
  }
}

const setAccessMode: Effect<DomainNameRecord> = (domain, patch) => {
  // Reported for mutual TLS; for private ones the rule is documented.
  const isFixed = isPrivate(domain.endpointConfiguration.types)
  if (isFixed || domain.mutualTlsAuthentication !== undefined) throw invalidInput(patch.path)
  setOptional('endpointAccessMode')(domain, patch)
}

function publicType(value: string | undefined, domain: DomainNameRecord): DomainEndpointType {
  if (value !== 'EDGE' && value !== 'REGIONAL' && value !== 'PRIVATE') {
    throw new BadRequestException(
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    )
  }
  if (value === 'PRIVATE' || isPrivate(domain.endpointConfiguration.types)) {
    // Documented; the words are a guess.
    throw new BadRequestException('Cannot change the endpoint type between public and private')
  }
  return value
}

const addType: Effect<DomainNameRecord> = (domain, { value }) => {
  const type = publicType(value, domain)
  const { types } = domain.endpointConfiguration
  if (!types.includes(type)) types.push(type)
}

// The certificate goes with its type.
const removeType: Effect<DomainNameRecord> = (domain, { value }) => {
  const type = publicType(value, domain)
  const { endpointConfiguration } = domain
  endpointConfiguration.types = endpointConfiguration.types.filter(each => each !== type)
  if (type === 'EDGE') {
    delete domain.certificateArn
    delete domain.certificateName
    delete domain.certificateUploadDate
  } else {
    delete domain.regionalCertificateArn
    delete domain.regionalCertificateName
  }
}

const replaceType: Effect<DomainNameRecord> = (domain, patch) => {
  const other = publicType(patch.value, domain) === 'EDGE' ? 'REGIONAL' : 'EDGE'
  removeType(domain, { ...patch, value: other })
  addType(domain, patch)
}

const rules: PatchRules<DomainNameRecord> = {
  '/certificateName': optional('certificateName'),
  '/certificateArn': optional('certificateArn'),
  '/regionalCertificateName': optional('regionalCertificateName'),
  '/regionalCertificateArn': optional('regionalCertificateArn'),
  [typesPath]: { add: addType, remove: removeType },
  [`${typesPath}/{type}`]: { replace: replaceType },
  '/endpointConfiguration/ipAddressType': {
    replace: ({ endpointConfiguration }, { value = '' }) => {
      endpointConfiguration.ipAddressType = value
    },
  },
  '/endpointAccessMode': { replace: setAccessMode },
  '/securityPolicy': {
    replace: (domain, { value = '' }) => {
      domain.securityPolicy = value
    },
  },
  '/routingMode': {
    replace: (domain, { value = '' }) => {
      domain.routingMode = value
    },
  },
  '/policy': { replace: setPolicy('policy') },
  '/managementPolicy': { replace: setPolicy('managementPolicy') },
  '/mutualTlsAuthentication/truststoreUri': truststore('truststoreUri'),
  '/mutualTlsAuthentication/truststoreVersion': truststore('truststoreVersion'),
  '/ownershipVerificationCertificateArn': optional('ownershipVerificationCertificateArn'),
}

const patch = patcher(plainDialect, rules)

// Reported for `/endpointAccessMode`.
function invalidInput(path: string): BadRequestException {
  return new BadRequestException(`${path} Invalid request input`)
}
