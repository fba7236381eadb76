/**
 * What the gateway itself needs for environments that wait: the growth of its own resident memory with 200 of them, whose
 * processes are a small shell script that asks the Runtime API for its first invocation.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { systemClock } from '../../src/base/clock.ts'
import { FunctionRunner } from '../../src/lambda/runner.ts'

const count = 200
const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
writeFileSync(
  join(folder, 'bootstrap'),
  `#!/bin/bash
exec 3<>"/dev/tcp/\${AWS_LAMBDA_RUNTIME_API%:*}/\${AWS_LAMBDA_RUNTIME_API#*:}"
printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
read -r _ <&3
`,
)
chmodSync(join(folder, 'bootstrap'), 0o755)
setFlagsFromString('--expose-gc')
// The function that the flag gives to new contexts.
const collect = runInNewContext('gc') as () => void

function residentMb(): number {
  collect()
  return process.memoryUsage().rss / 1048576
}

const runner = new FunctionRunner({
  clock: systemClock,
  maxEnvironments: count + 1,
  idleMs: 600_000,
  onLog: () => {},
})
const settings = (provisionedConcurrency: number) => ({
  arn: `arn:aws:lambda:us-east-1:000000000000:function:idle:${provisionedConcurrency}`,
  name: 'idle',
  version: '1',
  handler: 'x',
  runtime: 'provided.al2023',
  folder,
  environment: {},
  timeoutMs: 60_000,
  memoryMb: 128,
  account: '000000000000',
  region: 'us-east-1',
  revision: '1',
  hotReload: false,
  provisionedConcurrency,
})

async function provision(many: number): Promise<void> {
  const one = settings(many)
  runner.provision(one)
  while (runner.readyOf(one.arn) < many) await sleep(20)
}

try {
  // The first one loads code and the watching shell.
  await provision(1)
  const before = residentMb()
  await provision(count)
  const grown = residentMb() - before
  console.log(
    `${count} idle environments: the gateway grew by ${grown.toFixed(1)} MB, ` +
      `${((grown * 1024) / count).toFixed(0)} KB each`,
  )
} finally {
  await runner.close()
  rmSync(folder, { recursive: true })
}
