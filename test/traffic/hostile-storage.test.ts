/** Disks that are full or not writable, gateways that were killed. A file where a folder should be stands for both. */
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createGateway } from '../../src/gateway.ts'
import { api, call, collectingLog, mock, operation, startGateway, testOptions } from './harness.ts'

const echo = 'export const handler = async () => ({ statusCode: 200, body: "ran" })'

test('what cannot be kept on disk is live all the same, and a complaint', async () => {
  const t = await startGateway()
  const programs = join(t.folder, 'data', 'programs')
  await rm(programs, { recursive: true, force: true })
  await writeFile(programs, 'not a folder')
  await rm(join(t.folder, 'data', 'functions'), { recursive: true, force: true })
  await writeFile(join(t.folder, 'data', 'functions'), 'not a folder')
  try {
    const uri = await t.addFunction('kept', echo)
    const apiId = await t.deploy(
      api({
        '/x': { get: mock('live') },
        '/f': { get: operation({ type: 'aws_proxy', httpMethod: 'POST', uri }) },
      }),
    )
    assert.equal((await t.call(apiId, '/x')).body, 'live')
    assert.equal((await t.call(apiId, '/f')).body, 'ran')
    await t.redeploy(apiId, api({ '/x': { get: mock('again') } }))
    assert.equal((await t.call(apiId, '/x')).body, 'again')
    assert.match(t.complaints.join('\n'), /is live but cannot be kept/)
  } finally {
    await t.close()
  }
})

test('a gateway whose programs folder cannot be written starts from its store', async () => {
  const t = await startGateway()
  const apiId = await t.deploy(api({ '/x': { get: mock('kept') } }))
  await t.gateway.close()
  const dataDir = join(t.folder, 'data')
  await rm(join(dataDir, 'programs'), { recursive: true })
  await writeFile(join(dataDir, 'programs'), 'not a folder')
  const complaints: string[] = []
  const again = await createGateway(testOptions(dataDir), { log: collectingLog(complaints) })
  try {
    assert.equal((await call(again.port, apiId, '/x')).body, 'kept')
    assert.match(complaints.join('\n'), /cannot be kept/)
  } finally {
    await again.close()
    await t.close()
  }
})

test('a start removes what a killed gateway left, and nothing else', async () => {
  const t = await startGateway()
  const apiId = await t.deploy(api({ '/x': { get: mock('kept') } }))
  await t.gateway.close()
  const dataDir = join(t.folder, 'data')
  const programs = join(dataDir, 'programs')
  const kept = `${apiId}.test.sealed`
  const before = await readFile(join(programs, kept), 'utf8')
  await writeFile(join(programs, `${kept}.4711.draft`), '{"half')
  await writeFile(join(programs, 'gone.test.json'), '{}')
  await mkdir(join(programs, 'of-somebody'))
  const again = await createGateway(testOptions(dataDir), { log: collectingLog([]) })
  try {
    assert.deepEqual((await readdir(programs)).sort(), [kept, 'of-somebody'].sort())
    assert.equal(await readFile(join(programs, kept), 'utf8'), before)
  } finally {
    await again.close()
    await t.close()
  }
})

test('a kept program that is JSON and no program is left out, and the others are served', async () => {
  const t = await startGateway()
  const apiId = await t.deploy(api({ '/x': { get: mock('kept') } }))
  await t.gateway.close()
  const dataDir = join(t.folder, 'data')
  const others = ['null', '[]', '{}', '1', '{"apiId":"a","stage":{"stageName":"test"}}']
  for (const [i, text] of others.entries()) {
    await writeFile(join(dataDir, 'programs', `other${i}.test.sealed`), text)
  }
  await writeFile(join(dataDir, 'records.db'), 'this is no database')
  const complaints: string[] = []
  const again = await createGateway(testOptions(dataDir), { log: collectingLog(complaints) })
  try {
    assert.equal((await call(again.port, apiId, '/x')).body, 'kept')
    for (const i of others.keys()) assert.match(complaints.join('\n'), new RegExp(`other${i}`))
  } finally {
    await again.close()
    await t.close()
  }
})

test('the folder of the control socket goes with the gateway, and with the next start when it was killed', async () => {
  const t = await startGateway()
  await t.gateway.close()
  const run = join(t.folder, 'data', 'run')
  await mkdir(run, { recursive: true })
  await writeFile(join(run, 'control.sock'), 'left by a gateway that was killed')
  const again = await createGateway(testOptions(join(t.folder, 'data')), { log: collectingLog([]) })
  try {
    assert.equal((await fetch(`${again.url}/_portcullis/health`)).status, 200)
  } finally {
    await again.close()
  }
  await assert.rejects(readdir(run), { code: 'ENOENT' })
  await t.close()
})
