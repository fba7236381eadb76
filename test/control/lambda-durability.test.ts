/** An event that was acknowledged runs, also when the gateway is killed before it is done. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { startGateway } from '../started-gateway.ts'

/** Marks that it began; then waits without an end, or, where the gate is open, marks that it is done. */
const source = `
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
export const handler = async ({ folder, n }) => {
  writeFileSync(join(folder, 'began-' + n), '')
  if (!existsSync(join(folder, 'gate'))) await new Promise(() => setInterval(() => {}, 1000))
  writeFileSync(join(folder, 'done-' + n), '')
}`

function clientOf(endpoint: string): LambdaClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}

/** Resolves when the folder has these files. */
async function filesIn(folder: string, names: readonly string[]): Promise<void> {
  for (;;) {
    const there = new Set(await readdir(folder))
    if (names.every(name => there.has(name))) return
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('a gateway that is killed with events pending runs them after its next start', {
  timeout: 60_000,
}, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-events-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const code = join(folder, 'code')
  await mkdir(code)
  await writeFile(join(code, 'index.mjs'), source)

  const first = await startGateway(['--no-example'])
  const client = clientOf(first.url)
  await client.send(
    new CreateFunctionCommand({
      FunctionName: 'patient',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: 900,
      Role: 'arn:aws:iam::000000000000:role/patient',
      Code: { S3Bucket: 'hot-reload', S3Key: code },
    }),
  )
  const numbers = [1, 2, 3]
  for (const n of numbers) {
    const Payload = Buffer.from(JSON.stringify({ folder, n }))
    const { StatusCode } = await client.send(
      new InvokeCommand({ FunctionName: 'patient', InvocationType: 'Event', Payload }),
    )
    assert.equal(StatusCode, 202)
  }
  // One at least is in the middle of its run when the gateway dies.
  await filesIn(folder, ['began-1'])
  first.process.kill('SIGKILL')
  await once(first.process, 'exit')
  client.destroy()

  await writeFile(join(folder, 'gate'), '')
  const second = await startGateway(['--no-example'], first.dataDir)
  t.after(() => second.stop())
  await filesIn(
    folder,
    numbers.map(n => `done-${n}`),
  )
  // Done events are taken from the shelf: none of them comes again.
  while ((await readdir(join(first.dataDir, 'events'))).length > 0) {
    await new Promise(resolve => setImmediate(resolve))
  }
})
