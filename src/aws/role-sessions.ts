/**
 * Sessions of roles that a service takes on by itself: API Gateway those of integrations and authorizers, Lambda those
 * of functions. They are made where they are needed, without STS: their token says what they stand for
 * (session-token.ts), so that whoever verifies signatures here knows them.
 *
 * A session is kept with its role's object, which lasts as long as the snapshot of identities: a role that is made
 * anew has sessions of its own.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { RoleIdentity, SigningIdentity } from './identity.ts'
import { sealSession, sessionSecret } from './session-token.ts'

/** Whoever gets a session has it at least that long. */
const marginMs = 900_000

export interface RoleSessionSettings {
  readonly clock: Clock
  /** What tokens are sealed with now; null: sessions sign nothing. */
  readonly sessionKey: () => Buffer | null
  readonly lifeMs: number
}

export class RoleSessions {
  readonly #settings: RoleSessionSettings
  readonly #kept = new WeakMap<RoleIdentity, Map<string, SigningIdentity>>()

  constructor(settings: RoleSessionSettings) {
    this.#settings = settings
  }

  /**
   * A session of the role, good for a quarter of an hour at least; `name` is shown in its ARN,
   * `arn:aws:sts::A:assumed-role/R/{name}`. Its `sessionToken` is null where none can be sealed.
   */
  of(role: RoleIdentity, name: string): SigningIdentity {
    const now = this.#settings.clock.now()
    let named = this.#kept.get(role)
    if (named === undefined) {
      named = new Map()
      this.#kept.set(role, named)
    }
    const kept = named.get(name)
    if (kept !== undefined && (kept.expiresAtMs ?? 0) - now > marginMs) return kept
    const made = this.#make(role, name, now)
    named.set(name, made)
    return made
  }

  #make(role: RoleIdentity, name: string, now: number): SigningIdentity {
    const { sessionKey, lifeMs } = this.#settings
    const key = sessionKey()
    const accessKeyId = newKeyId()
    const { account } = role
    const session = {
      kind: 'assumed-role',
      account,
      arn: `arn:${role.arn.split(':')[1]}:sts::${account}:assumed-role/${role.name}/${name}`,
      userId: `${role.roleId}:${name}`,
      issuedAtMs: now,
      expiresAtMs: now + lifeMs,
      sessionPolicies: [],
    } as const
    const granted = { ...session, principal: role.arn, sessionTags: {} }
    const sealed = key === null ? null : sealSession(granted, accessKeyId, key)
    return Object.freeze({
      ...session,
      accessKeyId,
      secretAccessKey: key === null ? '' : sessionSecret(accessKeyId, key),
      sessionToken: sealed?.token ?? null,
      roleArn: role.arn,
      principalOrgId: role.principalOrgId,
      principalTags: role.tags,
      policies: role.policies,
      boundary: role.boundary,
    })
  }
}

/** `ASIA` and sixteen characters of base 32, as AWS's. */
function newKeyId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return `ASIA${Array.from(randomBytes(16), byte => alphabet[byte % 32]).join('')}`
}
