/**
 * A peer of the bench of functions: serverless-offline, installed by npm into the bench's temporary folder (it is no
 * dependency of this package), with the same function behind the same kind of route.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeSource } from './functions-gateway.ts'
import { freePort, type Running, start } from './processes.ts'

// The last Serverless Framework that asks for no account, and a release of the plugin for it.
const packages = ['serverless@3', 'serverless-offline@13']
const installLimitMs = 240_000

/** Undefined, with a message, where it cannot be installed or started. */
export async function startServerlessOffline(folder: string): Promise<Running | undefined> {
  const home = join(folder, 'serverless-offline')
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'package.json'), '{"private":true}')
  await writeFile(join(home, 'index.mjs'), nodeSource)
  const [port, lambdaPort] = [await freePort(), await freePort()]
  await writeFile(
    join(home, 'serverless.yml'),
    `service: bench
frameworkVersion: '3'
provider: { name: aws, runtime: nodejs20.x, stage: dev }
plugins: [serverless-offline]
custom: { serverless-offline: { httpPort: ${port}, lambdaPort: ${lambdaPort}, host: 127.0.0.1 } }
functions:
  node: { handler: index.handler, events: [{ http: { path: node, method: get } }] }
`,
  )
  const install = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--no-save', ...packages],
    { cwd: home, encoding: 'utf8', timeout: installLimitMs },
  )
  if (install.status !== 0) {
    const why = install.stderr.trim().split('\n')[0] ?? install.error?.message
    console.error(`serverless-offline is left out, it cannot be installed: ${why}`)
    return undefined
  }
  try {
    const env = { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' }
    const command = [process.execPath, join(home, 'node_modules/serverless/bin/serverless.js')]
    return await start([...command, 'offline', 'start'], port, { env, cwd: home })
  } catch (error) {
    console.error(`serverless-offline is left out, it does not start: ${String(error)}`)
    return undefined
  }
}
