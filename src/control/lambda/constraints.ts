/**
 * Values that break Lambda's model, in the words of AWS's front door, which looks at all of them before it answers:
 *
 *     2 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater
 *     than or equal to 1; Value 'a b' at 'functionName' failed to satisfy constraint: Member must satisfy …
 *
 * Each rule gives its complaint or nothing; `refuseBroken` throws what is left.
 */
import { ValidationException } from '../../aws/faults.ts'

export type Complaint = string | undefined

/** Throws one `ValidationException` for all complaints there are. */
export function refuseBroken(complaints: readonly Complaint[]): void {
  const problems = complaints.filter(complaint => complaint !== undefined)
  if (problems.length === 0) return
  const count =
    problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`
  throw new ValidationException(`${count} detected: ${problems.join('; ')}`)
}

/** A number that is not from `least` to `most`. */
export function within(
  value: number | undefined,
  path: string,
  least: number,
  most: number,
): Complaint {
  if (value === undefined) return undefined
  if (value < least) return broken(value, path, `have value greater than or equal to ${least}`)
  if (value > most) return broken(value, path, `have value less than or equal to ${most}`)
  return undefined
}

/** A text that `regex` does not match; `shown` is the pattern as AWS prints it. */
export function matching(
  value: string | undefined,
  path: string,
  regex: RegExp,
  shown: string,
): Complaint {
  if (value === undefined || regex.test(value)) return undefined
  return broken(value, path, `satisfy regular expression pattern: ${shown}`)
}

/** A text or list of more than `most`. */
export function noLonger(
  value: string | readonly unknown[] | undefined,
  path: string,
  most: number,
): Complaint {
  if (value === undefined || value.length <= most) return undefined
  const shown = typeof value === 'string' ? value : `[${value.join(', ')}]`
  return broken(shown, path, `have length less than or equal to ${most}`)
}

const shownLimit = 1024

function broken(value: unknown, path: string, constraint: string): string {
  const shown = String(value).slice(0, shownLimit)
  return `Value '${shown}' at '${path}' failed to satisfy constraint: Member must ${constraint}`
}
