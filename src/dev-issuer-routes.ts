/**
 * `/_portcullis/issuer/…`: the built-in issuer over HTTP. Only there with `--dev-issuer`. What is public is public; minting a
 * token is open in development, where only this machine can connect, and needs the admin credentials elsewhere (HTTP Basic,
 * RFC 7617).
 */
import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type DevIssuer, isPoolId, issuerOfPool, type TokenWish } from './dev-issuer.ts'

export const issuerPrefix = '/_portcullis/issuer/'

export interface DevIssuerRoutesParts {
  readonly issuer: DevIssuer
  /** null: development. */
  readonly adminCredentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
  } | null
}

const bodyLimitBytes = 65_536
const daySeconds = 86_400
const longestSeconds = 3650 * daySeconds

/** Answers a request whose path begins with `issuerPrefix`. */
export async function handleDevIssuer(
  parts: DevIssuerRoutesParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0] as string
  const [, poolId = '', document] =
    /^\/_portcullis\/issuer\/([^/]+)\/(token|jwks\.json|\.well-known\/openid-configuration)$/.exec(
      path,
    ) ?? []
  if (document === undefined || !isPoolId(poolId)) {
    answer(response, 404, {
      message: `There are ${issuerPrefix}{pool}/.well-known/openid-configuration, jwks.json and token; a pool is named like eu-west-1_abc123.`,
    })
  } else if (document === 'token') {
    await mint(parts, poolId, request, response)
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    answer(response, 405, { message: 'Only GET' })
  } else if (document === 'jwks.json') {
    answer(response, 200, parts.issuer.keySet)
  } else {
    answer(response, 200, configurationOf(poolId, request.headers.host ?? 'localhost'))
  }
}

function configurationOf(poolId: string, host: string): object {
  return {
    issuer: issuerOfPool(poolId),
    jwks_uri: `http://${host}${issuerPrefix}${poolId}/jwks.json`,
    token_endpoint: `http://${host}${issuerPrefix}${poolId}/token`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
  }
}

async function mint(
  { issuer, adminCredentials }: DevIssuerRoutesParts,
  poolId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') {
    answer(response, 405, { message: 'Only POST' })
    return
  }
  if (
    adminCredentials !== null &&
    !isAdmin(request.headers.authorization ?? '', adminCredentials)
  ) {
    response.setHeader('WWW-Authenticate', 'Basic realm="portcullis"')
    answer(response, 401, { message: 'Tokens are minted for the admin credentials only.' })
    return
  }
  // A page in a browser cannot send this type to another origin without asking first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    answer(response, 415, { message: 'Send application/json' })
    return
  }
  const wish = readWish(await readBody(request))
  if (typeof wish === 'string') answer(response, 400, { message: wish })
  else answer(response, 200, { token: await issuer.mint(poolId, wish) })
}

/** Digests are compared, so that neither time nor length tells anything. */
function isAdmin(
  authorization: string,
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
): boolean {
  const wanted = Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')
  const [, given = ''] = /^basic ([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? []
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'))
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += chunk
    if (text.length > bodyLimitBytes) return ''
  }
  return text
}

/** Gives a sentence when it is no wish. */
function readWish(text: string): TokenWish | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return `The body must be a JSON object of at most ${bodyLimitBytes} bytes.`
  }
  const { use = 'id', claims = {}, scope = '', expiresIn = 3600, ...others } = Object(value)
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined)
    return `${unknown} is unknown. There are use, claims, scope and expiresIn.`
  if (use !== 'id' && use !== 'access') return 'use is id or access.'
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    return 'claims is an object.'
  if (typeof scope !== 'string') return 'scope is a text, with spaces between scopes.'
  if (!Number.isInteger(expiresIn) || Math.abs(expiresIn) > longestSeconds) {
    return `expiresIn is a whole number of seconds, up to ${longestSeconds}.`
  }
  return { use, claims, scope, expiresIn }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(JSON.stringify(body))
}
