/**
 * Brings the identities that IAM's records describe to whoever verifies signatures: the control plane on this thread, and
 * every data-plane thread. The administrator of `--admin-credentials` is the root of the default account.
 *
 * What was published last is kept on disk, sealed with the master key, for a start without the store.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { IdentitySnapshot } from './aws/identity.ts'
import { type Identities, rootOf } from './aws/identity-finder.ts'
import type { MasterKey } from './base/master-key.ts'
import { openText, sealText } from './base/sealing.ts'
import { identitySnapshot } from './control/iam/snapshot.ts'
import type { DataPlane } from './data-plane.ts'
import type { Log } from './observe/log.ts'
import type { Options } from './options.ts'
import type { Store } from './store/store.ts'

export interface IdentityPublisherParts {
  /** null: it cannot be opened. */
  readonly store: Store | null
  readonly dataPlane: Pick<DataPlane, 'setIdentities'>
  readonly masterKey: MasterKey
  /** Hears what is published, for this thread. */
  readonly identities: Identities
  readonly log: Log
  readonly options: Pick<Options, 'adminCredentials' | 'account' | 'dataDir'>
}

const keptName = 'identities.sealed'

export class IdentityPublisher {
  /** What sessions are sealed with. */
  readonly sessionKey: Buffer
  readonly #parts: IdentityPublisherParts
  readonly #sealing: Buffer

  constructor(parts: IdentityPublisherParts) {
    const { masterKey } = parts
    this.#parts = parts
    this.sessionKey = masterKey.derive('sessions')
    this.#sealing = masterKey.derive('kept files')
  }

  /** Resolves when both planes know what the store holds now, or without a store what was kept. */
  async publish(): Promise<void> {
    const { store, dataPlane } = this.#parts
    const known =
      store === null ? await this.#kept() : await identitySnapshot(store, this.sessionKey)
    const snapshot = this.#withAdministrator(known)
    this.#parts.identities.replace(snapshot)
    await dataPlane.setIdentities(snapshot)
    if (store !== null) await this.#keep(known)
  }

  #withAdministrator(snapshot: IdentitySnapshot): IdentitySnapshot {
    const { adminCredentials, account } = this.#parts.options
    if (adminCredentials === null) return snapshot
    const root = rootOf(account)
    return {
      ...snapshot,
      keys: [...snapshot.keys, { ...adminCredentials, principal: root.arn }],
      principals: [...snapshot.principals, root],
    }
  }

  async #keep(snapshot: IdentitySnapshot): Promise<void> {
    const { options, log } = this.#parts
    const path = join(options.dataDir, keptName)
    try {
      await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
      const draft = `${path}.${process.pid}.draft`
      await writeFile(draft, sealText(this.#sealing, keptName, JSON.stringify(snapshot)), {
        mode: 0o600,
      })
      await rename(draft, path)
    } catch (error) {
      log.error(`identities cannot be kept for a start without the store: ${error}`)
    }
  }

  /** Nobody, when nothing was kept or it was kept with another key. */
  async #kept(): Promise<IdentitySnapshot> {
    const { options, log } = this.#parts
    const nobody = { keys: [], principals: [], roles: [], sessionKey: null }
    try {
      const text = await readFile(join(options.dataDir, keptName), 'utf8')
      // What opens with our key was written by `#keep`.
      return JSON.parse(openText(this.#sealing, keptName, text)) as IdentitySnapshot
    } catch (error) {
      log.error(`the identities that were kept cannot be read, nobody is known: ${error}`)
      return nobody
    }
  }
}
