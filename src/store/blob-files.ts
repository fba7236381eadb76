/**
 * Where the bytes of blobs lie: one file per content, named by its SHA-256, so the same code uploaded twice
 * is kept once.
 *
 * A file is complete before anything names it: written under a passing name, forced to disk, renamed, and the
 * folder forced to disk. Only then does the row that names it commit. Dying in between leaves a file
 * that no row names; `keepOnly` removes those when the store is opened.
 */
import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StoreUnavailable } from './errors.ts'

/** Contents by digest (SHA-256, 64 hexadecimal digits). */
export interface BlobFiles {
  /** Keeps the bytes and gives their digest; resolves when they are safely on disk. */
  keep(bytes: Uint8Array): Promise<string>
  /** Throws `StoreUnavailable` (`corrupt`) if the bytes are gone or are not what was kept. */
  read(digest: string): Promise<Uint8Array>
  remove(digest: string): Promise<void>
  /** Removes everything but these digests. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>
}

/** Bytes hashed and written at a time, so that 250 MB do not stop the event loop for a second. */
const chunkBytes = 1 << 20

/**
 * Contents as files of the folder `directory`, which is made (mode 0700) if it is missing. `explain` makes
 * of an error of the file system what the caller shall see.
 */
export async function openBlobFiles(
  directory: string,
  explain: (error: unknown) => unknown,
): Promise<BlobFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await syncFolder(dirname(directory))

  async function keep(bytes: Uint8Array): Promise<string> {
    const passing = join(directory, `${randomUUID()}.part`)
    try {
      const digest = await writeHashed(passing, bytes)
      await rename(passing, join(directory, digest))
      await syncFolder(directory)
      return digest
    } catch (error) {
      await rm(passing, { force: true })
      throw explain(error)
    }
  }

  async function read(digest: string): Promise<Uint8Array> {
    const path = join(directory, digest)
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw damaged(path, cause)
    })
    if ((await sha256(bytes)) !== digest) throw damaged(path)
    return bytes
  }

  return Object.freeze({
    keep,
    read,
    remove: (digest: string) => rm(join(directory, digest), { force: true }),
    async keepOnly(digests: ReadonlySet<string>) {
      for (const name of await readdir(directory)) {
        if (!digests.has(name) && isOurs(name)) await rm(join(directory, name), { force: true })
      }
    },
  })
}

/** Contents in memory, for a store that keeps nothing. */
export function memoryBlobs(): BlobFiles {
  const contents = new Map<string, Uint8Array>()
  return Object.freeze({
    async keep(bytes: Uint8Array) {
      const digest = await sha256(bytes)
      contents.set(digest, Uint8Array.from(bytes))
      return digest
    },
    async read(digest: string) {
      const bytes = contents.get(digest)
      if (bytes === undefined) throw damaged(digest)
      return Uint8Array.from(bytes)
    },
    async remove(digest: string) {
      contents.delete(digest)
    },
    async keepOnly(digests: ReadonlySet<string>) {
      for (const digest of contents.keys()) if (!digests.has(digest)) contents.delete(digest)
    },
  })
}

/** A file that somebody else put into the folder is not ours to remove. */
function isOurs(name: string): boolean {
  return /^(?:[0-9a-f]{64}|[0-9a-f-]{36}\.part)$/.test(name)
}

async function writeHashed(path: string, bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      const chunk = bytes.subarray(start, start + chunkBytes)
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    hash.update(bytes.subarray(start, start + chunkBytes))
    await new Promise(setImmediate)
  }
  return hash.digest('hex')
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function damaged(path: string, cause?: unknown): StoreUnavailable {
  return new StoreUnavailable(
    'corrupt',
    `The stored bytes ${path} are missing or changed. Upload them again (for a function: update its code), ` +
      'or restore a backup.',
    cause,
  )
}
