/**
 * Secrets of records, encrypted before they reach the store's files. A kind names the members that are secret; they are
 * taken out of the document and sealed together, with AES-256-GCM under a key derived from the master key. What is
 * authenticated with them is where they lie, so that nobody can put one record's secret into another.
 *
 *     {"id": "a1", "name": "n", "value": "s3cret"}   ->   {"id": "a1", "name": "n", "$sealed": "{key id}.{base64}"}
 *
 * A kind whose ids themselves are secret (an API key's value, to find the key by) is stored under their HMAC.
 */
import { createHmac } from 'node:crypto'
import type { MasterKey } from '../base/master-key.ts'
import { openText, sealText } from '../base/sealing.ts'
import { StoreUnavailable } from './errors.ts'
import type { Kind } from './store.ts'

/** Where a document lies; `id` as it is stored. */
export interface Place {
  readonly kind: Kind<unknown>
  readonly parent: string
  readonly id: string
}

/** A document without its sealing: what callers of the store see. */
export interface Opened {
  readonly id: string
  readonly record: unknown
}

export interface Vault {
  /** The id under which a record lies. */
  storedId(kind: Kind<unknown>, id: string): string
  /** The text to be stored. `id` is the caller's own. Throws TypeError when it is no JSON document. */
  close(place: Place, id: string, record: unknown): string
  /** Throws `StoreUnavailable` when it was sealed with another key or was changed. */
  open(place: Place, body: string): Opened
  /** What is to be stored instead of a text that is not sealed, or with the old key; null: it is as it should be. */
  renew(place: Place, body: string): { readonly id: string; readonly body: string } | null
}

const member = '$sealed'
const idMember = '$id'

type Document = Record<string, unknown>

interface Keys {
  readonly id: string
  readonly sealing: Buffer
  readonly naming: Buffer
}

/** `old`: what records may still be sealed with; only `renew` opens those. */
export function createVault(current: MasterKey, old: MasterKey | null): Vault {
  const keys = keysOf(current)
  const oldKeys = old === null ? null : keysOf(old)

  function storedId({ hasSecretId }: Kind<unknown>, id: string): string {
    if (!hasSecretId) return id
    return createHmac('sha256', keys.naming).update(id).digest('base64url')
  }

  function close(place: Place, id: string, record: unknown): string {
    const { secrets, hasSecretId, name } = place.kind
    if (!hasSecrets(place.kind)) return documentText(name, record)
    const open: Document = { ...(record as Document) }
    const hidden: Document = hasSecretId ? { [idMember]: id } : {}
    for (const secret of secrets ?? []) {
      if (open[secret] === undefined) continue
      hidden[secret] = open[secret]
      delete open[secret]
    }
    if (Object.keys(hidden).length > 0) {
      open[member] =
        `${keys.id}.${sealText(keys.sealing, placeText(place), JSON.stringify(hidden))}`
    }
    return documentText(name, open)
  }

  function openWith(key: Keys, place: Place, document: Document): Opened {
    const { [member]: sealed, ...open } = document
    if (typeof sealed !== 'string') return { id: place.id, record: document }
    const text = openText(key.sealing, placeText(place), sealed.slice(key.id.length + 1))
    // What opens with our key was written by `close`.
    const { [idMember]: id = place.id, ...hidden } = JSON.parse(text) as Document
    return { id: String(id), record: { ...open, ...hidden } }
  }

  function open(place: Place, body: string): Opened {
    const document = parsed(place, body)
    if (!hasSecrets(place.kind)) return { id: place.id, record: document }
    try {
      return openWith(keys, place, document)
    } catch (cause) {
      throw new StoreUnavailable(
        'corrupt',
        `The secrets of a stored ${place.kind.name} cannot be read: they were changed, or sealed with another key.`,
        cause,
      )
    }
  }

  function renew(place: Place, body: string) {
    const document = parsed(place, body)
    const sealed = document[member]
    const keyId = typeof sealed === 'string' ? sealed.slice(0, sealed.indexOf('.')) : null
    if (keyId === keys.id) return null
    if (keyId !== null && keyId !== oldKeys?.id) throw wrongKey(keyId)
    const { id, record } =
      oldKeys !== null && keyId !== null
        ? openWith(oldKeys, place, document)
        : { id: place.id, record: document }
    const next = { ...place, id: storedId(place.kind, id) }
    const text = close(next, id, record)
    return text === body ? null : { id: next.id, body: text }
  }

  return { storedId, close, open, renew }
}

/** For a store of which nobody has said how to keep secrets: it takes none. */
export const noVault: Vault = Object.freeze({
  storedId: (kind: Kind<unknown>, id: string) => {
    refuseSecrets(kind)
    return id
  },
  close: ({ kind }: Place, _: string, record: unknown) => {
    refuseSecrets(kind)
    return documentText(kind.name, record)
  },
  open: (place: Place, body: string) => ({ id: place.id, record: parsed(place, body) }),
  renew: () => null,
})

function hasSecrets({ secrets, hasSecretId }: Kind<unknown>): boolean {
  return secrets !== undefined || hasSecretId === true
}

function refuseSecrets(kind: Kind<unknown>): void {
  if (hasSecrets(kind)) {
    throw new TypeError(`A ${kind.name} has secrets, and this store was opened without a vault`)
  }
}

function keysOf(key: MasterKey): Keys {
  return { id: key.id, sealing: key.derive('records'), naming: key.derive('record names') }
}

function placeText({ kind, parent, id }: Place): string {
  return JSON.stringify([kind.name, parent, id])
}

function documentText(kindName: string, record: unknown): string {
  const body: string | undefined = JSON.stringify(record)
  if (body === undefined) throw new TypeError(`A ${kindName} has to be a JSON document`)
  return body
}

function parsed({ id }: Place, body: string): Document {
  try {
    // What lies under a kind was written through the same kind, whose records are JSON objects.
    return JSON.parse(body) as Document
  } catch (cause) {
    const text = `The stored document ${JSON.stringify(id)} is damaged. Restore a backup.`
    throw new StoreUnavailable('corrupt', text, cause)
  }
}

function wrongKey(keyId: string): StoreUnavailable {
  return new StoreUnavailable(
    'wrong-key',
    `The secrets of this store are encrypted with another master key (its id is ${keyId}). ` +
      'Give that key with --master-key or --master-key-file; to change it for a new one, give the old one with --master-key-old.',
  )
}
