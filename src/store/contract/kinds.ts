/**
 * What the parts of the contract's suite share: kinds of records, namespaces, and shorthands.
 */
import { kind, type Namespace } from '../store.ts'

export interface Pet {
  readonly name: string
  readonly legs?: number
}

export const pets = kind<Pet>('pet')
export const toys = kind<Pet>('toy')
export const numbers = kind<number>('number')

let namespaces = 0

/** A namespace that no other test uses, so that all tests may share one store. */
export function freshNamespace(): Namespace {
  namespaces += 1
  return { account: String(namespaces).padStart(12, '0'), region: 'eu-west-1' }
}

/** The ids of rows, in their order. */
export function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(found => found.id)
}

/** A row at the top. */
export function row(id: string, version: number, record: Pet) {
  return { id, parent: '', version, record }
}
