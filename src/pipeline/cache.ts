/**
 * The stage's cache, asked after validation and before anything is mapped. A hit ends the request; of several requests
 * that miss the same key at once, one goes on and the others wait for its reply.
 *
 * A client may demand a fresh answer with `Cache-Control: max-age=0` ("Invalidate an API Gateway cache entry" in the
 * developer guide). Where that needs the right to `execute-api:InvalidateCache`, the policies that let the request pass are asked
 * for it too, and for clients that have it not the method's strategy holds. Callers of another account never have it
 * (documented).
 */
import { type HeaderList, type HeldReply, isStreamed, type Reply } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { CachePlan } from '../program/program.ts'
import type { Exchange } from './exchange.ts'
import { sourceOf } from './map-request.ts'
import { methodArn } from './method-arn.ts'
import { PolicyQuestion } from './policy-question.ts'
import { cacheKey, type Piloted, type RouteCache } from './stage-cache.ts'
import { weigh } from './weigh-policies.ts'

/** Text of the header that such a client gets: from memory, not recorded. */
const warning = '199 Cache-control headers were ignored because the caller was unauthorized.'

export function lookUp(x: Exchange): HeldReply | Promise<HeldReply | undefined> | undefined {
  const { plan, store } = x.loaded.cache as RouteCache
  const demand = demandOf(x, plan)
  const key = cacheKey(plan, plan.keyOf(sourceOf(x)))
  const isDemandIgnored = demand === 'ignored'
  if (demand === 'granted') {
    store.demand(key)
  } else {
    const hit = store.find(key, plan.ttlMs)
    if (hit !== undefined) {
      const { reply, ageMs, requestId } = hit
      x.cacheUse = { verdict: 'hit', ageMs, requestId, isDemandIgnored }
      return reply
    }
    const flight = store.flight(key)
    if (flight !== undefined) {
      const { requestId } = flight
      x.cacheUse = { verdict: 'joined', ageMs: 0, requestId, isDemandIgnored }
      return flight.join(x.cancel).then(reply => reply ?? callAlone(x, isDemandIgnored))
    }
  }
  const flight = store.begin(key, x.arrival.requestId, x.cancel)
  x.piloted = { key, flight }
  x.cancel = flight.cancel
  const verdict = demand === 'granted' ? 'refreshed' : 'miss'
  x.cacheUse = { verdict, ageMs: 0, requestId: '', isDemandIgnored }
  return undefined
}

/** What it waited for was no answer for others. Those who waited do not wait for each other once more. */
function callAlone(x: Exchange, isDemandIgnored: boolean): undefined {
  x.cacheUse = { verdict: 'miss', ageMs: 0, requestId: '', isDemandIgnored }
}

/** The request that called the back end has its reply: it is kept, and those who wait get it. */
export function land(x: Exchange, { key, flight }: Piloted, reply: Reply): void {
  const { plan, store } = x.loaded.cache as RouteCache
  // Methods with a cache hold their answers.
  if (isStreamed(reply)) throw new Error('The answer of a cached method is streamed')
  store.land(key, flight, reply, plan)
}

/** It has none: who waits meets the same fault, and nothing is kept. */
export function crash(x: Exchange, { key, flight }: Piloted, error: unknown): void {
  const { store } = x.loaded.cache as RouteCache
  store.fail(key, flight, error)
}

/** The headers that tell a client that its demand was ignored. */
export function demandWarning(x: Exchange): readonly string[] {
  const strategy = x.loaded.route.cache?.unauthorizedStrategy
  const isTold = x.cacheUse?.isDemandIgnored && strategy === 'SUCCEED_WITH_RESPONSE_HEADER'
  return isTold ? ['Warning', warning] : []
}

const cacheControl = 'cache-control'

type Demand = 'none' | 'granted' | 'ignored'

function demandOf(x: Exchange, plan: CachePlan): Demand {
  if (!demandsFresh(x.methodRequest.headers)) return 'none'
  if (!plan.requiresAuthorization) return 'granted'
  if (mayInvalidate(x)) return 'granted'
  if (plan.unauthorizedStrategy !== 'FAIL_WITH_403') return 'ignored'
  throw new Refusal('ACCESS_DENIED', {
    reason: 'the client demands a fresh answer and may not invalidate the cache',
  })
}

function mayInvalidate(x: Exchange): boolean {
  if (x.identity !== null && x.identity.account !== x.program.account) return false
  const question = new PolicyQuestion(x, 'execute-api:InvalidateCache', methodArn(x))
  return weigh(x, question).verdict.decision === 'allow'
}

/** A list, which may be spread over several lines (RFC 9110 §5.3). */
function demandsFresh(headers: HeaderList): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (name.length !== cacheControl.length || name.toLowerCase() !== cacheControl) continue
    const directives = (headers[i + 1] as string).split(',')
    if (directives.some(each => each.trim().toLowerCase() === 'max-age=0')) return true
  }
  return false
}
