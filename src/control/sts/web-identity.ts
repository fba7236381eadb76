/**
 * AssumeRoleWithWebIdentity: the token of a registered OpenID Connect provider instead of a signature. The role's trust
 * policy must name the provider as `Federated`, and may ask for claims: `{provider}:sub`, `:aud`, `:amr`.
 *
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
import { ValidationException } from '../../aws/faults.ts'
import {
  AccessDenied,
  ExpiredWebToken,
  IDPCommunicationError,
  IDPRejectedClaim,
  InvalidIdentityToken,
} from '../../aws/iam-faults.ts'
import type { StsOperations } from '../../aws/operations.sts.ts'
import { compilePolicy } from '../../aws/policy/compile.ts'
import { type PolicyStatement, parsePolicy } from '../../aws/policy/document.ts'
import { callerKeys } from '../caller-keys.ts'
import { providerArn } from '../iam/oidc-providers.ts'
import { globalRegion, type OidcProviderRecord, oidcProviders } from '../iam/records.ts'
import { type FoundRole, findRole, startSession } from './assume-role.ts'
import type { StsContext, WebClaims } from './context.ts'
import { checkSessionName } from './session-limits.ts'
import { checkDuration } from './sessions.ts'

const action = 'sts:AssumeRoleWithWebIdentity'

type Input = StsOperations['AssumeRoleWithWebIdentity']['input']

export async function assumeRoleWithWebIdentity(
  ctx: StsContext,
  input: Input,
): Promise<StsOperations['AssumeRoleWithWebIdentity']['output']> {
  const { RoleArn, RoleSessionName, WebIdentityToken, DurationSeconds = 3600 } = input
  if (input.ProviderId !== undefined) {
    throw new ValidationException('ProviderId is for OAuth 2.0 access tokens, which are not taken.')
  }
  checkSessionName(RoleSessionName)
  checkDuration(DurationSeconds, 900, 43_200)
  const role = await findRole(ctx, RoleArn)
  if (role === undefined) throw notAuthorized()
  const provider = await requireProvider(ctx, role, issuerOf(WebIdentityToken))
  const claims = await verified(ctx, WebIdentityToken, issuerOf(WebIdentityToken))
  const audience = claims.audiences.find(each => provider.clientIds.includes(each))
  if (audience === undefined) throw new InvalidIdentityToken('Incorrect token audience')
  if (!isTrusted(ctx, role, provider, claims, input)) throw notAuthorized()
  const session = await startSession(ctx, role, input, DurationSeconds, {})
  return {
    ...session,
    SubjectFromWebIdentityToken: claims.subject,
    Provider: providerArn(role.realm, provider.url),
    Audience: audience,
  }
}

/** Not verified: only to find the provider by. Throws `InvalidIdentityToken`. */
function issuerOf(token: string): string {
  const [, payload = '', signature] = token.split('.')
  try {
    const { iss } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    if (typeof iss === 'string' && signature !== undefined) return iss
  } catch {
    // Said below.
  }
  throw new InvalidIdentityToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  )
}

/** Registered in the account of the role. */
async function requireProvider(
  ctx: StsContext,
  { realm }: FoundRole,
  issuer: string,
): Promise<OidcProviderRecord> {
  const name = issuer.replace(/^https?:\/\//i, '').replace(/\/$/, '')
  const namespace = { account: realm.account, region: globalRegion(realm.partition) }
  const row = await ctx.store.read(namespace, tx => tx.get(oidcProviders, '', name))
  if (row) return row.record
  throw new InvalidIdentityToken(
    `No OpenIDConnect provider found in your account for ${issuer.slice(0, 255)}`,
  )
}

async function verified(ctx: StsContext, token: string, issuer: string): Promise<WebClaims> {
  const { verifyWebToken } = ctx.sts
  if (verifyWebToken === null) {
    throw new IDPCommunicationError('Portcullis has nothing to verify tokens of providers with.')
  }
  try {
    return await verifyWebToken(token, issuer)
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    if (name === 'TokenExpired') throw new ExpiredWebToken(`Token expired: ${message}`)
    if (name === 'ProviderUnreachable') {
      throw new IDPCommunicationError(
        `Couldn't retrieve verification key from your identity provider: ${message}`,
      )
    }
    if (name === 'ClaimRejected') throw new IDPRejectedClaim(message)
    throw new InvalidIdentityToken(`The ID Token provided is not valid: ${message}`)
  }
}

/**
 * Statements that name the provider speak of whoever has its token; the others speak of somebody else, but for a Deny to
 * everyone.
 */
function isTrusted(
  ctx: StsContext,
  { record, realm }: FoundRole,
  provider: OidcProviderRecord,
  { subject, audiences, methods }: WebClaims,
  { RoleArn, RoleSessionName }: Input,
): boolean {
  const arn = providerArn(realm, provider.url)
  const document = parsePolicy(record.trustPolicy, 'trust')
  const statements = document.statements.flatMap(statement => {
    const spoken = speaksOf(statement, arn)
    return spoken ? [{ ...statement, principal: everyone }] : []
  })
  const policy = compilePolicy({ ...document, statements }, `trust policy of ${record.name}`)
  const claim = (name: string) => `${provider.url}:${name}`.toLowerCase()
  const verdict = policy.weigh({
    action,
    resource: RoleArn,
    requester: null,
    service: null,
    valueFor: callerKeys(null, ctx, {
      'aws:federatedprovider': arn,
      'sts:rolesessionname': RoleSessionName,
      [claim('sub')]: subject,
      [claim('aud')]: audiences,
      ...(methods.length > 0 ? { [claim('amr')]: methods } : {}),
    }),
  })
  return verdict.decision === 'allow'
}

const everyone = Object.freeze({
  isNegated: false,
  of: Object.freeze({ type: 'everyone' as const }),
})

function speaksOf({ principal, effect }: PolicyStatement, arn: string): boolean {
  if (principal === null) return false
  const { isNegated, of } = principal
  // An Allow to everyone is for those who sign; a Deny to everyone is meant for all.
  if (of.type === 'everyone') return effect === 'Deny' && !isNegated
  const isListed = of.federated.includes(arn)
  return isNegated ? effect === 'Deny' && !isListed : isListed
}

function notAuthorized(): AccessDenied {
  return new AccessDenied(`Not authorized to perform ${action}`)
}
