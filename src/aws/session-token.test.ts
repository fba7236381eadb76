import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { openSession, sealSession, sessionSecret } from './session-token.ts'

const key = Buffer.alloc(32, 7)
const granted = {
  kind: 'assumed-role' as const,
  account: '111122223333',
  arn: 'arn:aws:sts::111122223333:assumed-role/R/s',
  principal: 'arn:aws:iam::111122223333:role/R',
  userId: 'AROAX:s',
  sessionTags: { team: 'a' },
  issuedAtMs: 1,
  expiresAtMs: 2,
  sessionPolicies: [],
}
const sealed = sealSession(granted, 'ASIA1', key)?.token ?? ''

test('a token opens with its key and its access key id, to what was granted', () => {
  assert.deepEqual(openSession(sealed, 'ASIA1', key), {
    ...granted,
    accessKeyId: 'ASIA1',
    secretAccessKey: sessionSecret('ASIA1', key),
  })
  assert.ok(!Buffer.from(sealed, 'base64').includes('assumed-role'))
})

test('with another key, for another access key, or changed anywhere it is a bad token', () => {
  assert.equal(openSession(sealed, 'ASIA2', key), 'bad-token')
  assert.equal(openSession(sealed, 'ASIA1', randomBytes(32)), 'bad-token')
  const bytes = Buffer.from(sealed, 'base64')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.equal(openSession(changed.toString('base64'), 'ASIA1', key), 'bad-token')
  }
  assert.equal(openSession(`${sealed}=`, 'ASIA1', key), 'bad-token')
})

test('any text is a bad token', () => {
  fc.assert(fc.property(fc.string(), text => openSession(text, 'ASIA1', key) === 'bad-token'))
})

test('a session that is too large for a token is not sealed', () => {
  const document = randomBytes(8000).toString('base64')
  const sessionPolicies = [{ name: 'p', document }]
  assert.equal(sealSession({ ...granted, sessionPolicies }, 'ASIA1', key), null)
})
