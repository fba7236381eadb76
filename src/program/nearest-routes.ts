/**
 * For `explain`, after a miss: which routes would nearly have matched, and what is different. Runs only when
 * somebody asks. Paths are compared segment by segment; `{name}` is like anything, a static segment is compared by
 * edit distance up to `maxDistance`, and a segment that was left out counts less than one that is too many. Work
 * is bounded: paths are cut at `maxSegments` segments of `maxLetters` letters.
 */
import type { NearRoute, Route } from './program.ts'

const maxSegments = 32
const maxLetters = 64
const maxDistance = 3
const missingCost = 3
const extraCost = 4
/** A route further away than this is not worth a line. */
const maxCost = 6

interface Comparison {
  readonly cost: number
  readonly why: string
}

/** The routes that come nearest to `verb path`, best first, at most `limit`. */
export function nearestRoutes(
  routes: readonly Route[],
  verb: string,
  path: string,
  limit: number,
): readonly NearRoute[] {
  const asked = segmentsOf(path)
  const near: { cost: number; route: Route; why: string }[] = []
  for (const route of routes) {
    const compared = comparePaths(asked, segmentsOf(route.resourcePath))
    if (compared.cost > maxCost) continue
    const sameVerb = route.httpMethod === verb || route.httpMethod === 'ANY'
    const verbText = `it is ${route.httpMethod}, not ${verb}`
    const why = compared.cost === 0 ? 'the path exists, the verb does not' : compared.why
    near.push({
      route,
      cost: compared.cost + (sameVerb ? 0 : 1),
      why: sameVerb || compared.cost === 0 ? why : `${why}; ${verbText}`,
    })
  }
  near.sort((a, b) => a.cost - b.cost)
  return near.slice(0, Math.max(0, limit)).map(({ route, why }) => Object.freeze({ route, why }))
}

function segmentsOf(path: string): readonly string[] {
  const cut = path.slice(0, maxSegments * maxLetters)
  const trimmed = cut.length > 1 && cut.endsWith('/') ? cut.slice(1, -1) : cut.slice(1)
  return trimmed === '' ? [] : trimmed.split('/', maxSegments)
}

function comparePaths(asked: readonly string[], route: readonly string[]): Comparison {
  const last = route.at(-1)
  const isGreedy = last?.endsWith('+}') === true
  const fixed = isGreedy ? route.length - 1 : route.length
  let cost = 0
  let why = ''
  for (let i = 0; i < Math.min(asked.length, fixed); i++) {
    const want = route[i] as string
    const has = asked[i] as string
    if (want === has || (want.startsWith('{') && want.endsWith('}') && has !== '')) continue
    const distance = editDistance(has, want)
    cost += distance
    if (why === '') why = `${describe(has, want, distance)} in /${want}`
    if (cost > maxCost) return { cost, why }
  }
  const missing = (isGreedy ? fixed + 1 : fixed) - asked.length
  const extra = isGreedy ? 0 : asked.length - fixed
  if (missing > 0) {
    cost += missing * missingCost
    if (why === '')
      why = missing === 1 ? 'it has one segment more' : `it has ${missing} segments more`
  } else if (extra > 0) {
    cost += extra * extraCost
    if (why === '') why = extra === 1 ? 'it has one segment less' : `it has ${extra} segments less`
  }
  return { cost, why }
}

function describe(has: string, want: string, distance: number): string {
  if (has.toLowerCase() === want.toLowerCase()) return 'upper and lower case differ'
  if (distance > maxDistance) return 'other letters'
  if (distance > 1) return `${distance} letters differ`
  if (want.length > has.length) return 'one letter more'
  return want.length < has.length ? 'one letter less' : 'one letter differs'
}

/** Levenshtein distance; `maxDistance + 1` for all that is further away. */
function editDistance(a: string, b: string): number {
  const far = maxDistance + 1
  if (a.length > maxLetters || b.length > maxLetters) return far
  if (Math.abs(a.length - b.length) > maxDistance) return far
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let best = i
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1
      const cell = Math.min(
        (previous[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (previous[j - 1] as number) + same,
      )
      row.push(cell)
      if (cell < best) best = cell
    }
    if (best > maxDistance) return far
    previous = row
  }
  return Math.min(far, previous[b.length] as number)
}
