/**
 * Function code on disk: a zip becomes a folder that is named by the zip's SHA-256, so that the same code is
 * unpacked once and a folder never changes. It is unpacked beside and renamed when it is whole.
 *
 * The zip is hostile until proven otherwise: number of entries, size (declared and real), names and links
 * are checked. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'

/** What AWS accepts: 250 MB unpacked. The number of entries is our own limit. */
export const codeLimits = Object.freeze({ unpackedBytes: 262_144_000, entries: 100_000 })

const linkLimitBytes = 4096
const folderBit = 0o040000
const linkBits = 0o120000
const kindBits = 0o170000

/** The zip cannot be used; `reason` says whether it is broken or too large. */
export class CodeRejected extends Error {
  override readonly name = 'CodeRejected'
  readonly reason: 'unreadable' | 'too-large'

  constructor(reason: CodeRejected['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Code that lies on disk. */
export interface UnpackedCode {
  readonly folder: string
  /** Of the zip, as hex. */
  readonly sha256: string
}

/** The folder of the code with this hash below `root`, if it has been unpacked. */
export async function findCode(root: string, sha256: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined
  const folder = join(root, sha256)
  return (await exists(folder)) ? folder : undefined
}

/** Unpacks a zip below `root`, unless it is there already. Throws `CodeRejected`. */
export async function unpackCode(
  root: string,
  zip: Uint8Array,
  limits: { unpackedBytes: number; entries: number } = codeLimits,
): Promise<UnpackedCode> {
  const sha256 = createHash('sha256').update(zip).digest('hex')
  const folder = join(root, sha256)
  if (await exists(folder)) return { folder, sha256 }
  const draft = join(root, `.${sha256}.${randomBytes(6).toString('hex')}`)
  await mkdir(draft, { recursive: true })
  try {
    await unpack(draft, zip, limits)
    await rename(draft, folder).catch(async error => {
      // Somebody else has unpacked the same code meanwhile.
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return { folder, sha256 }
}

interface Link {
  readonly path: string
  readonly target: string
}

async function unpack(
  root: string,
  zip: Uint8Array,
  limits: { unpackedBytes: number; entries: number },
): Promise<void> {
  const file = await open(zip)
  if (file.entryCount > limits.entries) throw tooLarge(`more than ${limits.entries} files`)
  const links: Link[] = []
  let left = limits.unpackedBytes
  try {
    for await (const entry of file.eachEntry()) {
      const path = pathOf(root, entry)
      if (isFolder(entry)) {
        await mkdir(path, { recursive: true })
        continue
      }
      left -= entry.uncompressedSize
      if (left < 0) throw tooLarge(`larger than ${limits.unpackedBytes} bytes`)
      await mkdir(dirname(path), { recursive: true })
      if (isLink(entry)) links.push({ path, target: await readLink(file, entry) })
      else await writeEntry(file, entry, path)
    }
    // Links come last, so that no file is written through one.
    await makeLinks(root, links)
  } catch (error) {
    if (error instanceof CodeRejected) throw error
    throw new CodeRejected('unreadable', 'Could not unzip uploaded file', { cause: error })
  }
}

async function open(zip: Uint8Array): Promise<ZipFile> {
  try {
    const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength)
    // Names with `..`, drive letters or a leading slash make yauzl fail. It also compares sizes as it unpacks.
    return await fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true })
  } catch (error) {
    throw new CodeRejected('unreadable', 'Could not unzip uploaded file', { cause: error })
  }
}

function pathOf(root: string, entry: Entry): string {
  const path = join(root, entry.fileName)
  if (!path.startsWith(root + sep) || entry.fileName.includes('\0')) {
    throw new CodeRejected('unreadable', 'Could not unzip uploaded file')
  }
  return path
}

function modeOf(entry: Entry): number {
  return entry.externalFileAttributes >>> 16
}

function isFolder(entry: Entry): boolean {
  return entry.fileName.endsWith('/') || (modeOf(entry) & kindBits) === folderBit
}

function isLink(entry: Entry): boolean {
  return (modeOf(entry) & kindBits) === linkBits
}

async function writeEntry(file: ZipFile, entry: Entry, path: string): Promise<void> {
  await pipeline(await file.openReadStreamPromise(entry), createWriteStream(path))
  // Archives made on Windows carry no mode; whatever it says, we must be able to read the file.
  const mode = modeOf(entry) & 0o777
  await chmod(path, mode === 0 ? 0o644 : mode | 0o600)
}

async function readLink(file: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > linkLimitBytes) {
    throw new CodeRejected('unreadable', 'Could not unzip uploaded file')
  }
  const stream: Readable = await file.openReadStreamPromise(entry)
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function makeLinks(root: string, links: readonly Link[]): Promise<void> {
  for (const { path, target } of links) await symlink(target, path)
  const realRoot = await realpath(root)
  for (const { path } of links) {
    // Follows links that lead over links, so nothing can leave the folder in two steps.
    const end = await realpath(path)
    if (end !== realRoot && !end.startsWith(realRoot + sep)) {
      throw new CodeRejected('unreadable', 'Could not unzip uploaded file: a link leads outside')
    }
  }
}

function tooLarge(what: string): CodeRejected {
  return new CodeRejected('too-large', `The code is ${what} when unzipped`)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
