/**
 * TestInvokeAuthorizer: asks an authorizer as it stands now, and writes down what happened in AWS's log format. That the
 * policy denies is no failure here: it is answered as it is. Lines, the names with `test` in them and what a client would
 * have got are recorded from AWS; which words follow a failure that is not, is a guess.
 */
import {
  type LambdaAuthorizerTools,
  prepareLambdaAuthorizer,
  saysUnauthorized,
} from './authorizers/lambda.ts'
import { prepareUserPool, type TokenTools } from './authorizers/user-pool.ts'
import { newTraceId } from './base/request-ids.ts'
import type { AuthorizerTestAnswer, AuthorizerTestRequest } from './control/test-request.ts'
import type { Authorization } from './messages/messages.ts'
import { Refusal, refusals } from './messages/refusals.ts'
import type { Variables } from './messages/variables.ts'
import { ExecutionLog, formatMap, mask } from './observe/execution-log.ts'
import { ClientRequest } from './pipeline/client-request.ts'
import { formatRequestTime } from './pipeline/context.ts'
import { planLambdaAuthorizer, planUserPool } from './program/authorizer-plans.ts'
import { simulatedArrival, testIdentity } from './test-invoke-context.ts'
import { describeFunctionCall } from './test-invoke-lambda.ts'

/** Makes the function that the control plane is handed. */
export function createTestAuthorizer(
  tools: LambdaAuthorizerTools,
  tokens: TokenTools,
): (request: AuthorizerTestRequest) => Promise<AuthorizerTestAnswer> {
  return async request => {
    const { requestId, authorizer } = request
    const log = new ExecutionLog(requestId, Date.now)
    const started = performance.now()
    log.line(`Starting authorizer: ${authorizer.id} for request: ${requestId}`)
    let given: Authorization | null = null
    let claims: Readonly<Record<string, string>> | null = null
    let clientStatus = 0
    try {
      if (request.authorizer.type === 'COGNITO_USER_POOLS') {
        claims = await verify(request, tokens)
      } else {
        given = await authorize(request, tools, log)
        log.line(`Using valid authorizer policy for principal: ${mask(given.principalId)}`)
      }
      log.line('Successfully completed authorizer execution')
    } catch (error) {
      clientStatus = describeFailure(error, requestId, log)
    }
    return {
      clientStatus,
      principalId: given?.principalId ?? null,
      policy: given === null ? null : JSON.stringify(given.policyDocument),
      claims,
      log: log.toString(),
      latencyMs: Math.round(performance.now() - started),
    }
  }
}

/** Of a user pool no log of AWS's is known; a test has no method, so that it asks for no scopes and takes ID tokens. */
async function verify(request: AuthorizerTestRequest, tokens: TokenTools) {
  const { asked, arrival } = simulated(request)
  const plan = planUserPool(request.authorizer, [])
  const check = prepareUserPool(plan, tokens, ({ authorizer }) => authorizer)
  const { claims } = await check(asked, variablesOf(request, arrival))
  return claims
}

function simulated(request: AuthorizerTestRequest) {
  const arrival = simulatedArrival(request, 'GET', '/')
  const body = request.body === '' ? null : Buffer.from(request.body)
  const { method, path, rawQuery, headers } = arrival
  const asked = new ClientRequest(method, path, rawQuery, headers, body, Object.create(null))
  return { arrival, asked }
}

async function authorize(
  request: AuthorizerTestRequest,
  tools: LambdaAuthorizerTools,
  log: ExecutionLog,
): Promise<Authorization> {
  const { account, region, apiId, authorizer } = request
  const { arrival, asked } = simulated(request)
  const traceId = newTraceId(arrival.startedAt)
  const plan = planLambdaAuthorizer(authorizer, request)
  const { authorize: ask, identify } = prepareLambdaAuthorizer(plan, {
    ...tools,
    async invoke(call) {
      describeFunctionCall(call, apiId, request.requestId, log)
      const answer = await tools.invoke(call)
      // AWS does not show the word that a 401 is made of.
      if (answer.type === 'answered' && !saysUnauthorized(answer)) {
        log.line(`Authorizer result body before parsing: ${answer.payload}`)
      }
      return answer
    },
  })
  const variables = variablesOf(request, arrival)
  const identity = identify(asked, variables)
  const shown = identity.map(([source, value]) => [source, mask(value)] as const)
  const isToken = authorizer.type === 'TOKEN'
  log.line(`Incoming identity: ${isToken ? (shown[0]?.[1] ?? '') : formatMap(shown)}`)
  const methodArn = `arn:aws:execute-api:${region}:${account}:${apiId}/ESTestInvoke-stage/GET${arrival.path}`
  return ask(asked, variables, { methodArn, traceId })
}

/** Gives the status that a client would have got. */
function describeFailure(error: unknown, requestId: string, log: ExecutionLog): number {
  if (error instanceof SyntaxError) {
    log.line(`Execution failed due to configuration error: ${error.message}`)
    log.line('AuthorizerConfigurationException')
    return 500
  }
  if (!(error instanceof Refusal)) throw error
  const { status, errorType } = refusals[error.type]
  const reason = error.detail.reason ?? ''
  switch (error.type) {
    case 'UNAUTHORIZED':
      // AWS gives no reason.
      log.line(`Unauthorized request: ${requestId}`)
      log.line('Unauthorized')
      break
    case 'AUTHORIZER_CONFIGURATION_ERROR':
      log.line(`Execution failed due to configuration error: ${reason}`)
      log.line(errorType)
      break
    default:
      log.line(`Execution failed due to an authorizer error: ${reason}`)
      log.line(errorType)
  }
  return status
}

function variablesOf(
  request: AuthorizerTestRequest,
  arrival: ReturnType<typeof simulatedArrival>,
): Variables {
  const base = {
    resourceId: 'test-invoke-resource-id',
    resourcePath: '/',
    httpMethod: arrival.method,
    extendedRequestId: arrival.extendedRequestId,
    requestTime: formatRequestTime(arrival.startedAt),
    path: arrival.path,
    accountId: request.account,
    protocol: arrival.protocol,
    stage: 'test-invoke-stage',
    domainPrefix: 'testPrefix',
    requestTimeEpoch: arrival.startedAt,
    requestId: request.requestId,
    identity: testIdentity(request),
    domainName: arrival.host,
    deploymentId: 'test-invoke-deployment-id',
    apiId: request.apiId,
  }
  return {
    context: { ...base, ...besides(request.additionalContext, base) },
    stageVariables: request.stageVariables,
  }
}

/** Additional context is flat texts; a name that the context has already keeps its value (guess). */
function besides(
  additional: Readonly<Record<string, string>>,
  base: object,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(additional).filter(([name]) => !Object.hasOwn(base, name)),
  )
}
