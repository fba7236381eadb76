/**
 * Snapshot -> the functions that find who signed. Long-term keys are a table; session tokens are opened when they come,
 * and what they stand for is remembered, so that an identity is one object as long as the snapshot lasts.
 *
 * In development the pair `test`/`test` is the root of the default account, and a key id of twelve digits with the
 * secret `test` is the root of that account: people's usual dummy credentials. Their signatures are verified like
 * any other's. Outside development they do not exist.
 */
import type { Clock } from '../base/clock.ts'
import { Lru } from '../base/lru.ts'
import {
  type FindIdentity,
  type FindRole,
  type IdentitySnapshot,
  type NamedPolicy,
  noIdentities,
  type OpenSession,
  type RoleIdentity,
  type SealedSession,
  type SigningIdentity,
  type SnapshotPrincipal,
} from './identity.ts'

export interface FinderSettings {
  readonly clock: Clock
  readonly openSession: OpenSession
  /** The account of `test`/`test` in development; null: there are no development identities. */
  readonly developmentAccount: string | null
}

export interface Finder {
  readonly findIdentity: FindIdentity
  readonly findRole: FindRole
  /** What session tokens are sealed with; null: there are no sessions. */
  readonly sessionKey: () => Buffer | null
}

/** Where nobody signs. */
export const nobody: Finder = Object.freeze({
  findIdentity: () => 'unknown' as const,
  findRole: () => undefined,
  sessionKey: () => null,
})

const developmentSecret = 'test'
/** Of sessions that are remembered, counted by the length of their tokens. */
const sessionBytes = 4 * 1024 * 1024
/** Twelve digits name a million million roots; so many are remembered. */
const maxRoots = 1000

export function identityFinder(snapshot: IdentitySnapshot, settings: FinderSettings): Finder {
  const { clock, openSession, developmentAccount } = settings
  const principals = new Map(snapshot.principals.map(one => [one.arn, one]))
  const roles = new Map(snapshot.roles.map(one => [one.arn, one]))
  const keyed = new Map<string, SigningIdentity>()
  for (const { accessKeyId, secretAccessKey, principal } of snapshot.keys) {
    const owner = principals.get(principal)
    if (owner !== undefined) {
      keyed.set(accessKeyId, longTerm(accessKeyId, secretAccessKey, owner))
    }
  }
  const roots = new Map<string, SigningIdentity>()
  const sessions = new Lru<SigningIdentity>(sessionBytes)
  const sessionKey =
    snapshot.sessionKey === null ? null : Buffer.from(snapshot.sessionKey, 'base64')

  function ofDevelopment(accessKeyId: string): SigningIdentity | 'unknown' {
    if (developmentAccount === null) return 'unknown'
    const account = accessKeyId === 'test' ? developmentAccount : accessKeyId
    if (!/^\d{12}$/.test(account)) return 'unknown'
    const known = roots.get(accessKeyId)
    if (known !== undefined) return known
    const root = longTerm(accessKeyId, developmentSecret, rootOf(account))
    if (roots.size >= maxRoots) roots.clear()
    roots.set(accessKeyId, root)
    return root
  }

  function ofSession(accessKeyId: string, token: string): ReturnType<FindIdentity> {
    if (sessionKey === null) return 'bad-token'
    // Key ids have no such character, so that no two pairs look the same.
    const name = `${accessKeyId}\n${token}`
    let identity = sessions.get(name)
    if (identity === undefined) {
      const session = openSession(token, accessKeyId, sessionKey)
      if (session === 'bad-token') return session
      const holder = holderOf(session)
      if (holder === undefined) return 'unknown'
      identity = inSession(session, token, holder)
      sessions.put(name, identity, name.length * 2)
    }
    const isOver = identity.expiresAtMs !== null && identity.expiresAtMs <= clock.now()
    return isOver ? 'expired' : identity
  }

  /** undefined: the user or role is no longer there; another one of that name is not the one that it was. */
  function holderOf({ principal, account, kind, userId }: SealedSession): Holder | undefined {
    const known = principals.get(principal) ?? roles.get(principal)
    if (known !== undefined && kind !== 'federated') {
      const isSame =
        'trustPolicy' in known ? userId.startsWith(`${known.roleId}:`) : userId === known.userId
      if (!isSame) return undefined
    }
    if (known !== undefined || developmentAccount === null) return known
    const root = rootOf(account)
    return principal === root.arn ? root : undefined
  }

  return {
    findRole: roleArn => roles.get(roleArn),
    sessionKey: () => sessionKey,
    findIdentity(accessKeyId, sessionToken) {
      if (sessionToken !== undefined) return ofSession(accessKeyId, sessionToken)
      return keyed.get(accessKeyId) ?? ofDevelopment(accessKeyId)
    },
  }
}

/** Whose policies a session has. */
type Holder = SnapshotPrincipal | RoleIdentity

/** The root of an account, as whoever needs no key of it. */
export function rootIdentity(account: string): SigningIdentity {
  return longTerm(account, '', rootOf(account))
}

/** The root as a principal of a snapshot. */
export function rootOf(account: string): SnapshotPrincipal {
  return Object.freeze({
    kind: 'root',
    account,
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    principalOrgId: null,
    principalTags: Object.freeze({}),
    policies: Object.freeze([]),
    boundary: null,
  })
}

function longTerm(
  accessKeyId: string,
  secretAccessKey: string,
  owner: SnapshotPrincipal,
): SigningIdentity {
  return Object.freeze({
    ...owner,
    accessKeyId,
    secretAccessKey,
    sessionToken: null,
    roleArn: null,
    issuedAtMs: null,
    expiresAtMs: null,
    sessionPolicies: noPolicies,
  })
}

const noPolicies: readonly NamedPolicy[] = Object.freeze([])

function inSession(session: SealedSession, sessionToken: string, holder: Holder): SigningIdentity {
  const { kind, accessKeyId, secretAccessKey, account, arn, userId } = session
  const isRole = 'trustPolicy' in holder
  return Object.freeze({
    kind,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    account,
    arn,
    roleArn: isRole ? holder.arn : null,
    userId,
    principalOrgId: holder.principalOrgId,
    principalTags: Object.freeze({
      ...(isRole ? holder.tags : holder.principalTags),
      ...session.sessionTags,
    }),
    issuedAtMs: session.issuedAtMs,
    expiresAtMs: session.expiresAtMs,
    policies: holder.policies,
    boundary: holder.boundary,
    sessionPolicies: session.sessionPolicies,
  })
}

/** The identities of the newest snapshot; whoever holds this object sees each new one at once. */
export class Identities implements Finder {
  readonly #settings: FinderSettings
  #finder: Finder

  /** Knows nobody but the identities of development. */
  constructor(settings: FinderSettings) {
    this.#settings = settings
    this.#finder = identityFinder(noIdentities, settings)
  }

  replace(snapshot: IdentitySnapshot): void {
    this.#finder = identityFinder(snapshot, this.#settings)
  }

  readonly findIdentity: FindIdentity = (accessKeyId, sessionToken) =>
    this.#finder.findIdentity(accessKeyId, sessionToken)

  readonly findRole: FindRole = roleArn => this.#finder.findRole(roleArn)

  readonly sessionKey = (): Buffer | null => this.#finder.sessionKey()
}
