/** What lies on disk: no secret can be found in it, whatever was written, moved from an older store, or sealed anew. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { CreateApiKeyCommand, GetApiKeyCommand } from '@aws-sdk/client-api-gateway'
import * as Iam from '@aws-sdk/client-iam'
import { masterKeyOf, newMasterKey } from '../../src/base/master-key.ts'
import { accessKeys } from '../../src/control/iam/records.ts'
import { apiKeys, apiKeyValues } from '../../src/control/key-records.ts'
import { functions } from '../../src/control/lambda/records.ts'
import { secretKinds } from '../../src/control/secret-kinds.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { createVault } from '../../src/store/vault.ts'
import { startGateway as startCommand } from '../started-gateway.ts'
import { startIdentities } from './identity-harness.ts'

const space = { account: '000000000000', region: 'us-east-1' }
const value = 'plain-value-of-an-api-key-0123456789'
const secret = 'plain/secret/of/an/access/key/0123456789'

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The files of a folder, and of those in it, that hold one of the texts. */
async function filesWith(folder: string, ...texts: string[]): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of names) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    if (texts.some(text => bytes.includes(text))) found.push(entry.name)
  }
  return found
}

const open = (directory: string, key: Uint8Array, old?: Uint8Array): Promise<Store> =>
  openSqliteStore({
    directory,
    vault: createVault(masterKeyOf(key), old === undefined ? null : masterKeyOf(old)),
    secretKinds,
  })

async function fill(store: Store): Promise<void> {
  await store.write(space, async tx => {
    const stamp = { createdDate: 1, lastUpdatedDate: 1 }
    const key = { id: 'k1', name: 'n', value, enabled: true, stageKeys: [], ...stamp }
    await tx.insert(apiKeys, '', 'k1', key)
    await tx.insert(apiKeyValues, '', value, { id: 'k1' })
    const access = { id: 'AKIA1', secret, userName: 'ann', isActive: true, createdMs: 1 }
    await tx.insert(accessKeys, '', 'AKIA1', access)
  })
}

async function assertFilled(store: Store): Promise<void> {
  await store.read(space, async tx => {
    assert.equal((await tx.get(apiKeys, '', 'k1'))?.record.value, value)
    const byValue = await tx.get(apiKeyValues, '', value)
    assert.deepEqual([byValue?.id, byValue?.record], [value, { id: 'k1' }])
    assert.equal(await tx.get(apiKeyValues, '', `${value}x`), undefined)
    assert.equal((await tx.get(accessKeys, '', 'AKIA1'))?.record.secret, secret)
  })
  assert.equal((await store.find(apiKeyValues, value))?.record.id, 'k1')
}

test('what is written as a secret cannot be found on disk, while the store is open and after', async t => {
  const folder = await folderOf(t)
  const key = newMasterKey()
  const store = await open(join(folder, 'd'), key)
  await fill(store)
  assert.deepEqual(await filesWith(folder, value, secret), [])
  await assertFilled(store)
  await store.write(space, tx => tx.delete(apiKeyValues, '', value))
  assert.equal(await store.find(apiKeyValues, value), undefined)
  await store.close()
  assert.deepEqual(await filesWith(folder, value, secret), [])
})

test('a store from before is sealed when it is opened, and nothing plain is left', async t => {
  const folder = join(await folderOf(t), 'd')
  const key = newMasterKey()
  await (await open(folder, key)).close()
  const plain = new DatabaseSync(join(folder, 'records.db'))
  const add = plain.prepare(
    "insert into record (account, region, kind, parent, id, version, body) values ('000000000000', 'us-east-1', ?, '', ?, 1, ?)",
  )
  const stamp = { createdDate: 1, lastUpdatedDate: 1 }
  add.run('rest-api-key', 'k1', JSON.stringify({ id: 'k1', name: 'n', value, ...stamp }))
  add.run('rest-api-key-value', value, JSON.stringify({ id: 'k1' }))
  add.run('iam-access-key', 'AKIA1', JSON.stringify({ id: 'AKIA1', secret, userName: 'ann' }))
  const environment = { PASSWORD: secret }
  add.run('lambda-function', 'f', JSON.stringify({ name: 'f', environment }))
  plain.close()
  assert.notDeepEqual(await filesWith(folder, value, secret), [])

  const store = await open(folder, key)
  assert.deepEqual(await filesWith(folder, value, secret), [])
  await assertFilled(store)
  const found = await store.find(functions, 'f')
  assert.deepEqual(found?.record.environment, environment)
  await store.close()
  assert.deepEqual(await filesWith(folder, value, secret), [])
})

test('with another key the store is refused, with the old one beside it everything is sealed anew', async t => {
  const folder = join(await folderOf(t), 'd')
  const [first, second] = [newMasterKey(), newMasterKey()]
  const before = await open(folder, first)
  await fill(before)
  await before.close()
  await assert.rejects(open(folder, second), { name: 'StoreUnavailable', reason: 'wrong-key' })
  const turned = await open(folder, second, first)
  await assertFilled(turned)
  await turned.close()
  await assert.rejects(open(folder, first), { reason: 'wrong-key' })
  const after = await open(folder, second)
  await assertFilled(after)
  await after.close()
})

test('a secret that was put into another record, or changed, is not read', async t => {
  const folder = join(await folderOf(t), 'd')
  const key = newMasterKey()
  const store = await open(folder, key)
  await fill(store)
  await store.close()
  const database = new DatabaseSync(join(folder, 'records.db'))
  database.exec("update record set id = 'AKIA2' where id = 'AKIA1'")
  database.close()
  const again = await open(folder, key)
  await assert.rejects(again.find(accessKeys, 'AKIA2'), { reason: 'corrupt' })
  await again.close()
})

test('a store on disk without a vault takes no secrets', async t => {
  const store = await openSqliteStore({ directory: join(await folderOf(t), 'd') })
  await assert.rejects(fill(store), TypeError)
  await store.close()
})

test('a gateway makes its master key at the first start, and refuses to start with another', async t => {
  const folder = await folderOf(t)
  const first = await startCommand([], folder)
  assert.match(first.text(), /Made the master key/)
  await first.stop({ keepData: true })
  const { mode } = await stat(join(folder, 'master.key'))
  assert.equal(mode & 0o777, 0o600)
  const again = await startCommand([], folder)
  assert.doesNotMatch(again.text(), /Made the master key/)
  await again.stop({ keepData: true })
})

test('a gateway that holds secrets cannot be started with another master key', async () => {
  await using g = await startIdentities()
  const { iam, t } = g
  await iam.send(new Iam.CreateUserCommand({ UserName: 'ann' }))
  const { AccessKey } = await iam.send(new Iam.CreateAccessKeyCommand({ UserName: 'ann' }))
  const made = await t.rest.send(new CreateApiKeyCommand({ name: 'k', value }))
  const shown = await t.rest.send(new GetApiKeyCommand({ apiKey: made.id, includeValue: true }))
  assert.equal(shown.value, value)
  const secretOfAnn = AccessKey?.SecretAccessKey ?? '?'
  assert.deepEqual(await filesWith(t.folder, value, secretOfAnn), [])
  await t.gateway.close()
  const dataDir = (await readdir(t.folder)).includes('data') ? join(t.folder, 'data') : t.folder
  const other = newMasterKey().toString('base64')
  await assert.rejects(
    startCommand(['--master-key', other], dataDir),
    /encrypted with another master key/,
  )
})

test('the list of kinds with secrets is complete', async () => {
  const modules = ['iam/records', 'key-records', 'domain-records', 'certificate-records']
  const all = await Promise.all(
    [...modules, 'lambda/records', 'records', 'account-record'].map(
      name => import(`../../src/control/${name}.js`) as Promise<Record<string, unknown>>,
    ),
  )
  const named = all
    .flatMap(module => Object.values(module))
    .filter(
      (value): value is { name: string } =>
        typeof value === 'object' &&
        value !== null &&
        ('secrets' in value || 'hasSecretId' in value),
    )
  assert.deepEqual(named.map(kind => kind.name).sort(), secretKinds.map(kind => kind.name).sort())
})
