/**
 * GetSdk: a client of a deployed stage, as an archive; and the kinds of SDK. Which are made here says sdk/types.ts.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-generate-sdk.html
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { generateSdk } from '../../sdk/generate.ts'
import { SdkError } from '../../sdk/sdk-error.ts'
import { findSdkType, type SdkType, sdkTypes } from '../../sdk/types.ts'
import type { ReadContext } from '../context.ts'
import { pageOf } from '../paging.ts'
import { snapshots } from '../records.ts'
import { requireStage } from './lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Output<N extends keyof RestOperations> = RestOperations[N]['output']

export async function getSdk(ctx: ReadContext, input: Input<'GetSdk'>): Promise<Output<'GetSdk'>> {
  const { restApiId, stageName, sdkType, parameters = {} } = input
  const stage = await requireStage(ctx, restApiId, stageName)
  const snapshot = await ctx.tx.get(snapshots, restApiId, stage.deploymentId)
  if (!snapshot) throw new BadRequestException('Deployment id does not exist')
  const url = invokeUrl(ctx, restApiId, stageName)
  try {
    return generateSdk(sdkType, parameters, snapshot.record, stage, url, ctx.clock.now())
  } catch (error) {
    if (error instanceof SdkError) throw new BadRequestException(error.message)
    throw error
  }
}

/** The words are a guess. */
export function getSdkType(_: ReadContext, { id }: Input<'GetSdkType'>): Output<'GetSdkType'> {
  const type = findSdkType(id)
  if (!type) throw new NotFoundException('Invalid SDK type specified')
  return present(type)
}

export function getSdkTypes(_: ReadContext, input: Input<'GetSdkTypes'>): Output<'GetSdkTypes'> {
  const { items, ...rest } = pageOf(sdkTypes, type => type.id, input)
  return { items: items.map(present), ...rest }
}

/** Where the caller of GetSdk reaches the gateway, the API is reached too, by path. */
function invokeUrl({ host }: ReadContext, restApiId: string, stageName: string): string {
  return `http://${host}/_aws/execute-api/${restApiId}/${stageName}`
}

function present({ configurationProperties, ...type }: SdkType): Output<'GetSdkType'> {
  return { ...type, configurationProperties: [...configurationProperties] }
}
