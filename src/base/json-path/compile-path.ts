/**
 * Steps to closures. Built from the last step to the first, so that each closure knows what follows
 * it. What happens where a step does not fit the document depends on what came before, and follows
 * Jayway JsonPath: after definite steps the path does not exist; after a wildcard, a filter or `..`
 * the item is passed over.
 */
import { compileCondition } from './compile-filter.ts'
import { callFunction, functionNames } from './functions.ts'
import { isJsonObject, type JsonObject, keysOf, memberOf, objectLike } from './model.ts'
import { type CompiledPath, maxScanDepth, NOT_FOUND, newRun, type Run, type Visit } from './run.ts'
import { type Argument, isDefinite, isDefiniteStep, type Selector, type Step } from './selector.ts'

/** Makes a parsed selector ready to run. */
export function compilePath(selector: Selector): CompiledPath {
  const definite = isDefinite(selector)
  const fromRoot = selector.start === '$'
  const walk = compileSteps(selector.steps, false)
  const walkStrictly = compileSteps(selector.steps, true)
  return {
    isDefinite: definite,
    read(item, run) {
      const inner = newRun(run.root, run.budget)
      const isThere = walk(fromRoot ? run.root : item, inner)
      run.budget = inner.budget
      if (!isThere || inner.budget < 0) return NOT_FOUND
      if (!definite) return inner.found
      // The last find is the answer: a function followed by another one leaves both results.
      return inner.found.length > 0 ? inner.found.at(-1) : NOT_FOUND
    },
    exists(item, run) {
      const inner = newRun(run.root, run.budget)
      const isThere = walkStrictly(item, inner)
      run.budget = inner.budget
      return isThere && inner.budget >= 0 && (!definite || inner.found.length > 0)
    },
  }
}

/** What a step is told about its place in the path. */
interface Place {
  readonly step: Step
  readonly next: Visit
  readonly isLast: boolean
  /** Every step before this one leads to at most one value. */
  readonly isUpstreamDefinite: boolean
  /** Missing properties end the reading even after wildcards: the mode of exists checks. */
  readonly isStrict: boolean
}

function collect(value: unknown, run: Run): boolean {
  run.found.push(value)
  return true
}

function compileSteps(steps: readonly Step[], isStrict: boolean): Visit {
  const last = steps.length - 1
  const firstIndefinite = steps.findIndex((step, i) => !isDefiniteStep(step, i === last))
  let next: Visit = collect
  for (let i = last; i >= 0; i--) {
    const isUpstreamDefinite = firstIndefinite < 0 || i <= firstIndefinite
    const place = { step: steps[i]!, next, isLast: i === last, isUpstreamDefinite, isStrict }
    const visit = place.step.type === 'scan' ? scan(steps[i + 1], next) : compileStep(place)
    next = (value, run) => --run.budget >= 0 && visit(value, run)
  }
  return next
}

function compileStep(place: Place): Visit {
  const { step } = place
  switch (step.type) {
    case 'property':
      return compileProperty(step.names, place)
    case 'wildcard':
      return compileWildcard(place)
    case 'index':
      return compileIndex(step.indexes, place)
    case 'slice':
      return compileSlice(step.from, step.to, place)
    case 'filter':
      return compileFilter(compileCondition(step.condition, compilePath), place)
    case 'function':
      return compileFunction(step.name, step.args, place)
    case 'scan':
      throw new TypeError('a scan is compiled with the step after it')
  }
}

function compileProperty(names: readonly string[], place: Place): Visit {
  const { next, isLast, isStrict, isUpstreamDefinite } = place
  if (names.length > 1 && isLast) return mergeProperties(names, place)
  const mustExist = isStrict || (isUpstreamDefinite && names.length === 1 && !isLast)
  return (value, run) => {
    if (!isJsonObject(value)) return !isUpstreamDefinite
    for (const name of names) {
      const member = memberOf(value, name)
      if (member === undefined) {
        if (mustExist) return false
      } else if (!next(member, run)) return false
    }
    return true
  }
}

/** `['a','b']` at the end of a path gives one object with those of the properties that exist. */
function mergeProperties(names: readonly string[], place: Place): Visit {
  return (value, run) => {
    if (!isJsonObject(value)) return !place.isUpstreamDefinite
    const entries: [string, unknown][] = []
    for (const name of names) {
      const member = memberOf(value, name)
      if (member !== undefined) entries.push([name, member])
      else if (place.isStrict) return false
    }
    return place.next(objectLike(value, entries), run)
  }
}

function compileWildcard({ next, isLast, isStrict }: Place): Visit {
  return (value, run) => {
    if (Array.isArray(value)) {
      for (const item of value) {
        // An element that the rest of the path does not fit is passed over; a member of an object
        // is not.
        if (!next(item, run) && (isStrict || run.budget < 0)) return false
      }
      return true
    }
    if (isJsonObject(value)) return keysOf(value).every(key => next(memberOf(value, key), run))
    return isLast
  }
}

function compileIndex(indexes: readonly number[], place: Place): Visit {
  return (value, run) => {
    if (!Array.isArray(value)) return !place.isUpstreamDefinite
    return indexes.every(index => visitIndex(value, index, place.next, run))
  }
}

function compileSlice(from: number | undefined, to: number | undefined, place: Place): Visit {
  return (value, run) => {
    if (!Array.isArray(value)) return !place.isUpstreamDefinite
    const { length } = value
    let begin = 0
    let end = length
    if (from !== undefined && to === undefined) begin = Math.max(0, from < 0 ? length + from : from)
    else if (from === undefined && to !== undefined)
      end = Math.min(length, to < 0 ? length + to : to)
    else if (from !== undefined && to !== undefined) {
      // With both ends given Jayway does not count `from` and `to` from the end of the array.
      begin = Math.max(from, -length)
      end = Math.min(length, to)
    }
    for (let i = begin; i < end; i++) if (!visitIndex(value, i, place.next, run)) return false
    return true
  }
}

function visitIndex(array: readonly unknown[], index: number, next: Visit, run: Run): boolean {
  const i = index < 0 ? array.length + index : index
  return i < 0 || i >= array.length || next(array[i], run)
}

type Test = (item: unknown, run: Run) => boolean

function compileFilter(accepts: Test, { next, isUpstreamDefinite }: Place): Visit {
  return (value, run) => {
    if (Array.isArray(value)) return value.every(item => !accepts(item, run) || next(item, run))
    if (isJsonObject(value)) return !accepts(value, run) || next(value, run)
    return !isUpstreamDefinite
  }
}

function compileFunction(name: string, args: readonly Argument[], place: Place): Visit {
  const isKnown = functionNames.has(name)
  // length($..book) means the number of books, not of finds: its path is asked for all that the
  // finds hold.
  const counts = name === 'length' || name === 'size'
  const readers = args.map((arg, i) => {
    if (arg.type === 'value') return () => arg.value
    const endsInFunction = arg.path.steps.at(-1)?.type === 'function'
    const widen = counts && i === 0 && !endsInFunction && arg.path.steps.length > 0
    const steps: Step[] = widen ? [...arg.path.steps, { type: 'wildcard' }] : [...arg.path.steps]
    const path = compilePath({ start: '$', steps })
    return (run: Run) => path.read(run.root, run)
  })
  return (value, run) => {
    if (!isKnown) return false
    const values = readers.map(read => read(run))
    if (values.includes(NOT_FOUND)) return false
    const result = callFunction(name, value, values)
    if (result === undefined) return false
    if (!place.isLast) run.found.push(result)
    return place.next(result, run)
  }
}

/**
 * `..` tries the next step on the value and on everything below it, objects before their members.
 */
function scan(step: Step | undefined, next: Visit): Visit {
  const fits = scanTest(step)
  const walk = (value: unknown, run: Run, depth: number): boolean => {
    const isArray = Array.isArray(value)
    if (!isArray && !isJsonObject(value)) return true
    if (depth > maxScanDepth || --run.budget < 0) return false
    if (fits(value, run) && !next(value, run)) return false
    if (isArray) return value.every(item => walk(item, run, depth + 1))
    return keysOf(value as JsonObject).every(key =>
      walk(memberOf(value as JsonObject, key), run, depth + 1),
    )
  }
  return (value, run) => walk(value, run, 0)
}

function scanTest(step: Step | undefined): Test {
  switch (step?.type) {
    case 'property': {
      const { names } = step
      return value => isJsonObject(value) && names.some(name => memberOf(value, name) !== undefined)
    }
    case 'index':
    case 'slice':
      return Array.isArray
    case 'wildcard':
      return () => true
    case 'filter':
      // Jayway asks the filter about a list as a whole before it looks at its items.
      return compileCondition(step.condition, compilePath)
    default:
      return () => false
  }
}
