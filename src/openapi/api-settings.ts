/**
 * What a document says about the API as a whole: `info`, tags, and the extensions at its root.
 */
import { checkMembers } from './extensions.ts'
import type { Findings } from './findings.ts'
import type { Context, Source } from './source.ts'
import { defined, flagOf, isTree, listOf, type Tree, textOf, textsOf, treeOf } from './tree.ts'

export interface Settings {
  /** `info.title`; empty (and a warning) where the document has none. */
  readonly name: string
  readonly description?: string
  readonly version?: string
  readonly binaryMediaTypes?: readonly string[]
  /** Bytes. */
  readonly minimumCompressionSize?: number
  readonly apiKeySource?: 'HEADER' | 'AUTHORIZER'
  /** JSON text, as it is in the document: short ARNs are not yet written out. */
  readonly policy?: string
  readonly disableExecuteApiEndpoint?: boolean
  readonly vpcEndpointIds?: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
  readonly securityPolicy?: string
  readonly endpointAccessMode?: string
}

const maxCompressionSize = 10_485_760

/** Reads the settings of the API. */
export function readSettings({ root, found }: Context, source: Source): Settings {
  const info = treeOf(root['info'])
  const name = textOf(info['title'])
  if (name === undefined || name === '') found.warn('attribute info.title is missing')
  const endpoint = source.endpointConfiguration
  checkMembers(endpoint, 'endpoint configuration', 'the document', found)
  const vpcEndpointIds = textsOf(endpoint['vpcEndpointIds'])
  const binaryMediaTypes = root['x-amazon-apigateway-binary-media-types']
  return defined<Settings>({
    name: name ?? '',
    description: textOf(info['description']) || undefined,
    version: textOf(info['version']),
    binaryMediaTypes: Array.isArray(binaryMediaTypes) ? textsOf(binaryMediaTypes) : undefined,
    minimumCompressionSize: compressionSize(root, found),
    apiKeySource: keySource(root, found),
    policy: policyOf(root),
    disableExecuteApiEndpoint: flagOf(endpoint['disableExecuteApiEndpoint']),
    vpcEndpointIds: vpcEndpointIds.length === 0 ? undefined : vpcEndpointIds,
    tags: tagsOf(root),
    securityPolicy: textOf(root['x-amazon-apigateway-security-policy']),
    endpointAccessMode: accessMode(root, found),
  })
}

function compressionSize(root: Tree, found: Findings): number | undefined {
  const value = root['x-amazon-apigateway-minimum-compression-size']
  if (value === undefined || value === null) return undefined
  const size = Number(textOf(value) ?? 'none')
  if (Number.isInteger(size) && size >= 0 && size <= maxCompressionSize) return size
  found.fail(`Invalid minimum compression size, must be between 0 and ${maxCompressionSize}`)
  return undefined
}

function keySource(root: Tree, found: Findings): 'HEADER' | 'AUTHORIZER' | undefined {
  const value = root['x-amazon-apigateway-api-key-source']
  if (value === undefined) return undefined
  const source = textOf(value)?.toUpperCase()
  if (source === 'HEADER' || source === 'AUTHORIZER') return source
  found.fail(`Invalid API key source specified: ${String(textOf(value))}`)
  return undefined
}

function accessMode(root: Tree, found: Findings): string | undefined {
  const value = root['x-amazon-apigateway-endpoint-access-mode']
  if (value === undefined) return undefined
  const mode = textOf(value)?.toUpperCase()
  if (mode === 'BASIC' || mode === 'STRICT') return mode
  found.fail(`Invalid endpoint access mode specified: ${String(textOf(value))}`)
  return undefined
}

function policyOf(root: Tree): string | undefined {
  const policy = root['x-amazon-apigateway-policy']
  if (isTree(policy)) return JSON.stringify(policy)
  return typeof policy === 'string' && policy !== '' ? policy : undefined
}

/** `tags` with a value are the API's; the others only sort the operations. */
function tagsOf(root: Tree): Record<string, string> | undefined {
  const tags = listOf(root['tags']).flatMap(item => {
    const { name, 'x-amazon-apigateway-tag-value': value } = treeOf(item)
    const key = textOf(name)
    const text = textOf(value)
    return key === undefined || text === undefined ? [] : [[key, text] as const]
  })
  return tags.length === 0 ? undefined : Object.fromEntries(tags)
}
