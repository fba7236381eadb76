/**
 * Reads what a request claims about its own signature, from the Authorization header or from the query
 * of a presigned URL. Nothing is believed yet. The refusals are AWS's, as seen in public reports;
 * where one is not known it says so.
 */
import { IncompleteSignatureException, MissingAuthenticationTokenException } from './faults.ts'
import {
  algorithm,
  basicTime,
  type Scope,
  signatureParameter,
  terminator,
} from './sigv4-canonical.ts'
import { algorithmV4a, regionSetHeader } from './sigv4a.ts'
import { headerOf } from './wire.ts'

/** The part of a request that a signature covers, but for its body. */
export interface SignedRequest {
  readonly method: string
  readonly rawPath: string
  readonly rawQuery: string
  readonly rawHeaders: readonly string[]
  /** The body, or else its SHA-256 in hex; no body when neither is given. */
  readonly body?: Uint8Array
  readonly bodySha256?: string
}

export interface Claim {
  readonly algorithm: typeof algorithm | typeof algorithmV4a
  /** Version 4A: the regions it is for, `eu-west-1,us-*`; null: the one of the scope. */
  readonly regionSet: string | null
  /** Version 4A has no region in it: ''. */
  readonly scope: Scope
  /** The last part of the credential; must be `aws4_request`. */
  readonly terminator: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ`, not checked. */
  readonly time: string
  readonly sessionToken: string | undefined
  /** Seconds that a presigned URL is good for; undefined for the header form. */
  readonly expiresSeconds: number | undefined
  /** What the client says the body's hash is: hex, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string | undefined
}

/** The scope of a request's signature, for routing: cheap, unverified, undefined when unreadable. */
export function scopeOf(
  request: Pick<SignedRequest, 'rawQuery' | 'rawHeaders'>,
): Scope | undefined {
  const header = headerOf(request.rawHeaders, 'authorization')
  const credential = header?.startsWith('AWS4-')
    ? parameterOf(header, 'Credential=', /[,\s]/)
    : parameterOf(request.rawQuery, 'X-Amz-Credential=', /&/)?.replaceAll(/%2f/gi, '/')
  const parts = credential?.split('/')
  if (parts?.length !== 5) return undefined
  const [accessKeyId = '', date = '', region = '', service = ''] = parts
  return { accessKeyId, date, region, service }
}

/** What a service takes. */
export interface ClaimRules {
  readonly takesV4a: boolean
}

const onlyV4: ClaimRules = Object.freeze({ takesV4a: false })

/**
 * Reads the claim. Throws MissingAuthenticationTokenException when there is none, and
 * IncompleteSignatureException when it is not whole, or there are two.
 */
export function readClaim(request: SignedRequest, rules: ClaimRules = onlyV4): Claim {
  const authorization = headerOf(request.rawHeaders, 'authorization')
  if (authorization !== undefined) {
    refuseSecond(request)
    return fromHeader(authorization, request.rawHeaders, rules)
  }
  if (!request.rawQuery.includes('X-Amz-')) {
    throw new MissingAuthenticationTokenException('Missing Authentication Token')
  }
  return fromQuery(request, rules)
}

/** Which of two would count is not for the client to choose. The words are a guess. */
function refuseSecond({ rawHeaders, rawQuery }: SignedRequest): void {
  let count = rawQuery.includes(`${signatureParameter}=`) ? 1 : 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 13 && name.toLowerCase() === 'authorization') count++
  }
  if (count > 1) {
    throw new IncompleteSignatureException('Only one authentication mechanism is allowed')
  }
}

function fromHeader(
  authorization: string,
  rawHeaders: readonly string[],
  rules: ClaimRules,
): Claim {
  const tokens = authorization.split(/[,\s]+/).filter(token => token !== '')
  const scheme = tokens.length > 1 ? tokens.shift() : undefined
  const parameters = new Map<string, string>()
  for (const token of tokens) {
    const at = token.indexOf('=')
    if (at < 0) {
      throw new IncompleteSignatureException(
        `'${token}' not a valid key=value pair (missing equal-sign) in Authorization header: '${authorization}'.`,
      )
    }
    const name = token.slice(0, at)
    if (parameters.has(name)) throw twice(name)
    parameters.set(name, token.slice(at + 1))
  }
  const time = headerOf(rawHeaders, 'x-amz-date') ?? basicDate(headerOf(rawHeaders, 'date'))
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter(name => !parameters.get(name))
    .map(name => `Authorization header requires '${name}' parameter. `)
  if (time === undefined) {
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    )
  }
  if (missing.length > 0 || time === undefined) {
    throw new IncompleteSignatureException(`${missing.join('')}Authorization=${authorization}`)
  }
  const name = readAlgorithm(scheme ?? '', rules)
  return {
    algorithm: name,
    regionSet: name === algorithm ? null : (headerOf(rawHeaders, regionSetHeader) ?? ''),
    ...credentialOf(parameters.get('Credential') ?? '', name),
    signedHeaders: headerNames(parameters.get('SignedHeaders') ?? ''),
    signature: parameters.get('Signature') ?? '',
    time,
    sessionToken: headerOf(rawHeaders, 'x-amz-security-token'),
    expiresSeconds: undefined,
    payloadHash: headerOf(rawHeaders, 'x-amz-content-sha256'),
  }
}

function fromQuery(request: SignedRequest, rules: ClaimRules): Claim {
  const parameters = amzParameters(request.rawQuery)
  const required = (name: string): string => {
    const value = parameters.get(name)
    if (value) return value
    throw new IncompleteSignatureException(
      `AWS query-string parameters must include '${name}'. Re-examine the query-string parameters.`,
    )
  }
  const name = readAlgorithm(required('X-Amz-Algorithm'), rules)
  const expires = parameters.get('X-Amz-Expires') ?? String(defaultExpiresSeconds)
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : Number.NaN
  if (!(expiresSeconds >= 1 && expiresSeconds <= maxExpiresSeconds)) {
    // S3's limits; the words are a guess.
    throw new IncompleteSignatureException('X-Amz-Expires must be between 1 and 604800 seconds')
  }
  return {
    algorithm: name,
    regionSet: name === algorithm ? null : required('X-Amz-Region-Set'),
    ...credentialOf(required('X-Amz-Credential'), name),
    signedHeaders: headerNames(required('X-Amz-SignedHeaders')),
    signature: required(signatureParameter),
    time: required('X-Amz-Date'),
    sessionToken: parameters.get('X-Amz-Security-Token'),
    expiresSeconds,
    payloadHash:
      parameters.get('X-Amz-Content-Sha256') ??
      headerOf(request.rawHeaders, 'x-amz-content-sha256'),
  }
}

/**
 * The query parameters that begin with `X-Amz-`, decoded. None may come twice: the signature does not cover itself, so
 * that a second one could bring in what nobody signed, since in queries `;` separates as `&` does.
 */
function amzParameters(rawQuery: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const part of rawQuery.split('&')) {
    if (!part.startsWith('X-Amz-')) continue
    const at = part.indexOf('=')
    const name = at < 0 ? part : part.slice(0, at)
    if (parameters.has(name)) throw twice(name)
    parameters.set(name, at < 0 ? '' : decoded(part.slice(at + 1)))
  }
  return parameters
}

/** '' for what is not encoded properly; it is missed by name. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** Each once: one that is named a thousand times would be written as often into the canonical request. */
function headerNames(text: string): string[] {
  const names = text.split(';')
  if (new Set(names).size !== names.length) throw twice('SignedHeaders')
  return names
}

/** The words are a guess. */
function twice(name: string): IncompleteSignatureException {
  return new IncompleteSignatureException(`'${name}' is there twice in the AWS Authorization.`)
}

// Without X-Amz-Expires a presigned request is good for a quarter of an hour: a guess.
const defaultExpiresSeconds = 900
const maxExpiresSeconds = 604_800

/** Version 4A leaves the region out. */
function credentialOf(
  credential: string,
  name: Claim['algorithm'],
): Pick<Claim, 'scope' | 'terminator'> {
  const parts = credential.split('/')
  if (name === algorithmV4a) {
    if (parts.length !== 4) {
      throw new IncompleteSignatureException(
        `Credential must have exactly 4 slash-delimited elements, e.g. keyid/date/service/term, got '${credential}'`,
      )
    }
    parts.splice(2, 0, '')
  }
  if (parts.length !== 5) {
    throw new IncompleteSignatureException(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    )
  }
  const [accessKeyId = '', date = '', region = '', service = '', end = terminator] = parts
  return { scope: { accessKeyId, date, region, service }, terminator: end }
}

function readAlgorithm(name: string, { takesV4a }: ClaimRules): Claim['algorithm'] {
  if (name === algorithm || (takesV4a && name === algorithmV4a)) return name
  throw new IncompleteSignatureException(`Unsupported AWS 'algorithm': '${name}'.`)
}

/** A Date header in either of its forms -> `YYYYMMDDTHHMMSSZ`. */
function basicDate(date: string | undefined): string | undefined {
  if (date === undefined || /^\d{8}T\d{6}Z$/.test(date)) return date
  const ms = Date.parse(date)
  return Number.isNaN(ms) ? undefined : basicTime(ms)
}

function parameterOf(text: string, name: string, end: RegExp): string | undefined {
  const at = text.indexOf(name)
  if (at < 0) return undefined
  const rest = text.slice(at + name.length)
  const length = rest.search(end)
  return length < 0 ? rest : rest.slice(0, length)
}
