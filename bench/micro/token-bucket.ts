/**
 * What one throttle decision costs: our bucket in shared memory, alone and with a second thread taking from the same one,
 * beside a plain object in one thread (what sharing costs).
 */
import { Worker } from 'node:worker_threads'
import { bench, run, summary } from 'mitata'
import { TokenBuckets } from '../../src/limits/token-bucket.ts'

const limits = { rate: 10_000, burst: 5_000 }
const memory = TokenBuckets.allocate(2)
const buckets = new TokenBuckets(memory)
buckets.fill(0, limits, performance.now())
buckets.fill(1, limits, performance.now())

const plain = { tokens: limits.burst, last: performance.now() }

function takePlain(nowMs: number): boolean {
  plain.tokens = Math.min(limits.burst, plain.tokens + ((nowMs - plain.last) * limits.rate) / 1000)
  plain.last = nowMs
  if (plain.tokens < 1) return false
  plain.tokens -= 1
  return true
}

const rival = new Worker(
  `const { workerData } = require('node:worker_threads')
   const words = new Int32Array(workerData)
   for (;;) {
     const tokens = Atomics.load(words, 2)
     if (tokens >= 1000) Atomics.compareExchange(words, 2, tokens, tokens - 1000)
   }`,
  { eval: true, workerData: memory },
)
rival.unref()

summary(() => {
  bench('a plain object, one thread', () => takePlain(performance.now()))
  bench('shared bucket, alone', () => buckets.take(0, limits, performance.now()))
  bench('shared bucket, another thread takes too', () => buckets.take(1, limits, performance.now()))
})

await run()
await rival.terminate()
