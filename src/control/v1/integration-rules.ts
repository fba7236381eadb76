/**
 * What an integration may be like: the paths of UpdateIntegration, and the checks after every change.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import {
  type Effect,
  type PatchOperation,
  type PatchRules,
  patcher,
  plainDialect,
  remove,
  removeEntry,
  setEntry,
  setFlag,
  setNumber,
  setText,
} from '../patch.ts'
import type { IntegrationRecord, MethodRecord } from '../records.ts'
import { checkCacheKeys, checkContentTypes, checkRequestMappings } from './mapping-expressions.ts'

/** A member that an empty value takes away. */
function setOrRemove(
  field: 'connectionId' | 'contentHandling' | 'credentials' | 'integrationTarget',
): Effect<IntegrationRecord> {
  return (integration, patch) => {
    if (patch.value) setText(field)(integration, patch)
    else delete integration[field]
  }
}

const notForMock: Effect<IntegrationRecord> = ({ type }, { path }) => {
  if (type === 'MOCK') throw new BadRequestException(`Invalid patch path ${path}`) // a guess
}

const rules: PatchRules<IntegrationRecord> = {
  '/cacheKeyParameters': {
    remove: integration => {
      integration.cacheKeyParameters = []
    },
  },
  '/cacheKeyParameters/{name}': {
    add: addCacheKey,
    replace: addCacheKey,
    remove: (integration, { keys: [key] }) => {
      const others = (integration.cacheKeyParameters ?? []).filter(each => each !== key)
      integration.cacheKeyParameters = others
    },
  },
  '/cacheNamespace': { replace: setText('cacheNamespace') },
  '/connectionId': { replace: setOrRemove('connectionId') },
  '/connectionType': { replace: setText('connectionType') },
  '/contentHandling': { replace: setOrRemove('contentHandling') },
  '/credentials': { replace: setOrRemove('credentials') },
  '/httpMethod': {
    replace: (integration, patch) => {
      notForMock(integration, patch)
      setText('httpMethod')(integration, patch)
    },
  },
  '/integrationTarget': { replace: setOrRemove('integrationTarget') },
  '/passthroughBehavior': { replace: setText('passthroughBehavior') },
  '/requestParameters': { remove: remove('requestParameters') },
  '/requestParameters/{name}': {
    add: setEntry('requestParameters'),
    replace: setEntry('requestParameters'),
    remove: removeEntry('requestParameters', 'Invalid parameter name specified'),
  },
  '/requestTemplates': { remove: remove('requestTemplates') },
  '/requestTemplates/{type}': {
    add: setEntry('requestTemplates'),
    replace: setEntry('requestTemplates'),
    remove: removeEntry('requestTemplates', 'Content-Type specified was not found'),
  },
  '/responseTransferMode': { replace: setText('responseTransferMode') },
  '/timeoutInMillis': { replace: setNumber('timeoutInMillis') },
  '/tlsConfig/insecureSkipVerification': {
    replace: (integration, patch) => {
      integration.tlsConfig ??= {}
      setFlag('insecureSkipVerification')(integration.tlsConfig, patch)
    },
  },
  '/uri': {
    replace: (integration, patch) => {
      notForMock(integration, patch)
      setText('uri', 16_384)(integration, patch)
    },
  },
}

const patchRules = patcher(plainDialect, rules)

/** Applies UpdateIntegration's operations. One of the CLI's examples leaves out a path's first slash. */
export function patchIntegration(
  integration: IntegrationRecord,
  operations: readonly PatchOperation[] | undefined,
): void {
  const whole = operations?.map(operation =>
    operation.path && !operation.path.startsWith('/')
      ? { ...operation, path: `/${operation.path}` }
      : operation,
  )
  patchRules(integration, whole)
}

function addCacheKey(
  integration: IntegrationRecord,
  { keys: [key = ''] }: { keys: readonly string[] },
) {
  const known = integration.cacheKeyParameters ?? []
  integration.cacheKeyParameters = known.includes(key) ? known : [...known, key]
}

/** AWS's, which an account's quota can raise for buffered methods of regional and private APIs. */
export const awsIntegrationTimeoutMs = 29_000
const timeoutsMs = { least: 50, mostStreaming: 900_000 }

/**
 * Throws `BadRequestException` when AWS would not take the integration; `mostTimeoutMs` is the quota for methods whose
 * answers are buffered.
 */
export function checkIntegration(
  integration: IntegrationRecord,
  method: MethodRecord,
  mostTimeoutMs: number,
): void {
  checkEnums(integration)
  switch (integration.type) {
    case 'HTTP':
    case 'HTTP_PROXY':
      checkHttpMethod(integration)
      if (!/^https?:\/\/[^\s/?#]+/i.test(integration.uri ?? '')) {
        throw new BadRequestException('Invalid HTTP endpoint specified for URI')
      }
      break
    case 'AWS':
    case 'AWS_PROXY':
      checkHttpMethod(integration)
      checkServiceArn(integration)
      break
    case 'MOCK':
      break
  }
  checkTimeout(integration, mostTimeoutMs)
  if (integration.connectionType === 'VPC_LINK' && !integration.connectionId) {
    throw new BadRequestException('Invalid connection ID specified for VPC_LINK') // a guess
  }
  checkContentTypes(integration.requestTemplates)
  checkRequestMappings(integration, method)
  checkCacheKeys(integration, method)
}

function checkHttpMethod({ httpMethod }: IntegrationRecord): void {
  if (!httpMethod)
    throw new BadRequestException('Enumeration value for HttpMethod must be non-empty')
}

// arn:aws:apigateway:{region}:{service}:{path|action}/{what}
function checkServiceArn({ type, uri = '', credentials }: IntegrationRecord): void {
  const parts = uri.split(':')
  if (parts[0] !== 'arn' || parts.length < 6) {
    throw new BadRequestException('Invalid ARN specified in the request')
  }
  const service = parts[4] ?? ''
  if (parts[2] !== 'apigateway' || !/^(?:path|action)\//.test(parts[5] ?? '')) {
    throw new BadRequestException('AWS ARN for integration must contain path or action')
  }
  const isLambda = service === 'lambda'
  if (type === 'AWS_PROXY' && !isLambda && service !== 'firehose') {
    throw new BadRequestException(
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose " +
        'stream invocations.',
    )
  }
  // Known from another program's copy of the words.
  if (!isLambda && !credentials) {
    throw new BadRequestException('Role ARN must be specified for AWS integrations')
  }
}

function checkTimeout(
  { timeoutInMillis, responseTransferMode }: IntegrationRecord,
  mostTimeoutMs: number,
): void {
  const streams = responseTransferMode === 'STREAM'
  const most = streams ? Math.max(timeoutsMs.mostStreaming, mostTimeoutMs) : mostTimeoutMs
  const isValid =
    Number.isInteger(timeoutInMillis) &&
    timeoutInMillis >= timeoutsMs.least &&
    timeoutInMillis <= most
  if (!isValid) {
    // Known from users' reports.
    throw new BadRequestException(`Timeout should be between ${timeoutsMs.least} ms and ${most} ms`)
  }
}

/** Updates bring these as plain text, so the wire has not checked them. The words are a guess. */
const enums = {
  passthroughBehavior: ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'],
  contentHandling: ['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'],
  connectionType: ['INTERNET', 'VPC_LINK'],
  responseTransferMode: ['BUFFERED', 'STREAM'],
} as const

function checkEnums(integration: IntegrationRecord): void {
  for (const [member, values] of Object.entries(enums)) {
    const value = integration[member as keyof typeof enums]
    if (value !== undefined && !values.some(each => each === value)) {
      throw new BadRequestException(
        `Invalid ${member} specified. Valid options are ${values.join(',')}`,
      )
    }
  }
  const isProxy = integration.type === 'HTTP_PROXY' || integration.type === 'AWS_PROXY'
  if (integration.responseTransferMode === 'STREAM' && !isProxy) {
    throw new BadRequestException('Response transfer mode STREAM requires a proxy integration')
  }
}
