import assert from 'node:assert/strict'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createGateway } from '../../src/gateway.ts'
import {
  api,
  call,
  collectingLog,
  mock,
  startGateway,
  type TestGateway,
  testOptions,
} from './harness.ts'

let t: TestGateway
let apiId: string
let dataDir: string

before(async () => {
  t = await startGateway()
  dataDir = join(t.folder, 'data')
  apiId = await t.deploy(api({ '/x': { get: mock('kept') } }))
  await t.gateway.close()
})
after(async () => {
  await rm(t.folder, { recursive: true, force: true })
})

test('a second start finds everything again', async () => {
  const again = await createGateway(testOptions(dataDir), { log: collectingLog([]) })
  assert.equal(again.isStoreEmpty, false)
  assert.equal((await call(again.port, apiId, '/x')).body, 'kept')
  await again.close()
})

test('a data directory that is in use is refused with what to do', async () => {
  const first = await createGateway(testOptions(dataDir), { log: collectingLog([]) })
  await assert.rejects(
    createGateway(testOptions(dataDir), { log: collectingLog([]) }),
    /in use|another/i,
  )
  await first.close()
})

test('a port that is taken is refused with what to do', async () => {
  const first = await createGateway(testOptions(dataDir), { log: collectingLog([]) })
  const other = testOptions(join(t.folder, 'other'), { port: first.port })
  await assert.rejects(createGateway(other, { log: collectingLog([]) }), /taken.*--port/)
  await first.close()
})

test('with a store that cannot be opened, APIs are served on and the control plane says why', async () => {
  const files = (await readdir(dataDir)).filter(name => name.startsWith('records.db'))
  assert.ok(files.length > 0)
  for (const name of files) await writeFile(join(dataDir, name), 'this is no database')
  const complaints: string[] = []
  const again = await createGateway(testOptions(dataDir), { log: collectingLog(complaints) })
  assert.equal((await call(again.port, apiId, '/x')).body, 'kept')
  assert.match(complaints.join('\n'), /store cannot be opened/i)
  const ready = await fetch(`${again.url}/_portcullis/ready`)
  assert.equal(ready.status, 503)
  const refused = await fetch(`${again.url}/restapis`)
  assert.equal(refused.status, 503)
  await again.close()
})

test('a kept program that was damaged is left out and named', async () => {
  const folder = join(t.folder, 'damaged')
  await mkdir(join(folder, 'programs'), { recursive: true })
  await writeFile(join(folder, 'programs', 'abc.test.json'), '{"half')
  await writeFile(join(folder, 'records.db'), 'this is no database')
  const complaints: string[] = []
  const gateway = await createGateway(testOptions(folder), { log: collectingLog(complaints) })
  assert.match(complaints.join('\n'), /abc\.test\.json/)
  assert.equal((await call(gateway.port, 'abc', '/x')).status, 403)
  await gateway.close()
})
