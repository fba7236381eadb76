/**
 * What an import finds wrong on its way. A warning leaves a piece out and goes on; the caller refuses the
 * import if it was asked to fail on warnings. An error dooms the import, but the conversion goes on so that
 * one answer names them all, as AWS does:
 *
 *     Errors found during import:
 *         Unable to put method 'GET' on resource at path '/pets': ...
 *
 * The heading and its form are seen in AWS's answers; so are the sentences that say so where they are raised.
 * Developer guide: "Errors and warnings from importing your API into API Gateway".
 */
import { ImportError } from './import-error.ts'

/** More than these are counted, not kept: a hostile document must not make a hostile answer. */
const kept = 200

export interface Findings {
  readonly warnings: readonly string[]
  /** Says each sentence once. */
  warn(message: string): void
  fail(message: string): void
  /** Throws ImportError if anything failed. */
  settle(): void
}

/** An empty list of findings. */
export function findings(): Findings {
  const warnings = new Set<string>()
  const errors = new Set<string>()
  return {
    get warnings() {
      return [...warnings]
    },
    warn: message => note(warnings, message),
    fail: message => note(errors, message),
    settle() {
      if (errors.size > 0) {
        throw new ImportError(`Errors found during import:\n\t${[...errors].join('\n\t')}`)
      }
    },
  }
}

function note(list: Set<string>, message: string): void {
  if (list.size < kept) list.add(message.length > 1000 ? `${message.slice(0, 1000)}...` : message)
  else list.add('There is more like this.')
}
