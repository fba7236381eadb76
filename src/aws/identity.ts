/**
 * Who signed a request, as both planes see it, and the snapshot of all identities that the data-plane threads hold.
 *
 *     IAM records (control plane) -> IdentitySnapshot -> every data-plane thread -> FindIdentity
 *
 * Users, roles and long-term keys travel in the snapshot, which is plain JSON. Sessions of STS do not: their token is
 * sealed with the snapshot's `sessionKey` and says by itself what it stands for, so that no call of AssumeRole has to
 * reach the threads first (identity-finder.ts puts the two together).
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */

/** A policy with the name that `explain` shows: `inline/ReadPets`, `arn:aws:iam::aws:policy/…`. */
export interface NamedPolicy {
  readonly name: string
  /** JSON text, as it was stored. */
  readonly document: string
}

/** Whoever holds a secret. The same object as long as the snapshot lasts: what is worked out once may hang on it. */
export interface SigningIdentity {
  readonly kind: 'root' | 'user' | 'assumed-role' | 'federated'
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** null: a long-term key. */
  readonly sessionToken: string | null
  readonly account: string
  /**
   * `arn:aws:iam::A:root`, `arn:aws:iam::A:user/path/x`, `arn:aws:sts::A:assumed-role/R/S` or
   * `arn:aws:sts::A:federated-user/x`.
   */
  readonly arn: string
  /** The role's own ARN, `arn:aws:iam::A:role/path/R`, of an assumed role; null otherwise. */
  readonly roleArn: string | null
  /** `AIDA…` of a user, `AROA…:session` of a role, `A:x` of a federated user, the account id of the root. */
  readonly userId: string
  readonly principalOrgId: string | null
  /** Those of the session win over those of the user or role. */
  readonly principalTags: Readonly<Record<string, string>>
  /** Milliseconds since 1970; null: a long-term key, which has no times. */
  readonly issuedAtMs: number | null
  readonly expiresAtMs: number | null
  /** Inline, managed and of groups. The root has none and may do everything in its account. */
  readonly policies: readonly NamedPolicy[]
  /** The permissions boundary; null: none. */
  readonly boundary: NamedPolicy | null
  /** Given with AssumeRole or GetFederationToken: the session may do only what these allow too. Empty: none given. */
  readonly sessionPolicies: readonly NamedPolicy[]
}

/**
 * The identity behind a key. `unknown`: no such key, or one that is switched off. `expired`: a session whose time is
 * up. `bad-token`: the token is none of ours, or not that of the key; or the key needs one, or must not have one.
 */
export type FindIdentity = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => SigningIdentity | 'unknown' | 'expired' | 'bad-token'

/** A role as integrations and sessions use it. */
export interface RoleIdentity {
  /** `arn:aws:iam::A:role/path/R`. */
  readonly arn: string
  readonly name: string
  /** `AROA…` */
  readonly roleId: string
  readonly account: string
  readonly principalOrgId: string | null
  readonly tags: Readonly<Record<string, string>>
  /** Who may take the role on; JSON text. */
  readonly trustPolicy: string
  readonly policies: readonly NamedPolicy[]
  readonly boundary: NamedPolicy | null
}

/** undefined: no such role is known. */
export type FindRole = (roleArn: string) => RoleIdentity | undefined

/** Whoever may have long-term keys: a user, or the root of an account. */
export type SnapshotPrincipal = Pick<
  SigningIdentity,
  'account' | 'arn' | 'userId' | 'principalOrgId' | 'principalTags' | 'policies' | 'boundary'
> & { readonly kind: 'root' | 'user' }

/** An active long-term key. */
export interface SnapshotKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The `arn` of the snapshot's principal whose it is. */
  readonly principal: string
}

/** All that the data plane knows of IAM. Plain JSON: posted to each thread, replaced as a whole. */
export interface IdentitySnapshot {
  readonly keys: readonly SnapshotKey[]
  readonly principals: readonly SnapshotPrincipal[]
  readonly roles: readonly RoleIdentity[]
  /** What session tokens are sealed with: 32 bytes in base64; null: there are no sessions. */
  readonly sessionKey: string | null
}

export const noIdentities: IdentitySnapshot = Object.freeze({
  keys: Object.freeze([]),
  principals: Object.freeze([]),
  roles: Object.freeze([]),
  sessionKey: null,
})

/** What a session token says once it is opened. */
export interface SealedSession {
  readonly kind: 'assumed-role' | 'user' | 'root' | 'federated'
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly account: string
  /** As in `SigningIdentity`: the session's own ARN for roles and federated users. */
  readonly arn: string
  /**
   * Whose policies hold: the role's ARN, or that of the user (or root) who asked for the session. Looked up in the
   * snapshot at every use, so that a change of the role's policies counts for sessions that run.
   */
  readonly principal: string
  readonly userId: string
  /** Tags given with the session. */
  readonly sessionTags: Readonly<Record<string, string>>
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  readonly sessionPolicies: readonly NamedPolicy[]
}

/**
 * Opens a session token with the snapshot's key. `bad-token`: it was not sealed with this key, is not whole, or is not
 * that of the access key. Whether it has expired is the caller's to see. Never throws.
 */
export type OpenSession = (
  token: string,
  accessKeyId: string,
  key: Buffer,
) => SealedSession | 'bad-token'
