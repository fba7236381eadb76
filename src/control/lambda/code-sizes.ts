/**
 * What a function weighs: its code and its layers, unpacked, may have 250 MB together. Folders in which somebody works are
 * not counted: they change, and what lies in them is not all for the function.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { CodeRecord } from './records.ts'

const limitOfAws = 262_144_000

/**
 * Throws InvalidParameterValueException when code and layers together are larger; `folders` has where each of `codes` lies
 * unpacked. Reads the folders: not inside a transaction.
 */
export async function refuseTooLarge(
  codes: readonly CodeRecord[],
  folders: readonly string[],
  limitBytes: number = limitOfAws,
): Promise<void> {
  const zips = folders.filter((_, i) => codes[i]?.type === 'zip')
  // One alone was held against the limit when it was unpacked.
  if (zips.length < 2) return
  let bytes = 0
  for (const folder of zips) bytes += await bytesIn(folder)
  if (bytes <= limitBytes) return
  throw new InvalidParameterValueException(
    `Function code combined with layers exceeds the maximum allowed size of ${limitBytes} bytes. The actual size is ${bytes} bytes.`,
  )
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // Links are not followed: what they lead to is counted where it lies.
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
