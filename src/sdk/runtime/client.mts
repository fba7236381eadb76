/*
 * From here on the source is the same for every API: puts each parameter where its method wants it, adds the API key,
 * signs when there are credentials, sends with fetch, and reads the answer.
 */

/** How to reach the API, and as whom. */
export interface ClientConfig {
  /** With `secretKey`: every call is signed with AWS Signature Version 4. */
  accessKey?: string | undefined
  secretKey?: string | undefined
  sessionToken?: string | undefined
  /** The region that signatures are for. */
  region?: string | undefined
  /** Sent as x-api-key. */
  apiKey?: string | undefined
  /** Default: application/json. */
  defaultContentType?: string | undefined
  /** Default: application/json. */
  defaultAcceptType?: string | undefined
  /** Where the stage is. */
  invokeUrl?: string | undefined
}

export type Value = string | number | boolean

/** What a call carries beside the parameters that the API declares. */
export interface AdditionalParams {
  headers?: { readonly [name: string]: Value | undefined } | undefined
  queryParams?: { readonly [name: string]: Value | readonly Value[] | undefined } | undefined
  signal?: AbortSignal | undefined
}

export interface ApiResponse<T> {
  status: number
  statusText: string
  /** Names in lower case. */
  headers: { [name: string]: string }
  data: T
}

/** An answer with a status outside 200 to 299. */
export class ApiError extends Error {
  readonly response: ApiResponse<unknown>

  constructor(response: ApiResponse<unknown>) {
    super(`Request failed with status code ${response.status}`)
    this.name = 'ApiError'
    this.response = response
  }
}

/** For methods without parameters. */
export type NoParams = { readonly [name: string]: never }

export type PathSegment = string | { readonly param: string; readonly greedy?: true }

/** One method of the API: where its parameters go. */
export interface Operation {
  readonly verb: string
  readonly path: readonly PathSegment[]
  readonly query?: readonly string[]
  readonly headers?: readonly string[]
  readonly required?: readonly string[]
}

interface Prepared {
  readonly verb: string
  readonly url: URL
  /** By lower-case name. */
  readonly headers: Map<string, string>
  readonly body: string | Uint8Array | undefined
}

export type Connection = <P extends object, B, T>(
  operation: Operation,
) => (params?: P, body?: B, additionalParams?: AdditionalParams) => Promise<ApiResponse<T>>

/** Turns the description of a method into the function that calls it. */
export function connect(
  config: ClientConfig,
  defaults: { invokeUrl: string; region: string },
): Connection {
  const invokeUrl = (config.invokeUrl ?? defaults.invokeUrl).replace(/\/+$/, '')
  return operation => async (params, body, additionalParams) => {
    const request = prepare(
      invokeUrl,
      config,
      operation,
      params ?? {},
      body,
      additionalParams ?? {},
    )
    await sign(request, config, config.region ?? defaults.region)
    return send(request, additionalParams?.signal)
  }
}

function prepare(
  invokeUrl: string,
  config: ClientConfig,
  operation: Operation,
  params: object,
  body: unknown,
  additional: AdditionalParams,
): Prepared {
  const { verb } = operation
  const values = new Map<string, unknown>(Object.entries(params))
  for (const name of operation.required ?? []) defined(values, name)
  const path = operation.path.map(segment =>
    typeof segment === 'string' ? segment : pathValue(segment, defined(values, segment.param)),
  )
  const pairs = [
    ...pick(values, operation.query ?? []),
    ...Object.entries(additional.queryParams ?? {}),
  ]
  const search = pairs
    .flatMap(([name, value]) => [value ?? []].flat().map(one => [name, String(one)]))
    .map(pair => pair.map(encode).join('='))
    .join('&')
  const content = contentOf(verb, body)
  const headers = new Map([['accept', config.defaultAcceptType ?? 'application/json']])
  if (content !== undefined) {
    headers.set('content-type', config.defaultContentType ?? 'application/json')
  }
  if (config.apiKey) headers.set('x-api-key', config.apiKey)
  const more = [
    ...pick(values, operation.headers ?? []),
    ...Object.entries(additional.headers ?? {}),
  ]
  for (const [name, value] of more) {
    if (value !== undefined && value !== null) headers.set(name.toLowerCase(), String(value))
  }
  const url = new URL(`${invokeUrl}/${path.join('/')}${search && `?${search}`}`)
  return { verb, url, headers, body: content }
}

type Values = ReadonlyMap<string, unknown>

function pick(values: Values, names: readonly string[]): [name: string, value: unknown][] {
  return names.map(name => [name, values.get(name)])
}

function defined(values: Values, name: string): unknown {
  const value = values.get(name)
  if (value === undefined || value === null) throw new TypeError(`${name} must be defined`)
  return value
}

function pathValue(
  { param, greedy }: { readonly param: string; readonly greedy?: true },
  value: unknown,
): string {
  const pieces = greedy ? String(value).split('/') : [String(value)]
  // URLs have no way to say these: they would call another method than the one meant.
  if (String(value) === '' || pieces.some(piece => piece === '.' || piece === '..')) {
    throw new TypeError(`${param} must not be empty, '.' or '..'`)
  }
  return pieces.map(encode).join('/')
}

function contentOf(verb: string, body: unknown): string | Uint8Array | undefined {
  if (body === undefined || body === null || verb === 'GET' || verb === 'HEAD') return undefined
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  return body instanceof ArrayBuffer ? new Uint8Array(body) : JSON.stringify(body)
}

async function send<T>(
  request: Prepared,
  signal: AbortSignal | undefined,
): Promise<ApiResponse<T>> {
  const { verb, url, headers, body } = request
  const reply = await fetch(url, {
    method: verb,
    headers: [...headers],
    body: typeof body === 'object' ? new Uint8Array(body) : (body ?? null),
    signal: signal ?? null,
  })
  const response = {
    status: reply.status,
    statusText: reply.statusText,
    headers: Object.fromEntries(reply.headers),
    data: dataOf(await reply.text()),
  }
  if (!reply.ok) throw new ApiError(response)
  // The API's definition says that its answers are so; nothing here checks them.
  return response as ApiResponse<T>
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * Signs with AWS Signature Version 4, for the service execute-api, when there are credentials. In a browser this
 * needs a secure context (https, or localhost).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
async function sign(request: Prepared, credentials: ClientConfig, region: string): Promise<void> {
  const { accessKey, secretKey, sessionToken } = credentials
  if (!accessKey || !secretKey) return
  if (!globalThis.crypto?.subtle) {
    throw new Error('Signing needs Web Crypto, which browsers have on https and localhost only')
  }
  const { verb, url, headers, body } = request
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = [time.slice(0, 8), region, 'execute-api', 'aws4_request']
  headers.set('x-amz-date', time)
  if (sessionToken) headers.set('x-amz-security-token', sessionToken)

  const isSigned = (name: string) => name === 'content-type' || name.startsWith('x-amz-')
  const signed = [...headers].filter(([name]) => isSigned(name))
  signed.push(['host', url.host])
  signed.sort(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    verb,
    canonicalPath(url.pathname),
    canonicalQuery(url.search.slice(1)),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, ' ')}`),
    '',
    names,
    await sha256(body ?? ''),
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), await sha256(canonical)].join('\n')

  let key: Uint8Array | ArrayBuffer = encodeText(`AWS4${secretKey}`)
  for (const part of scope) key = await hmac(key, part)
  const signature = hex(await hmac(key, toSign))
  headers.set(
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  )
}

/** Every segment encoded once more, empty ones left out. */
function canonicalPath(pathname: string): string {
  const segments = pathname.split('/').filter(segment => segment !== '')
  const end = segments.length > 0 && pathname.endsWith('/') ? '/' : ''
  return `/${segments.map(encode).join('/')}${end}`
}

/** Sorted by name, then value: a space comes before every character that a name can have. */
function canonicalQuery(query: string): string {
  const pairs = query.split('&').map(pair => pair.replace('=', ' '))
  return pairs
    .sort()
    .map(pair => pair.replace(' ', '='))
    .join('&')
}

/** Percent-encodes all but letters, digits and -_.~ */
function encode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === 'string' ? encodeText(data) : data
  return hex(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
}

async function hmac(key: Uint8Array | ArrayBuffer, text: string): Promise<ArrayBuffer> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const raw = new Uint8Array(key)
  const imported = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign'])
  return crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text))
}

function hex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), byte => byte.toString(16).padStart(2, '0')).join('')
}
