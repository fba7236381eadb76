/**
 * Files -> a ZIP archive that is the same, byte for byte, for the same files and time, in any time zone.
 */
import { type Zippable, zipSync } from 'fflate'

/** Packs texts by path, which must be names that we made up; every file carries the time `modified`, to two seconds, in UTC. */
export function zip(files: ReadonlyMap<string, string>, modified: Date): Buffer {
  const entries: Zippable = {}
  const encoder = new TextEncoder()
  for (const [path, text] of files) entries[path] = encoder.encode(text)
  return Buffer.from(
    zipSync(entries, {
      level: 6,
      mtime: asLocal(modified),
      // What the archive was made on and who may read its files: UNIX, and rw-r--r--.
      os: 3,
      attrs: 0o100644 << 16,
    }),
  )
}

/**
 * ZIP keeps local time, by the clock of whoever packs; so the archive gets a time that reads here as `time` does in
 * UTC. It knows the years 1980 to 2099 only.
 */
function asLocal(time: Date): Date {
  const year = Math.min(Math.max(time.getUTCFullYear(), 1980), 2099)
  return new Date(
    year,
    time.getUTCMonth(),
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  )
}
