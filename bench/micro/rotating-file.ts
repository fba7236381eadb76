/**
 * What lines of a log cost when three come in every turn of the event loop, as from a warm function: CPU time per turn, with
 * lines gathered for a moment (rotating-file.ts), and with one append for each turn.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RotatingFile } from '../../src/rotating-file.ts'

const seconds = 2
const line = 'x'.repeat(200)
const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))

async function measure(name: string, write: () => unknown): Promise<void> {
  const before = process.cpuUsage()
  const begun = performance.now()
  let turns = 0
  for (; performance.now() - begun < seconds * 1000; turns++) {
    write()
    await sleep(0)
  }
  const { user, system } = process.cpuUsage(before)
  console.log(`${name}: ${((user + system) / turns).toFixed(1)} µs CPU for each turn`)
}

try {
  const path = join(folder, 'gathered')
  const file = new RotatingFile({ path, limitBytes: 4e6, kept: 2, report: console.error })
  let last: Promise<void> = Promise.resolve()
  await measure('an append for each turn', () => {
    last = appendFile(join(folder, 'at-once'), `${line}\n`.repeat(3))
  })
  await last
  await measure('gathered (rotating-file.ts)', () => {
    for (let i = 0; i < 3; i++) file.add(line)
  })
  await file.flush()
} finally {
  rmSync(folder, { recursive: true })
}
