/**
 * What UpdateRestApi can change, and what must hold of an API however it was changed.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateRestApi-Patch
 */
import { BadRequestException } from '../../aws/faults.ts'
import {
  type Dialect,
  type Effect,
  opsDialect,
  type PatchRules,
  patcher,
  remove,
  setFlag,
  setNumber,
  setText,
} from '../patch.ts'
import type { RestApiRecord } from '../records.ts'
import { changeAddresses, changeType, checkEndpoints } from './endpoints.ts'

const maxCompressionSize = 10_485_760

const dialect: Dialect = {
  unknownPath: opsDialect.unknownPath,
  wrongOp: (op, path, ops, known) =>
    isPatchOp(op) && !path.startsWith('/endpointConfiguration/types')
      ? opsDialect.wrongOp(op, path, ops, known)
      : new BadRequestException(
          `Invalid patch operation specified. Must be 'add'|'remove'|'replace'`,
        ),
}

const addMediaType: Effect<RestApiRecord> = (api, { keys: [type = ''] }) => {
  const types = api.binaryMediaTypes ?? []
  if (!types.includes(type)) types.push(type)
  api.binaryMediaTypes = types
}

const removeMediaType: Effect<RestApiRecord> = (api, { keys: [type = ''] }) => {
  const types = (api.binaryMediaTypes ?? []).filter(each => each !== type)
  if (types.length > 0) api.binaryMediaTypes = types
  else delete api.binaryMediaTypes
}

const replaceMediaType: Effect<RestApiRecord> = (api, patch) => {
  removeMediaType(api, patch)
  addMediaType(api, { ...patch, keys: [(patch.value ?? '').replaceAll('~1', '/')] })
}

const setDescription: Effect<RestApiRecord> = (api, patch) => {
  // Terraform clears a description with an empty value.
  if (patch.value) setText('description')(api, patch)
  else delete api.description
}

const rules: PatchRules<RestApiRecord> = {
  '/name': { replace: setText('name') },
  '/description': {
    add: setDescription,
    replace: setDescription,
    remove: remove('description'),
  },
  '/policy': {
    replace: (api, { value }) => {
      if (value) api.policy = value
      else delete api.policy
    },
  },
  '/apiKeySource': { replace: setText('apiKeySource') },
  '/disableExecuteApiEndpoint': { replace: setFlag('disableExecuteApiEndpoint') },
  '/minimumCompressionSize': {
    replace: (api, patch) => {
      if (Number.isNaN(Number(patch.value ?? 0))) throw invalidCompressionSize()
      setNumber('minimumCompressionSize')(api, patch)
    },
  },
  '/endpointAccessMode': { replace: setText('endpointAccessMode') },
  '/securityPolicy': { replace: setText('securityPolicy') },
  '/binaryMediaTypes/{type}': {
    add: addMediaType,
    replace: replaceMediaType,
    remove: removeMediaType,
  },
  '/endpointConfiguration/types/{type}': {
    replace: (api, { value }) => changeType(api.endpointConfiguration, value),
  },
  '/endpointConfiguration/ipAddressType': {
    replace: (api, { value }) => changeAddresses(api.endpointConfiguration, value),
  },
  '/endpointConfiguration/vpcEndpointIds': {
    add: ({ endpointConfiguration }, { value = '' }) => {
      const ids = endpointConfiguration.vpcEndpointIds ?? []
      if (!ids.includes(value)) ids.push(value)
      endpointConfiguration.vpcEndpointIds = ids
    },
    remove: ({ endpointConfiguration }, { value }) => {
      const ids = (endpointConfiguration.vpcEndpointIds ?? []).filter(id => id !== value)
      if (ids.length > 0) endpointConfiguration.vpcEndpointIds = ids
      else delete endpointConfiguration.vpcEndpointIds
    },
  },
}

/** Applies UpdateRestApi's operations. A new policy is left as it was given. */
export const patchApi = patcher(dialect, rules)

/** Throws `BadRequestException` when the API cannot be like this. Only the compression size is recorded. */
export function checkApi(api: RestApiRecord): void {
  if (!api.name) throw new BadRequestException('API name cannot be empty')
  const size = api.minimumCompressionSize
  if (size !== undefined && !(Number.isInteger(size) && size >= 0 && size <= maxCompressionSize)) {
    throw invalidCompressionSize()
  }
  if (api.apiKeySource !== 'HEADER' && api.apiKeySource !== 'AUTHORIZER') {
    throw new BadRequestException('Invalid API key source. Valid options are HEADER,AUTHORIZER')
  }
  if (api.endpointAccessMode && !['BASIC', 'STRICT'].includes(api.endpointAccessMode)) {
    throw new BadRequestException('Invalid endpoint access mode. Valid options are BASIC,STRICT')
  }
  checkEndpoints(api.endpointConfiguration)
}

function isPatchOp(op: string): boolean {
  return op === 'add' || op === 'remove' || op === 'replace'
}

function invalidCompressionSize(): BadRequestException {
  return new BadRequestException(
    `Invalid minimum compression size, must be between 0 and ${maxCompressionSize}`,
  )
}
