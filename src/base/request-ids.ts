/**
 * The ids of a request on the hot path. UUIDs come from node, which draws them from a cache; trace ids are
 * `Root=1-{seconds, 8 hex}-{96 random bits, 24 hex}` as X-Ray writes them.
 */
import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(12 * 4096)
let used = pool.length

export function newTraceId(nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const random = pool.toString('hex', used, used + 12)
  used += 12
  return `${startOfTraceId(nowMs)}${random}`
}

let second = -1
let start = ''

/** The same for a second. */
function startOfTraceId(nowMs: number): string {
  const now = Math.floor(nowMs / 1000)
  if (now !== second) {
    second = now
    start = `Root=1-${now.toString(16).padStart(8, '0')}-`
  }
  return start
}
