/**
 * Lambda authorizers, TOKEN and REQUEST: reads who calls out of the request, asks the function, checks what it said.
 * "Use API Gateway Lambda authorizers" in the developer guide.
 *
 *     identity missing, or not of the expected form     401, the function is not called
 *     the function fails with the text `Unauthorized`   401
 *     it fails otherwise, or gives no valid policy      500 AuthorizerConfigurationException
 *     it cannot run or takes too long                   500 AuthorizerFailureException (a guess; the above is recorded)
 *
 * What is checked and looked up once is done when the plan is made (program/authorizer-plans.ts); nothing is remembered
 * between requests here, authorization-cache.ts does that.
 */
import { type ActingParts, takeRole } from '../aws/acting-role.ts'
import { functionRight } from '../aws/function-right.ts'
import type {
  Authorization,
  Authorize,
  FunctionAnswer,
  FunctionCall,
  InvokeFunction,
  MethodRequest,
} from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Variables } from '../messages/variables.ts'
import type { IdentitySource, LambdaAuthorizerPlan } from '../program/authorizer-plan.ts'
import { requestEvent, tokenEvent } from './events.ts'
import { parseAuthorization } from './output.ts'

export interface LambdaAuthorizer {
  readonly authorize: Authorize
  /**
   * What is known of the caller, by identity source in the order of the settings. Throws `Refusal` (UNAUTHORIZED) when
   * something is missing or has not the expected form.
   */
  identify(request: MethodRequest, variables: Variables): readonly (readonly [string, string])[]
}

export interface LambdaAuthorizerTools {
  readonly invoke: InvokeFunction
  readonly acting: ActingParts
}

/** Milliseconds; a guess for REST APIs, documented for HTTP APIs. */
const timeoutMs = 10_000

export function prepareLambdaAuthorizer(
  plan: LambdaAuthorizerPlan,
  { invoke, acting }: LambdaAuthorizerTools,
): LambdaAuthorizer {
  const { type, functionArn, account, sources, isValid, ttlMs } = plan
  const isToken = type === 'TOKEN'
  // Without caching the identity sources of a REQUEST authorizer are only a hint.
  const isRequired = isToken || ttlMs > 0

  const identify: LambdaAuthorizer['identify'] = (request, variables) => {
    const identity = readIdentity(sources, request, variables)
    if (isRequired && identity.length < sources.length) {
      const missing = sources.filter(
        source => !identity.some(([name]) => name === source.expression),
      )
      throw unauthorized(
        `identity source missing or empty: ${missing.map(source => source.expression).join(', ')}`,
      )
    }
    if (isValid !== null && !isValid(identity[0]?.[1] ?? '')) {
      throw unauthorized('the token does not match the validation expression')
    }
    return identity
  }

  return {
    identify,
    async authorize(request, variables, { methodArn, traceId }) {
      const identity = identify(request, variables)
      const answer = await invoke({
        functionArn,
        payload: isToken
          ? tokenEvent(methodArn, identity[0]?.[1] ?? '')
          : requestEvent(methodArn, request, variables),
        ...invokerOf(plan, acting),
        sourceAccount: account,
        asynchronous: false,
        timeoutMs,
        traceId,
      })
      return readAnswer(answer)
    },
  }
}

/** With a role: what it may do is asked of IAM. Throws `Refusal` when it may not invoke the function. */
function invokerOf(
  { roleArn, functionArn, sourceArn, account, region }: LambdaAuthorizerPlan,
  acting: ActingParts,
): Pick<FunctionCall, 'sourceArn' | 'invoker'> {
  if (roleArn === null) return { sourceArn }
  const actor = takeRole(acting, roleArn, { sourceArn, sourceAccount: account, region })
  if (actor.type === 'refused') throw misconfigured(actor.reason)
  const right = functionRight(actor, functionArn, acting)
  if (right.type === 'refused') {
    throw misconfigured(`Invalid permissions on Lambda function: ${right.reason}`)
  }
  return { sourceArn: null, ...(right.type === 'ask' && { invoker: right.invoker }) }
}

function readIdentity(
  sources: readonly IdentitySource[],
  request: MethodRequest,
  variables: Variables,
): (readonly [string, string])[] {
  const identity: (readonly [string, string])[] = []
  for (const { expression, read } of sources) {
    const value = read(request, variables)
    if (value !== undefined) identity.push([expression, value])
  }
  return identity
}

function readAnswer(answer: FunctionAnswer): Authorization {
  switch (answer.type) {
    case 'answered': {
      if (saysUnauthorized(answer)) {
        throw unauthorized('the function said Unauthorized')
      }
      // Of a function that failed AWS reads the error as if it were a policy (recorded).
      const authorization = parseAuthorization(answer.payload)
      if (typeof authorization === 'string') throw misconfigured(authorization)
      if (answer.functionError !== null) throw misconfigured('the function failed')
      return authorization
    }
    case 'not-found':
    case 'forbidden':
      throw misconfigured(`Invalid permissions on Lambda function: ${answer.reason}`)
    case 'throttled':
    case 'timeout':
    case 'failed':
    case 'too-large':
      throw new Refusal('AUTHORIZER_FAILURE', { reason: answer.reason })
    case 'streaming':
      answer.body.abort()
      throw new Refusal('AUTHORIZER_FAILURE', { reason: 'the function streamed its answer' })
    default:
      return answer satisfies never
  }
}

/** Whether the function failed with that text exactly: `callback('Unauthorized')`, `throw new Error('Unauthorized')`. */
export function saysUnauthorized(answer: FunctionAnswer): boolean {
  if (answer.type !== 'answered' || answer.functionError === null) return false
  try {
    const value = JSON.parse(answer.payload.toString('utf8')) as { errorMessage?: unknown } | null
    return value?.errorMessage === 'Unauthorized'
  } catch {
    return false
  }
}

function unauthorized(reason: string): Refusal {
  return new Refusal('UNAUTHORIZED', { reason })
}

function misconfigured(reason: string): Refusal {
  return new Refusal('AUTHORIZER_CONFIGURATION_ERROR', { reason })
}
