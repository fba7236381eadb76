/** Which integration a route has -> the function that calls it. Called once per route, when its program is loaded. */
import type { ActingParts } from '../aws/acting-role.ts'
import type { InvokeFunction, Send } from '../messages/messages.ts'
import type { IntegrationPlan, Program, Route } from '../program/program.ts'
import { type AwsAccess, prepareAwsService } from './aws-service.ts'
import { type HttpTools, prepareHttp } from './http-endpoint.ts'
import { prepareLambda, prepareLambdaProxy } from './lambda.ts'
import { prepareMock } from './mock.ts'

export interface IntegrationTools extends HttpTools {
  readonly invoke: InvokeFunction
  readonly aws: AwsAccess
  readonly acting: ActingParts
}

export function prepareIntegration(
  plan: IntegrationPlan,
  program: Program,
  route: Route,
  tools: IntegrationTools,
): Send {
  switch (plan.type) {
    case 'MOCK':
      return prepareMock()
    case 'HTTP':
    case 'HTTP_PROXY':
      return prepareHttp(plan, tools)
    case 'AWS_PROXY':
      return prepareLambdaProxy(plan, program, route, tools)
    case 'AWS':
      return prepareLambda(plan, program, route, tools)
    case 'AWS_SERVICE':
      return prepareAwsService(plan, program, route, tools)
    default:
      return plan satisfies never
  }
}
