/**
 * Policy documents -> closures. A statement fits a request when its principal, action, resource and conditions all do; the
 * cheapest is asked first. What a statement answers was made when it was compiled, so that asking allocates nothing.
 *
 * A variable that the request cannot fill makes its whole statement fit nothing
 * ("IAM policy elements: Variables and tags" in the user guide).
 */
import { compileArn } from './arn-pattern.ts'
import { compileCondition } from './conditions.ts'
import {
  type PolicyDocument,
  type PolicyKind,
  type PolicyStatement,
  parsePolicy,
} from './document.ts'
import { compilePrincipal } from './principals.ts'
import { neededKeys, readTemplate, type TemplateMatcher } from './text-template.ts'
import { compileUnknown } from './unknown-parts.ts'
import {
  implicitDeny,
  type Policy,
  type PolicyRequest,
  type Reach,
  stronger,
  type Verdict,
} from './verdict.ts'
import { compileMatcher, readPattern } from './wildcard.ts'

/** Of a statement that is shown to the owner. */
const shownLength = 600

/** Gives null when the statement does not fit. */
type CompiledStatement = (request: PolicyRequest) => Verdict | null

/** Reads and compiles a document. `name` is what `explain` calls it. Throws `PolicyError`. */
export function compilePolicyText(text: string, kind: PolicyKind, name: string): Policy {
  return compilePolicy(parsePolicy(text, kind), name)
}

export function compilePolicy(document: PolicyDocument, name: string): Policy {
  const statements = document.statements.map((statement, index) =>
    compileStatement(statement, index, document.hasVariables, name),
  )
  return Object.freeze({
    name,
    weigh(request: PolicyRequest): Verdict {
      let verdict = implicitDeny
      for (const statement of statements) {
        const own = statement(request)
        if (own === null) continue
        if (own.decision === 'explicitDeny') return own
        verdict = stronger(verdict, own)
      }
      return verdict
    },
  })
}

function compileStatement(
  statement: PolicyStatement,
  index: number,
  hasVariables: boolean,
  policy: string,
): CompiledStatement {
  const { action, resource } = statement
  const verdicts = verdictsOf(statement, index, policy)
  const reachOf = compilePrincipal(statement)
  const actionFits = compileActions(action.texts)
  const templates = (resource?.texts ?? []).map(text =>
    readTemplate(text, { hasVariables, hasWildcards: true }),
  )
  const resources = templates.map(parts => compileArn(parts, true))
  const unknownFits = compileUnknown(statement)
  const conditions = statement.conditions.map(([operator, key, values]) =>
    compileCondition(operator, key, values, hasVariables),
  )
  const needs = [...templates.flatMap(neededKeys), ...conditions.flatMap(({ needs }) => needs)]
  return request => {
    const { unknown } = request
    if (unknown !== 'action' && actionFits(request.action) === action.isNegated) return null
    const reach = reachOf(request)
    if (reach === null) return null
    for (const key of needs) if (typeof request.valueFor(key) !== 'string') return null
    if (unknown !== undefined) {
      if (!unknownFits(request)) return null
    } else if (resource !== null && fitsOne(resources, request) === resource.isNegated) return null
    for (const condition of conditions) if (!condition.holds(request)) return null
    return verdicts[reach]
  }
}

function verdictsOf(
  { sid, effect, source }: PolicyStatement,
  index: number,
  policy: string,
): Readonly<Record<Reach, Verdict>> {
  const decision = effect === 'Deny' ? 'explicitDeny' : 'allow'
  const whole = JSON.stringify(source)
  const text = whole.length > shownLength ? `${whole.slice(0, shownLength)}…` : whole
  const statement = Object.freeze({ policy, id: sid ?? `#${index}`, text })
  const verdict = (reach: Reach) => Object.freeze({ decision, statement, reach } as const)
  return Object.freeze({
    everyone: verdict('everyone'),
    account: verdict('account'),
    role: verdict('role'),
    principal: verdict('principal'),
  })
}

function fitsOne(resources: readonly TemplateMatcher[], request: PolicyRequest): boolean {
  for (const fits of resources) if (fits(request.resource, request)) return true
  return false
}

/** Case does not count in actions. Few are ever asked about, so each answer is kept. */
function compileActions(texts: readonly string[]): (action: string) => boolean {
  const matchers = texts.map(text => compileMatcher(readPattern(text.toLowerCase())))
  const known = new Map<string, boolean>()
  return action => {
    let fits = known.get(action)
    if (fits === undefined) {
      const lower = action.toLowerCase()
      fits = matchers.some(matches => matches(lower))
      if (known.size < maxKnownActions) known.set(action, fits)
    }
    return fits
  }
}

const maxKnownActions = 100
