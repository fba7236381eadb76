import assert from 'node:assert/strict'
import test from 'node:test'
import { FakeClock } from '../base/clock.ts'
import {
  type IdentitySnapshot,
  noIdentities,
  type RoleIdentity,
  type SealedSession,
  type SnapshotPrincipal,
} from './identity.ts'
import { identityFinder } from './identity-finder.ts'

const account = '111122223333'
const policies = [{ name: 'p', document: '{}' }]
const ann: SnapshotPrincipal = {
  kind: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/ann`,
  userId: 'AIDAANN',
  principalOrgId: 'o-1',
  principalTags: { team: 'red' },
  policies,
  boundary: null,
}
const role: RoleIdentity = {
  arn: `arn:aws:iam::${account}:role/R`,
  name: 'R',
  roleId: 'AROAR',
  account,
  principalOrgId: null,
  tags: { team: 'blue', level: '1' },
  trustPolicy: '{}',
  policies,
  boundary: null,
}
const snapshot: IdentitySnapshot = {
  keys: [
    { accessKeyId: 'AKIAANN', secretAccessKey: 'secret', principal: ann.arn },
    { accessKeyId: 'AKIALOST', secretAccessKey: 'secret', principal: 'arn:aws:iam::1:user/gone' },
  ],
  principals: [ann],
  roles: [role],
  sessionKey: Buffer.alloc(32, 7).toString('base64'),
}

function finder(
  sessions: Readonly<Record<string, SealedSession>> = {},
  developmentAccount: string | null = null,
  of = snapshot,
) {
  const clock = new FakeClock()
  return {
    clock,
    ...identityFinder(of, {
      clock,
      developmentAccount,
      openSession: (token, id, key) => {
        assert.equal(key.length, 32)
        const session = sessions[token]
        return session?.accessKeyId === id ? session : 'bad-token'
      },
    }),
  }
}

function session(clock: FakeClock, changes: Partial<SealedSession> = {}): SealedSession {
  return {
    kind: 'assumed-role',
    accessKeyId: 'ASIA1',
    secretAccessKey: 's',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/R/me`,
    principal: role.arn,
    userId: 'AROAR:me',
    sessionTags: { level: '2' },
    issuedAtMs: clock.now(),
    expiresAtMs: clock.now() + 1000,
    sessionPolicies: [],
    ...changes,
  }
}

test('a long-term key is that of its user, always the same object', () => {
  const { findIdentity } = finder()
  const found = findIdentity('AKIAANN', undefined)
  assert.ok(typeof found === 'object')
  assert.equal(found.arn, ann.arn)
  assert.equal(found.secretAccessKey, 'secret')
  assert.equal(found.expiresAtMs, null)
  assert.equal(findIdentity('AKIAANN', undefined), found)
})

test('a key nobody has, and one whose user is gone, are unknown', () => {
  const { findIdentity } = finder()
  assert.equal(findIdentity('AKIANONE', undefined), 'unknown')
  assert.equal(findIdentity('AKIALOST', undefined), 'unknown')
  assert.equal(findIdentity('__proto__', undefined), 'unknown')
})

test('a long-term key with a token is refused, and a session key without one is unknown', () => {
  const { clock } = finder()
  const { findIdentity } = finder({ t: session(clock) })
  assert.equal(findIdentity('AKIAANN', 't'), 'bad-token')
  assert.equal(findIdentity('ASIA1', undefined), 'unknown')
})

test('a session has the policies of its role, its own tags first, and ends on time', () => {
  const { clock: start } = finder()
  const { clock, findIdentity } = finder({ t: session(start) })
  const found = findIdentity('ASIA1', 't')
  assert.ok(typeof found === 'object')
  assert.equal(found.roleArn, role.arn)
  assert.deepEqual(found.principalTags, { team: 'blue', level: '2' })
  assert.equal(found.policies, role.policies)
  assert.equal(findIdentity('ASIA1', 't'), found)
  clock.advance(999)
  assert.equal(findIdentity('ASIA1', 't'), found)
  clock.advance(1)
  assert.equal(findIdentity('ASIA1', 't'), 'expired')
})

test('a session whose role is gone is unknown', () => {
  const { clock } = finder()
  const { findIdentity } = finder({ t: session(clock, { principal: 'arn:aws:iam::1:role/gone' }) })
  assert.equal(findIdentity('ASIA1', 't'), 'unknown')
})

test('without a session key no token is good', () => {
  const { clock } = finder()
  const { findIdentity } = finder({ t: session(clock) }, null, noIdentities)
  assert.equal(findIdentity('ASIA1', 't'), 'bad-token')
})

test('in development the dummy credentials are roots; a session of theirs is good too', () => {
  const { clock } = finder()
  const root = session(clock, { kind: 'root', principal: 'arn:aws:iam::111122223333:root' })
  const { findIdentity } = finder({ t: root }, '000000000000')
  const own = findIdentity('test', undefined)
  assert.ok(typeof own === 'object')
  assert.deepEqual([own.kind, own.account, own.secretAccessKey], ['root', '000000000000', 'test'])
  const other = findIdentity('444455556666', undefined)
  assert.ok(typeof other === 'object')
  assert.equal(other.arn, 'arn:aws:iam::444455556666:root')
  assert.equal(findIdentity('444455556666', undefined), other)
  assert.ok(typeof findIdentity('ASIA1', 't') === 'object')
})

test('outside development there are no dummy credentials, nor sessions of theirs', () => {
  const { clock } = finder()
  const root = session(clock, { kind: 'root', principal: 'arn:aws:iam::111122223333:root' })
  const { findIdentity } = finder({ t: root })
  assert.equal(findIdentity('test', undefined), 'unknown')
  assert.equal(findIdentity('444455556666', undefined), 'unknown')
  assert.equal(findIdentity('ASIA1', 't'), 'unknown')
})

test('a key that IAM knows is not one of the dummies', () => {
  const keys = [{ accessKeyId: 'test', secretAccessKey: 'real', principal: ann.arn }]
  const { findIdentity } = finder({}, '000000000000', { ...snapshot, keys })
  const found = findIdentity('test', undefined)
  assert.ok(typeof found === 'object')
  assert.equal(found.arn, ann.arn)
})
