/**
 * What an invocation of a function costs: the start of an environment, one warm invocation alone, and many at once
 * with two environments, and the first byte of a streamed answer. Aims for Node.js: cold start at most 150 ms, p50 alone
 * at most 0.1 ms, 15,000 invocations a second, first byte within 2 ms; for Python: 120 ms and 1 ms.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { FunctionRunner } from '../../src/lambda/runner.ts'
import type { FunctionSettings } from '../../src/lambda/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
writeFileSync(
  join(folder, 'index.mjs'),
  `export const handler = async event => ({ statusCode: 200, body: event.path })`,
)
writeFileSync(
  join(folder, 'index.py'),
  `def handler(event, context): return {"statusCode": 200, "body": event["path"]}`,
)
writeFileSync(
  join(folder, 'stream.mjs'),
  `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    stream.write('first'); setTimeout(() => stream.end('last'), 2) })`,
)
const payload = Buffer.from(JSON.stringify({ path: '/pets', headers: { host: 'x' }, body: null }))

function settings(runtime: string, revision: string): FunctionSettings {
  return {
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${runtime}`,
    name: 'bench',
    version: '$LATEST',
    handler: 'index.handler',
    runtime,
    folder,
    environment: {},
    timeoutMs: 3000,
    memoryMb: 128,
    account: '000000000000',
    region: 'us-east-1',
    revision,
    hotReload: false,
  }
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(3)
}

async function measure(runtime: string): Promise<void> {
  const runner = new FunctionRunner({ clock: systemClock, maxEnvironments: 2, onLog: () => {} })
  const invoke = (revision: string) =>
    runner.invoke(settings(runtime, revision), {
      payload,
      requestId: '6f1c1e9c-0d6a-4c5e-8d7e-0123456789ab',
    })

  const cold: number[] = []
  for (let i = 0; i < 7; i++) {
    const begun = performance.now()
    await invoke(`cold ${i}`)
    cold.push(performance.now() - begun)
  }
  cold.sort((a, b) => a - b)

  const alone: number[] = []
  for (let i = 0; i < 20_000; i++) {
    const begun = performance.now()
    await invoke('warm')
    alone.push(performance.now() - begun)
  }
  alone.splice(0, 2000)
  alone.sort((a, b) => a - b)

  const total = 60_000
  let left = total
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left-- > 0) await invoke('warm')
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  await runner.close()

  console.log(
    `${runtime}: cold p50 ${quantile(cold, 0.5)} ms; alone p50 ${quantile(alone, 0.5)} ms, ` +
      `p99 ${quantile(alone, 0.99)} ms; two environments ${Math.round(total / seconds)}/s`,
  )
}

/** From the call to the first byte, warm. */
async function measureFirstByte(): Promise<void> {
  const runner = new FunctionRunner({ clock: systemClock, maxEnvironments: 1, onLog: () => {} })
  const streaming = { ...settings('nodejs22.x', 'stream'), handler: 'stream.handler' }
  const times: number[] = []
  for (let i = 0; i < 300; i++) {
    const begun = performance.now()
    const { result } = runner.invokeStreaming(
      streaming,
      { payload, requestId: 'r' },
      {
        start: () => times.push(performance.now() - begun),
        write: () => true,
      },
    )
    await result
  }
  await runner.close()
  times.splice(0, 20)
  times.sort((a, b) => a - b)
  console.log(`first byte: p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms`)
}

try {
  await measure('nodejs22.x')
  await measure('nodejs24.x')
  await measure('python3.13')
  await measureFirstByte()
} finally {
  rmSync(folder, { recursive: true })
}
