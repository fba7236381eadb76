/**
 * Verifies AWS Signature Version 4, in the Authorization header and in the query of presigned URLs.
 *
 * The order: is there a signature, and whole; is it for this service, region and day; is it of now;
 * do we know the key; does it match. The body is hashed here unless its hash is handed over; the
 * client's own `x-amz-content-sha256` must then be that hash, or UNSIGNED-PAYLOAD.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. The texts of the refusals are
 * AWS's as seen in public reports; they concern only what the client itself sent.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { InvalidSignatureException, UnrecognizedClientException } from './faults.ts'
import {
  basicTime,
  canonicalPaths,
  canonicalRequest,
  type Scope,
  sha256,
  signatureOf,
  stringToSign,
  terminator,
  unsignedPayload,
} from './sigv4-canonical.ts'
import { type Claim, readClaim, type SignedRequest } from './sigv4-claim.ts'
import { algorithmV4a, hasRegion, isSignedV4a, regionSetHeader } from './sigv4a.ts'

export interface VerifyOptions {
  readonly clock: Clock
  /** The service that the signature must be for. */
  readonly service: string
  /** The region that it must be for; any when not given. */
  readonly region?: string
  /** How far the client's clock may be off. Default 300,000: AWS's 5 minutes. */
  readonly maxSkewMs?: number
  /**
   * The secret of an access key, given that the session token (if any) belongs to it; undefined when
   * they are not known. May throw ExpiredTokenException.
   */
  lookupSecret(accessKeyId: string, sessionToken: string | undefined): string | undefined
}

/** Who signed. */
export interface Verified {
  readonly scope: Scope
  readonly sessionToken: string | undefined
  readonly isPresigned: boolean
}

/**
 * Verifies a request's signature. Throws MissingAuthenticationTokenException,
 * IncompleteSignatureException, InvalidSignatureException or UnrecognizedClientException.
 */
export function verify(request: SignedRequest, options: VerifyOptions): Verified {
  const claim = readClaim(request)
  checkClaim(claim, options)
  const secret = options.lookupSecret(claim.scope.accessKeyId, claim.sessionToken)
  if (secret === undefined) {
    throw new UnrecognizedClientException('The security token included in the request is invalid.')
  }
  checkSignature(request, claim, secret)
  return {
    scope: claim.scope,
    sessionToken: claim.sessionToken,
    isPresigned: claim.expiresSeconds !== undefined,
  }
}

/** Checks everything that needs no secret. Throws InvalidSignatureException. */
export function checkClaim(claim: Claim, options: Omit<VerifyOptions, 'lookupSecret'>): void {
  const { scope, time } = claim
  const problems: string[] = []
  const { region } = options
  if (region !== undefined && !isForRegion(claim, region)) {
    problems.push(
      `Credential should be scoped to a valid Region, not '${claim.regionSet ?? scope.region}'. `,
    )
  }
  if (scope.service !== options.service) {
    problems.push(`Credential should be scoped to correct service: '${options.service}'. `)
  }
  if (claim.terminator !== terminator) {
    problems.push(
      `Credential should be scoped with a valid terminator: '${terminator}', not '${claim.terminator}'. `,
    )
  }
  const signedMs = parseBasicTime(time)
  if (signedMs === undefined) {
    problems.push(`Date must be in ISO-8601 'basic format'. Got '${time}'. `)
  } else if (scope.date !== time.slice(0, 8)) {
    problems.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${time.slice(0, 8)}', from '${time}'. `,
    )
  }
  if (!claim.signedHeaders.includes('host')) {
    problems.push("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization. ")
  }
  if (problems.length > 0 || signedMs === undefined) {
    throw new InvalidSignatureException(problems.join(''))
  }
  checkTime(claim, signedMs, options)
}

function isForRegion({ regionSet, scope, signedHeaders, expiresSeconds }: Claim, region: string) {
  if (regionSet === null) return scope.region === region
  // In the header form nothing else binds the set to the signature.
  const isBound = expiresSeconds !== undefined || signedHeaders.includes(regionSetHeader)
  return isBound && hasRegion(regionSet, region)
}

/** Checks the signature itself, and that it covers the body. Throws InvalidSignatureException. */
export function checkSignature(request: SignedRequest, claim: Claim, secret: string): void {
  const payloadHash = payloadHashOf(request, claim)
  let expectation = ''
  for (const path of canonicalPaths(request.rawPath, claim.scope.service)) {
    const { method, rawQuery, rawHeaders } = request
    const { signedHeaders } = claim
    const parts = { method, path, rawQuery, rawHeaders, signedHeaders, payloadHash }
    const canonical = canonicalRequest(parts)
    const text = stringToSign(canonical, claim)
    const isRight =
      claim.algorithm === algorithmV4a
        ? isSignedV4a(text, claim.signature, claim.scope.accessKeyId, secret)
        : isSame(signatureOf(text, secret, claim.scope), claim.signature)
    if (isRight) return
    expectation ||= `\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${text}'\n`
  }
  throw new InvalidSignatureException(mismatch + expectation)
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

function checkTime(
  { time, expiresSeconds }: Claim,
  signedMs: number,
  { clock, maxSkewMs = 300_000 }: Omit<VerifyOptions, 'lookupSecret'>,
): void {
  const now = clock.now()
  const minutes = maxSkewMs / 60_000
  if (signedMs > now + maxSkewMs) {
    throw new InvalidSignatureException(
      `Signature not yet current: ${time} is still later than ${basicTime(now + maxSkewMs)} (${basicTime(now)} + ${minutes} min.)`,
    )
  }
  if (expiresSeconds !== undefined) {
    if (now <= signedMs + expiresSeconds * 1000) return
    throw new InvalidSignatureException(
      `Signature expired: ${basicTime(signedMs + expiresSeconds * 1000)} is now earlier than ${basicTime(now)}`,
    )
  }
  if (signedMs < now - maxSkewMs) {
    throw new InvalidSignatureException(
      `Signature expired: ${time} is now earlier than ${basicTime(now - maxSkewMs)} (${basicTime(now)} - ${minutes} min.)`,
    )
  }
}

/** The hash that the signature must cover. What the client says counts only if it is the truth. */
function payloadHashOf(request: SignedRequest, claim: Claim): string {
  if (claim.payloadHash === unsignedPayload) return unsignedPayload
  // Chunk-signed uploads (STREAMING-…) are S3's alone: their claim is never the body's hash.
  return request.bodySha256 ?? sha256(request.body ?? '')
}

function parseBasicTime(time: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

function isSame(expected: string, given: string): boolean {
  const a = Buffer.from(expected)
  const b = Buffer.from(given)
  return a.length === b.length && timingSafeEqual(a, b)
}
