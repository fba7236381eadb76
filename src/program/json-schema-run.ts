/**
 * One validation while it runs: what may still be spent, and what was found. Bodies come from clients and schemas
 * may refer to themselves, so every visit costs a step and every level counts; whoever runs out fails, whatever
 * the schema says.
 */

/** Bounds for one validation; a 10 MB body of single digits takes half of the steps. */
const maxSteps = 10_000_000
const maxDepth = 512
const maxErrors = 50
const maxValueLength = 256

export interface Run {
  steps: number
  depth: number
  /** Something failed in the branch that is being looked at. */
  failed: boolean
  /** Above zero: inside `anyOf`, `not` and the like, whose inner errors nobody is told. */
  quiet: number
  isExhausted: boolean
  readonly errors: string[]
}

/** Looks at a value; what is wrong with it goes to the run. */
export type Check = (value: unknown, run: Run) => void

export function newRun(): Run {
  return { steps: maxSteps, depth: 0, failed: false, quiet: 0, isExhausted: false, errors: [] }
}

/** Notes an error; the text is made only if somebody will read it. */
export function fail(run: Run, describe: () => string): void {
  run.failed = true
  if (run.quiet === 0 && run.errors.length < maxErrors) run.errors.push(describe())
}

/** Takes `steps` off what may be spent; false: nothing is left. */
export function spend(run: Run, steps: number): boolean {
  run.steps -= steps
  if (run.steps >= 0) return true
  exhaust(run)
  return false
}

/** Goes one level down; false: too deep. Each true is followed by a `leave`. */
export function enter(run: Run): boolean {
  if (!spend(run, 1)) return false
  if (run.depth >= maxDepth) {
    exhaust(run)
    return false
  }
  run.depth++
  return true
}

export function leave(run: Run): void {
  run.depth--
}

function exhaust(run: Run): void {
  run.isExhausted = true
  run.failed = true
}

/** Whether the value passes, without a word to the outside. */
export function passes(check: Check, value: unknown, run: Run): boolean {
  const before = run.failed
  run.failed = false
  run.quiet++
  check(value, run)
  run.quiet--
  const isValid = !run.failed
  run.failed = before
  return isValid
}

/** The value as JSON text, cut where it becomes long. */
export function show(value: unknown): string {
  const text = showLevel(value, 0)
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength)}…`
}

function showLevel(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, maxValueLength))
  if (typeof value !== 'object' || value === null) return String(value)
  if (depth > 4) return '…'
  if (Array.isArray(value)) {
    const items = value.slice(0, maxValueLength).map(item => showLevel(item, depth + 1))
    return `[${items.join(',')}]`
  }
  const members: string[] = []
  for (const key in value) {
    if (members.length >= maxValueLength) break
    const member = (value as Record<string, unknown>)[key]
    members.push(`${JSON.stringify(key)}:${showLevel(member, depth + 1)}`)
  }
  return `{${members.join(',')}}`
}

/** A text between quotes in a message, cut where it becomes long. */
export function quote(text: string): string {
  return text.length <= maxValueLength ? `"${text}"` : `"${text.slice(0, maxValueLength)}…"`
}

/** One text per JSON value, equal for equal values: keys sorted. undefined: the run is exhausted. */
export function canonical(value: unknown, run: Run): string | undefined {
  if (typeof value === 'string') {
    return spend(run, 1 + (value.length >> 4)) ? JSON.stringify(value) : undefined
  }
  if (typeof value !== 'object' || value === null) {
    return spend(run, 1) ? String(value) : undefined
  }
  if (!enter(run)) return undefined
  const parts: string[] = []
  const isArray = Array.isArray(value)
  for (const key of isArray ? value.keys() : Object.keys(value).sort()) {
    const inner = canonical((value as Record<string | number, unknown>)[key], run)
    if (inner === undefined) break
    parts.push(isArray ? inner : `${JSON.stringify(key)}:${inner}`)
  }
  leave(run)
  if (run.isExhausted) return undefined
  return isArray ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
}
