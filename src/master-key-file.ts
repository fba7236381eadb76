/**
 * Where the master key comes from: the option, the file that an option names, or `master.key` in the data directory, which is
 * made at the first start and readable by its owner only.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type MasterKey, masterKeyOf, newMasterKey, readMasterKey } from './base/master-key.ts'
import type { Options } from './options.ts'

const usualName = 'master.key'

export interface MasterKeys {
  readonly current: MasterKey
  /** What the store may still be sealed with. */
  readonly old: MasterKey | null
  /** The file that was made just now; null: the key was there. */
  readonly made: string | null
}

type KeyOptions = Pick<Options, 'masterKey' | 'masterKeyFile' | 'masterKeyOld' | 'dataDir'>

/** Throws an Error that says what to do when a file holds no key. */
export async function masterKeys(options: KeyOptions): Promise<MasterKeys> {
  const { masterKey, masterKeyFile, masterKeyOld, dataDir } = options
  const old = masterKeyOld === null ? null : masterKeyOf(masterKeyOld)
  if (masterKey !== null) return { current: masterKeyOf(masterKey), old, made: null }
  if (masterKeyFile !== null) return { current: keyIn(masterKeyFile), old, made: null }
  await mkdir(dataDir, { mode: 0o700 }).catch(() => undefined) // the store says what is wrong with it
  const path = join(dataDir, usualName)
  const made = makeKey(path)
  return { current: keyIn(path), old, made: made ? path : null }
}

function keyIn(path: string): MasterKey {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`The master key ${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  const bytes = readMasterKey(text)
  if (bytes !== undefined) return masterKeyOf(bytes)
  throw new Error(`The file ${path} holds no master key: 32 bytes in hexadecimal or base64.`)
}

/** false: there is one already. */
function makeKey(path: string): boolean {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new Error(`The master key ${path} cannot be made: ${(error as Error).message}`)
  }
  try {
    writeSync(file, `${newMasterKey().toString('base64')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return true
}
