import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { systemClock } from './base/clock.ts'
import { masterKeyOf, newMasterKey } from './base/master-key.ts'
import { openDevIssuer } from './dev-issuer.ts'

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dev-issuer-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('the key outlives a restart, and a change of the master key when the old one is there', async t => {
  const folder = await folderOf(t)
  const [first, second] = [masterKeyOf(newMasterKey()), masterKeyOf(newMasterKey())]
  const { keySet } = await openDevIssuer(folder, { current: first, old: null }, systemClock)
  const turned = await openDevIssuer(folder, { current: second, old: first }, systemClock)
  assert.deepEqual(turned.keySet, keySet)
  const after = await openDevIssuer(folder, { current: second, old: null }, systemClock)
  assert.deepEqual(after.keySet, keySet)
  await assert.rejects(
    openDevIssuer(folder, { current: first, old: null }, systemClock),
    /cannot be read .* has to be deleted/,
  )
})

test('a plain key of an older version is taken over and sealed', async t => {
  const folder = await folderOf(t)
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  await mkdir(join(folder, 'dev-issuer'))
  await writeFile(join(folder, 'dev-issuer', 'key.json'), JSON.stringify(jwk))
  const current = masterKeyOf(newMasterKey())
  const { keySet } = await openDevIssuer(folder, { current, old: null }, systemClock)
  assert.equal(keySet.keys[0]?.n, jwk.n)
  assert.deepEqual(await readdir(join(folder, 'dev-issuer')), ['key.sealed'])
  const text = await readFile(join(folder, 'dev-issuer', 'key.sealed'), 'utf8')
  assert.ok(!text.includes(String(jwk.d)))
})
