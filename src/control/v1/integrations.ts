/**
 * Integrations: what stands behind a method.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html
 */
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined } from '../draft.ts'
import { type IntegrationRecord, resources } from '../records.ts'
import { presentIntegration } from './integration-answers.ts'
import { checkIntegration, patchIntegration } from './integration-rules.ts'
import { requireIntegration, requireMethod } from './lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Integration = RestOperations['GetIntegration']['output']

const defaultTimeoutMs = 29_000

/** Puts an integration in place of any that was there; its responses go with the old one. */
export async function putIntegration(
  ctx: ControlContext,
  input: Input<'PutIntegration'>,
): Promise<Integration> {
  const { restApiId, resourceId, type } = input
  const { resource, method } = await requireMethod(ctx, input)
  const isHttp = type === 'HTTP' || type === 'HTTP_PROXY'
  const integration: IntegrationRecord = defined({
    type,
    httpMethod: type === 'MOCK' ? undefined : input.integrationHttpMethod,
    uri: input.uri,
    // Echoed for HTTP types only [R].
    connectionType: isHttp ? (input.connectionType ?? 'INTERNET') : undefined,
    connectionId: input.connectionId,
    integrationTarget: input.integrationTarget,
    credentials: input.credentials,
    requestParameters: input.requestParameters,
    requestTemplates: input.requestTemplates,
    // `checkIntegration` refuses any other text.
    passthroughBehavior: (input.passthroughBehavior ??
      'WHEN_NO_MATCH') as IntegrationRecord['passthroughBehavior'],
    contentHandling: input.contentHandling,
    timeoutInMillis: input.timeoutInMillis ?? defaultTimeoutMs,
    cacheNamespace: input.cacheNamespace ?? resourceId,
    cacheKeyParameters: input.cacheKeyParameters ?? [],
    tlsConfig: input.tlsConfig && defined(input.tlsConfig),
    responseTransferMode: input.responseTransferMode,
  })
  checkIntegration(integration, method, ctx.integrationTimeoutMs)
  method.methodIntegration = integration
  await ctx.tx.update(resources, restApiId, resource.id, resource)
  return presentIntegration(integration)
}

export async function getIntegration(
  ctx: ReadContext,
  input: Input<'GetIntegration'>,
): Promise<Integration> {
  return presentIntegration((await requireIntegration(ctx, input)).integration)
}

export async function updateIntegration(
  ctx: ControlContext,
  input: Input<'UpdateIntegration'>,
): Promise<Integration> {
  const { resource, method, integration } = await requireIntegration(ctx, input)
  patchIntegration(integration, input.patchOperations)
  checkIntegration(integration, method, ctx.integrationTimeoutMs)
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
  return presentIntegration(integration)
}

export async function deleteIntegration(
  ctx: ControlContext,
  input: Input<'DeleteIntegration'>,
): Promise<undefined> {
  const { resource, method } = await requireIntegration(ctx, input)
  delete method.methodIntegration
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
}
