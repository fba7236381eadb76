/** Lambda's lists in pages: `Marker` in, `NextMarker` out, at most `MaxItems` (50 unless fewer are wanted). */
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'

const pageLimit = 50

/** How to list the page that is asked for, and how to say where the next one begins. */
export interface ListPage {
  readonly after: string | undefined
  readonly limit: number
  marker(next: string | undefined): { NextMarker?: string }
}

export function pageOf(input: {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}): ListPage {
  const limit = Math.min(pageLimit, input.MaxItems ?? pageLimit)
  // The words of both refusals are a guess.
  if (!Number.isInteger(limit) || limit < 1) {
    throw new InvalidParameterValueException('MaxItems must be between 1 and 10000')
  }
  const after = input.Marker === undefined ? undefined : decode(input.Marker)
  return {
    after,
    limit,
    marker: next => (next === undefined ? {} : { NextMarker: encode(next) }),
  }
}

function encode(id: string): string {
  return Buffer.from(id).toString('base64url')
}

function decode(marker: string): string {
  const id = Buffer.from(marker, 'base64url').toString()
  if (encode(id) !== marker) throw new InvalidParameterValueException('Invalid Marker')
  return id
}
