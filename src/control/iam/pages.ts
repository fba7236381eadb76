/**
 * Lists in pages, IAM's way: `MaxItems` (100, at most 1,000), an opaque `Marker`, and `IsTruncated`. The marker names the
 * last item of the page before, so items that come or go between two pages move no other item.
 */
import { ValidationException } from '../../aws/faults.ts'

export interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

export interface IamPage<T> {
  readonly items: T[]
  /** To be answered beside the list. */
  readonly rest: { IsTruncated: boolean; Marker?: string }
}

/** One page of the items, which come in the order of `nameOf`, by code units. Throws `ValidationException`. */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { Marker, MaxItems = 100 }: PageInput,
): IamPage<T> {
  if (MaxItems < 1 || MaxItems > 1000) {
    const bound = MaxItems < 1 ? 'greater than or equal to 1' : 'less than or equal to 1000'
    throw new ValidationException(
      `1 validation error detected: Value '${MaxItems}' at 'maxItems' failed to satisfy constraint: Member must have value ${bound}`,
    )
  }
  const after = Marker === undefined ? undefined : nameIn(Marker)
  const left = after === undefined ? items : items.filter(item => nameOf(item) > after)
  const shown = left.slice(0, MaxItems)
  const last = shown.at(-1)
  if (last === undefined || shown.length === left.length) {
    return { items: shown, rest: { IsTruncated: false } }
  }
  return { items: shown, rest: { IsTruncated: true, Marker: markerOf(nameOf(last)) } }
}

function markerOf(name: string): string {
  return Buffer.from(name).toString('base64url')
}

function nameIn(marker: string): string {
  const name = Buffer.from(marker, 'base64url').toString()
  if (markerOf(name) === marker) return name
  throw new ValidationException('Invalid Marker.') // the words are a guess
}
