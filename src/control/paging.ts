/**
 * Lists in pages, the way of API version 2015-07-09: `limit` (25, at most 500) and an opaque `position`,
 * which is absent from the last page. The position names the last row of the page before, so rows
 * that come or go between two pages move no other row.
 */
import { BadRequestException } from '../aws/faults.ts'
import type { Kind, Reader, Row } from '../store/store.ts'

const defaultLimit = 25
const maxLimit = 500

export interface PageInput {
  readonly position?: string | undefined
  readonly limit?: number | undefined
}

export interface ItemPage<T> {
  items: T[]
  position?: string
}

/** One page of the rows under `parent`, in the order of their ids. */
export async function listPage<T, O>(
  tx: Reader,
  kind: Kind<T>,
  parent: string,
  input: PageInput,
  present: (record: T, row: Row<T>) => O,
): Promise<ItemPage<O>> {
  const page = await tx.list(kind, parent, { after: after(input), limit: limitOf(input) })
  const items = page.rows.map(row => present(row.record, row))
  return page.next === undefined ? { items } : { items, position: positionOf(page.next) }
}

/** One page of what is already in memory; `items` in the order of `idOf`, by code units. */
export function pageOf<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  input: PageInput,
): ItemPage<T> {
  const from = after(input)
  const rest = from === undefined ? items : items.filter(item => idOf(item) > from)
  const shown = rest.slice(0, limitOf(input))
  const last = shown.at(-1)
  if (last === undefined || shown.length === rest.length) return { items: shown }
  return { items: shown, position: positionOf(idOf(last)) }
}

function limitOf({ limit }: PageInput): number {
  if (limit === undefined) return defaultLimit
  // What AWS says to 0 and what it does beyond 500 is not recorded: a guess.
  if (!Number.isInteger(limit) || limit < 1)
    throw new BadRequestException('Invalid limit specified')
  return Math.min(limit, maxLimit)
}

function after({ position }: PageInput): string | undefined {
  if (position === undefined || position === '') return undefined
  const id = Buffer.from(position, 'base64url').toString()
  if (positionOf(id) !== position) throw new BadRequestException('Invalid position specified')
  return id
}

function positionOf(id: string): string {
  return Buffer.from(id).toString('base64url')
}
