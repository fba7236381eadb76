/**
 * A decision record in plain words, for the owner of an API: which API and route, which step refused and why, what the
 * back end did, and what a refusal means that AWS words so that nobody understands it.
 *
 *     403 MissingAuthenticationToken   GET /dev/user   0.11 ms   request 6f1c…
 *       api       pets (a1b2c3d4e5), stage dev, deployment x7k2p1 of 2026-11-22 10:02 UTC
 *       route     none matched. Nearest: GET /dev/users (one letter more)
 *       …
 *
 * Whatever came from outside is escaped: this is read on a terminal.
 */
import { STATUS_CODES } from 'node:http'
import type { Verdict } from '../aws/policy/verdict.ts'
import { type RefusalType, refusals } from '../messages/refusals.ts'
import type { AuthorizerUse, DecisionRecord, PolicyChecks } from './decision-record.ts'
import { printable } from './printable.ts'
import { refusalAdvice } from './refusal-advice.ts'

/** What is known about a request when somebody asks. */
export interface ExplainedRequest {
  readonly record: Readonly<Omit<DecisionRecord, 'steps'>> & { readonly steps: readonly string[] }
  /** After a miss: the routes that come nearest, best first; `path` is without the stage. */
  readonly nearest: readonly {
    readonly verb: string
    readonly path: string
    readonly why: string
  }[]
}

const textWidth = 100
const labelWidth = 10

/** Several lines, the last with a line feed. */
export function explainText(explained: ExplainedRequest): string {
  const { record } = explained
  const lines = [
    headline(record),
    ...part('api', apiText(record)),
    ...part('route', routeText(explained)),
    ...part('steps', stepsText(record)),
    ...part('caller', callerText(record.authorizer)),
    ...part('signer', printable(record.signer, 300)),
    ...part('allowed', allowedText(record.allowedBy)),
    ...part('policies', policiesText(record.checks)),
    ...part('reason', printable(record.reason, 2_000)),
    ...part('cache', cacheText(record)),
    ...part('acts as', actorText(record.actor)),
    ...part('back end', backEndText(record)),
    ...part('answer', answerText(record)),
    ...part('meaning', meaningText(record)),
    ...part('next', nextText(record)),
  ]
  return `${lines.join('\n')}\n`
}

type Plain = ExplainedRequest['record']

function headline(record: Plain): string {
  const { status, method, path, durationMs, requestId } = record
  const request = `${printable(method, 40)} ${printable(path, 200)}`
  return `${status} ${titleOf(record)}   ${request}   ${msText(durationMs)}   request ${printable(requestId)}`
}

/** The error's name as clients see it, or HTTP's phrase for the status. */
function titleOf({ refusal, status }: Plain): string {
  const type = asRefusalType(refusal)
  if (type !== null) return refusals[type].errorType.replace(/Exception$/, '')
  return refusal === '' ? (STATUS_CODES[status] ?? '') : printable(refusal)
}

function apiText(record: Plain): string {
  const { apiId, apiName, stage, deploymentId, deployedAt, isCanary } = record
  const id = printable(apiId, 100)
  if (deploymentId === '') return `${id}, stage ${printable(stage, 100)}: not deployed here`
  const made = new Date(deployedAt).toISOString().slice(0, 16).replace('T', ' ')
  return `${printable(apiName, 100)} (${id}), stage ${printable(stage, 100)}, ${isCanary ? 'canary, ' : ''}deployment ${deploymentId} of ${made} UTC`
}

function routeText({ record, nearest }: ExplainedRequest): string {
  if (record.resourcePath !== '') return `${record.routeMethod} ${printable(record.resourcePath)}`
  if (record.deploymentId === '') return ''
  const near = nearest.map(
    ({ verb, path, why }) => `${verb} /${printable(record.stage, 100)}${printable(path)} (${why})`,
  )
  if (near.length === 0) return 'none matched, and none comes near'
  const [first, ...others] = near
  const also = others.length === 0 ? '' : `. Also: ${others.join('; ')}`
  return `none matched. Nearest: ${first}${also}`
}

/** The steps that the route has, up to the one that refused. */
function stepsText({ steps, step, refusal }: Plain): string {
  if (steps.length === 0) return ''
  if (refusal === '') return steps.join(', ')
  const at = steps.indexOf(step)
  const passed = at < 0 ? [] : steps.slice(0, at)
  const skipped = at < 0 ? steps : steps.slice(at + 1)
  const notRun = skipped.length === 0 ? '' : `; not run: ${skipped.join(', ')}`
  const before = passed.length === 0 ? '' : `passed ${passed.join(', ')}; `
  return `${before}${step} refused${notRun}`
}

function allowedText(by: Omit<NonNullable<Plain['allowedBy']>, 'text'> | null): string {
  return by === null ? '' : `by statement ${printable(by.id, 200)} of ${printable(by.policy, 300)}`
}

const policyNames: readonly (readonly [keyof PolicyChecks, string])[] = [
  ['resource', 'resource policy'],
  ['authorizer', "authorizer's policy"],
  ['identity', "signer's policies"],
  ['boundary', 'permissions boundary'],
  ['session', 'session policies'],
]

/** What each said by itself; how they are joined is AWS's affair. */
function policiesText(checks: PolicyChecks | null): string {
  if (checks === null) return ''
  const texts = policyNames.flatMap(([kind, name]) => {
    const verdict = checks[kind]
    return verdict === null ? [] : [`${name}: ${verdictText(verdict)}`]
  })
  return texts.join('; ')
}

function verdictText({ decision, statement }: Verdict): string {
  if (decision === 'implicitDeny') return 'no statement fits'
  const word = decision === 'allow' ? 'allow' : 'deny'
  if (statement === null) return `${word} everything`
  return `${word} (statement ${printable(statement.id, 200)} of ${printable(statement.policy, 300)})`
}

/** In whose name the back end was called, and what let it. */
function actorText(actor: Plain['actor']): string {
  if (actor === null) return ''
  const { action, allowedBy, isUnchecked, denied } = actor
  const arn = printable(actor.arn, 300)
  if (isUnchecked) {
    return `${arn}, which IAM here does not know: its rights were not checked (--unknown-roles allow)`
  }
  if (denied !== '') return `${arn}; not called: ${printable(denied, 1_000)}`
  const asked = `${arn}, for ${printable(action, 200)}`
  return allowedBy === null ? asked : `${asked}, allowed ${allowedText(allowedBy)}`
}

/** Which authorizer said what of the caller, and since when it is known. */
function callerText(use: AuthorizerUse | null): string {
  if (use === null) return ''
  const { id, name, type, verdict, key, ageMs, requestId, latencyMs, principal } = use
  const who = `${type} authorizer ${printable(name, 128)} (${id})`
  const kept = `under key ${key.slice(0, 12)}…`
  const known = `principal ${printable(principal, 200)}`
  switch (verdict) {
    case 'refused':
      return `${who} let nobody in`
    case 'verified':
      return `${who}: verified the token of ${printable(principal, 200)}`
    case 'called':
      return `${who}: called, ${msText(latencyMs)}, ${known}${key === '' ? '' : `, kept ${kept}`}`
    case 'joined':
      return `${who}: waited for request ${requestId}, which was asking ${kept}, ${known}`
    case 'hit':
      return `${who}: answer of ${(ageMs / 1000).toFixed(1)} s ago, put there by request ${requestId} ${kept}, ${known}`
    default:
      return verdict satisfies never
  }
}

function backEndText(record: Plain): string {
  const { integrationType, integrationMs, integrationStatus, steps, step } = record
  if (integrationType === '') return ''
  if (record.actor !== null && record.actor.denied !== '') {
    return `${integrationType}, not called: answered ${record.integrationStatus} in its place`
  }
  if (integrationType === 'MOCK') return 'MOCK, nothing is called'
  if (steps.indexOf(step) < steps.indexOf('integrate')) return `${integrationType}, not called`
  if (integrationMs < 0) return `${integrationType}, gave no usable answer`
  return `${integrationType}, answered ${integrationStatus} after ${msText(integrationMs)}`
}

function cacheText({ cache, cacheAgeMs, cacheRequestId, cacheDemandIgnored }: Plain): string {
  if (cache === '') return ''
  const ignored = cacheDemandIgnored
    ? '; the client demanded a fresh answer (max-age=0), which its policies do not let it'
    : ''
  return `${cacheVerdict(cache, cacheAgeMs, cacheRequestId)}${ignored}`
}

function cacheVerdict(cache: string, ageMs: number, requestId: string): string {
  switch (cache) {
    case 'hit':
      return `hit, ${(ageMs / 1000).toFixed(1)} s old, put there by request ${requestId}`
    case 'joined':
      return `miss, waited for request ${requestId}, which was asking for the same`
    case 'refreshed':
      return 'not asked: the client demanded a fresh answer (max-age=0)'
    default:
      return cache
  }
}

function answerText(record: Plain): string {
  const { status, refusal, gatewayResponse, responseBytes, brokenOff } = record
  if (brokenOff !== '') {
    return `${status}, broken off after ${responseBytes} bytes of the body: ${printable(brokenOff, 2_000)}`
  }
  const size = `${status}, ${responseBytes} ${responseBytes === 1 ? 'byte' : 'bytes'}`
  if (refusal === '') return size
  if (gatewayResponse === '') return `${size}, made by the gateway itself`
  if (gatewayResponse === 'own') return `${size}, made by the API's gateway response ${refusal}`
  if (gatewayResponse === 'built-in') return `${size}, made by the built-in response ${refusal}`
  return `${size}, made by the API's gateway response ${gatewayResponse}, since ${refusal} has none`
}

function meaningText({ refusal, deploymentId }: Plain): string {
  const type = asRefusalType(refusal)
  if (type !== null) return `${type}: ${refusals[type].when}`
  if (refusal === '') return ''
  return deploymentId === ''
    ? 'AWS answers Forbidden when the host names an API or a stage that does not exist.'
    : ''
}

function nextText({ refusal, deploymentId }: Plain): string {
  const type = asRefusalType(refusal)
  if (type !== null) return refusalAdvice[type]
  if (refusal === '' || deploymentId !== '') return ''
  return 'Compare the API id and the stage in the address with what is deployed: aws apigateway get-rest-apis, then get-stages.'
}

function asRefusalType(refusal: string): RefusalType | null {
  // Own keys only: what is looked up must be a row of the table.
  return Object.hasOwn(refusals, refusal) ? (refusal as RefusalType) : null
}

function msText(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`
}

/** `  label     text`, broken between words; nothing when there is no text. */
function part(label: string, text: string): string[] {
  if (text === '') return []
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > textWidth) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  lines.push(line)
  return lines.map((each, i) => `  ${(i === 0 ? label : '').padEnd(labelWidth)}${each}`)
}
