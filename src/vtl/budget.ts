/**
 * What a rendering may spend. Templates and bodies come from anyone; every loop, call and walk over
 * a value takes from one budget, so that no template runs for long, whatever it builds.
 */

/** Steps that are left; shared by everything that one rendering does. */
export interface Budget {
  left: number
}

/** About a second of the slowest template; an ordinary one takes a few hundred. */
export const maxSteps = 2_000_000

/** The longest text that a template may make, in UTF-16 units; AWS's payload limit of 10 MB. */
export const maxTextLength = 10 * 1024 * 1024

/** More items a list or map may not have. */
export const maxItems = 1_000_000

/** Takes `steps`; throws RangeError when nothing is left. */
export function spend(budget: Budget, steps: number): void {
  budget.left -= steps
  if (budget.left < 0) throw new RangeError('Template takes too many steps')
}

/** Gives `text` back; throws RangeError when it is too long. */
export function boundText(text: string): string {
  if (text.length > maxTextLength) throw new RangeError('Text is longer than 10 MB')
  return text
}
