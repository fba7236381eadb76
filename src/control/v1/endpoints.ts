/**
 * The endpoint configuration of a REST API: one type, and the kind of IP addresses that goes with it.
 * Only what AWS answers depends on it here, except for PRIVATE, which the data plane tells apart.
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { EndpointConfiguration } from '../../aws/rest-api.ts'
import { type Draft, defined } from '../draft.ts'

type Configuration = Draft<EndpointConfiguration>

/** A configuration as it was asked for, with AWS's defaults. Throws `BadRequestException` [R]. */
export function readEndpoints(
  asked:
    | {
        types?: Configuration['types'] | undefined
        ipAddressType?: 'ipv4' | 'dualstack' | undefined
        vpcEndpointIds?: string[] | undefined
      }
    | undefined,
): Configuration {
  const types = asked?.types ?? ['EDGE']
  const type = types[0]
  if (type === undefined) {
    throw new BadRequestException(
      'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
    )
  }
  if (types.length > 1) {
    throw new BadRequestException('Cannot create an api with multiple Endpoint Types.')
  }
  const configuration = defined({
    types,
    ipAddressType: asked?.ipAddressType ?? (type === 'PRIVATE' ? 'dualstack' : 'ipv4'),
    vpcEndpointIds: asked?.vpcEndpointIds,
  })
  checkEndpoints(configuration)
  return configuration
}

/** What must hold after each change. */
export function checkEndpoints({ types, ipAddressType, vpcEndpointIds }: Configuration): void {
  if (types.includes('PRIVATE')) {
    if (ipAddressType === 'ipv4') {
      throw new BadRequestException('Only dualstack ipAddressType is supported for Private APIs.')
    }
  } else if (vpcEndpointIds && vpcEndpointIds.length > 0) {
    // A guess at the words.
    throw new BadRequestException('VPCEndpoints can only be specified for PRIVATE APIs')
  }
}

/** Replaces the type; the kind of addresses follows it between public and private. */
export function changeType(configuration: Configuration, value: string | undefined): void {
  if (value !== 'REGIONAL' && value !== 'EDGE' && value !== 'PRIVATE') {
    throw new BadRequestException(
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    )
  }
  const isPrivate = configuration.types.includes('PRIVATE')
  if (isPrivate !== (value === 'PRIVATE')) {
    configuration.ipAddressType = isPrivate ? 'ipv4' : 'dualstack' // a guess
  }
  configuration.types = [value]
}

/** Replaces the kind of addresses. */
export function changeAddresses(configuration: Configuration, value: string | undefined): void {
  if (value !== 'ipv4' && value !== 'dualstack') {
    throw new BadRequestException('ipAddressType must be either ipv4 or dualstack.')
  }
  configuration.ipAddressType = value
}
