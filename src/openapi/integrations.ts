/**
 * `x-amazon-apigateway-integration` -> the integration of a method, with the defaults that PutIntegration
 * fills in. Words like `http_proxy` and `when_no_match` may be written in either case.
 *
 * The keys of `responses` are the selection patterns; `default` stands for no pattern. A method's integration
 * responses are kept by status code, so of two patterns with one status only one can stay. What an integration may
 * hold is the control plane's to say (`MethodChecks`); here only what no integration could be is refused.
 * Developer guide: "x-amazon-apigateway-integration object".
 */
import type {
  ContentHandling,
  Integration,
  IntegrationResponse,
  IntegrationType,
  PassthroughBehavior,
} from '../aws/rest-api.ts'
import { checkMembers } from './extensions.ts'
import type { Context } from './source.ts'
import {
  defined,
  flagOf,
  isTree,
  type Tree,
  templateMap,
  textMap,
  textOf,
  textsOf,
  treeOf,
} from './tree.ts'

const types = ['HTTP', 'HTTP_PROXY', 'AWS', 'AWS_PROXY', 'MOCK'] as const
const passthroughs = ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'] as const
const handlings = ['CONVERT_TO_TEXT', 'CONVERT_TO_BINARY'] as const
const connections = ['INTERNET', 'VPC_LINK'] as const
const transferModes = ['BUFFERED', 'STREAM'] as const
const verbs = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY'] as const

/** Converts an integration object; undefined after an error. `at`: `'GET' for resource at path '/pets'`. */
export function readIntegration(
  context: Context,
  value: unknown,
  at: string,
): Integration | undefined {
  const { found, resolve } = context
  const extension = resolve(value)
  if (!isTree(extension)) return undefined
  checkMembers(extension, 'integration', at, found)
  const fail = (message: string) => found.fail(`Unable to put integration on ${at}: ${message}`)
  const lost = (name: string) =>
    found.warn(`'${name}' of the integration on ${at} is not a text. Ignoring.`)

  const type = word<IntegrationType>(extension, 'type', types, fail)
  if (type === undefined) {
    if (extension['type'] === undefined)
      fail('Enumeration value for IntegrationType must be non-empty')
    return undefined
  }
  const isMock = type === 'MOCK'
  const isHttp = type === 'HTTP' || type === 'HTTP_PROXY'
  const connectionType = word(extension, 'connectionType', connections, fail)
  return defined<Integration>({
    type,
    httpMethod: isMock ? undefined : word(extension, 'httpMethod', verbs, fail),
    uri: textOf(extension['uri']),
    connectionType: isHttp ? (connectionType ?? 'INTERNET') : undefined,
    connectionId: textOf(extension['connectionId']),
    integrationTarget: textOf(extension['integrationTarget']),
    credentials: textOf(extension['credentials']),
    requestParameters: textMap(extension['requestParameters'], lost),
    requestTemplates: templateMap(extension['requestTemplates'], lost),
    passthroughBehavior:
      word<PassthroughBehavior>(extension, 'passthroughBehavior', passthroughs, fail) ??
      'WHEN_NO_MATCH',
    contentHandling: word<ContentHandling>(extension, 'contentHandling', handlings, fail),
    timeoutInMillis: timeoutOf(extension),
    cacheNamespace: textOf(extension['cacheNamespace']),
    cacheKeyParameters: textsOf(extension['cacheKeyParameters']),
    integrationResponses: readResponses(context, extension['responses'], at),
    tlsConfig: tlsOf(context, extension, at),
    responseTransferMode: word(extension, 'responseTransferMode', transferModes, fail),
  })
}

/** A member out of a list of words, in either case; absent or empty: undefined. */
function word<T extends string>(
  tree: Tree,
  name: string,
  words: readonly T[],
  fail: (message: string) => void,
): T | undefined {
  const text = textOf(tree[name])
  if (text === undefined || text === '') return undefined
  const found = words.find(own => own === text.toUpperCase())
  if (found === undefined) {
    fail(
      `Value '${text}' at '${name}' failed to satisfy constraint: Member must satisfy enum value set: [${words.join(', ')}]`,
    )
  }
  return found
}

/** Milliseconds; NaN for what is no number, which the control plane's check refuses. */
function timeoutOf(extension: Tree): number {
  const text = textOf(extension['timeoutInMillis'])
  return text === undefined ? 29_000 : Number(text)
}

function tlsOf({ found }: Context, extension: Tree, at: string): Integration['tlsConfig'] {
  const tls = extension['tlsConfig']
  if (!isTree(tls)) return undefined
  checkMembers(tls, 'TLS configuration', at, found)
  return defined<NonNullable<Integration['tlsConfig']>>({
    insecureSkipVerification: flagOf(tls['insecureSkipVerification']),
  })
}

function readResponses(
  { found, resolve }: Context,
  value: unknown,
  at: string,
): Record<string, IntegrationResponse> | undefined {
  if (!isTree(value)) return undefined
  const responses = new Map<string, IntegrationResponse>()
  for (const [key, item] of Object.entries(value)) {
    const response = treeOf(resolve(item))
    checkMembers(response, 'integration response', at, found)
    const fail = (message: string) =>
      found.fail(`Unable to put integration response on ${at}: ${message}`)
    const statusCode = textOf(response['statusCode'])
    if (statusCode === undefined || !/^[1-5]\d\d$/.test(statusCode)) {
      fail(`Invalid status code specified: ${statusCode}`)
      continue
    }
    if (responses.has(statusCode)) {
      // A guess: that AWS puts one after the other, so that the last one stays.
      found.warn(`Integration on ${at} has more than one response with status ${statusCode}.`)
    }
    const selectionPattern = key === 'default' || key === '' ? undefined : key
    if (key === '' && 'default' in value) {
      fail('There may be one response without a selection pattern')
    }
    const lost = (name: string) =>
      found.warn(`'${name}' of the integration on ${at} is not a text. Ignoring.`)
    responses.set(
      statusCode,
      defined<IntegrationResponse>({
        statusCode,
        selectionPattern,
        responseParameters: textMap(response['responseParameters'], lost),
        responseTemplates: templateMap(response['responseTemplates'], lost),
        contentHandling: word<ContentHandling>(response, 'contentHandling', handlings, fail),
      }),
    )
  }
  return Object.fromEntries(responses)
}
