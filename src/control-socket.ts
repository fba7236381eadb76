/**
 * Where the data-plane threads reach the control plane: a Unix socket in a folder that only this user may enter. It lies
 * in the data directory, which one gateway has at a time, so that a start clears away what a killed one left; in a
 * folder of its own under the temporary ones where nobody holds the data directory or its path is too long for a socket.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const socketName = 'control.sock'
/** macOS takes 103 bytes, Linux 107. */
const longestPath = 103

export interface ControlSocket {
  readonly path: string
  remove(): Promise<void>
}

/** `dataDir`: null when its lock is not ours. */
export async function placeControlSocket(dataDir: string | null): Promise<ControlSocket> {
  const folder = (await folderIn(dataDir)) ?? (await mkdtemp(join(tmpdir(), 'portcullis-')))
  return {
    path: join(folder, socketName),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function folderIn(dataDir: string | null): Promise<string | undefined> {
  if (dataDir === null) return undefined
  const folder = join(dataDir, 'run')
  if (Buffer.byteLength(join(folder, socketName)) > longestPath) return undefined
  try {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { mode: 0o700 })
    return folder
  } catch {
    // A disk that takes nothing more.
    return undefined
  }
}
