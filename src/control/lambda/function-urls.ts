/**
 * Function URLs: an address of its own for a function or an alias. Who may call it, and how the call becomes an event, is
 * the affair of src/function-urls, which reads these records.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
 */
import { ResourceConflictException, ResourceNotFoundException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { change } from './change.ts'
import { matching, noLonger, refuseBroken, within } from './constraints.ts'
import type { LambdaContext } from './context.ts'
import {
  arnOf,
  type FunctionName,
  findFunction,
  functionNameOf,
  functionNotFound,
  latestOf,
} from './lookup.ts'
import { pageOf } from './paging.ts'
import { type CorsRecord, type UrlRecord, urls, urlTargets } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']
type Config = Output<'GetFunctionUrlConfig'>

export async function createFunctionUrlConfig(
  ctx: LambdaContext,
  input: Input<'CreateFunctionUrlConfig'>,
): Promise<Config> {
  const name = nameOf(ctx, input)
  checkCors(input.Cors)
  return change(ctx, name.name, async tx => {
    if (!(await findFunction(tx, name))) throw functionNotFound(ctx, name)
    const id = idOf(name)
    if (await tx.get(urls, name.name, id)) {
      throw new ResourceConflictException(
        `Failed to create function url config for [functionArn = ${arnOf(ctx, name)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
      )
    }
    const record: UrlRecord = {
      urlId: urlIdFrom(ctx.ids.uuid() + ctx.ids.uuid()),
      authType: input.AuthType,
      invokeMode: input.InvokeMode ?? 'BUFFERED',
      ...(input.Cors && { cors: corsOf(input.Cors) }),
      createdMs: ctx.clock.now(),
      lastModifiedMs: ctx.clock.now(),
    }
    await tx.insert(urls, name.name, id, record)
    await tx.insert(urlTargets, '', record.urlId, {
      functionName: name.name,
      ...(name.qualifier !== undefined && { alias: name.qualifier }),
    })
    return configOf(ctx, name, record)
  })
}

export async function getFunctionUrlConfig(
  ctx: LambdaContext,
  input: Input<'GetFunctionUrlConfig'>,
): Promise<Config> {
  const name = nameOf(ctx, input)
  const row = await ctx.tx.get(urls, name.name, idOf(name))
  if (!row) throw noUrl()
  return configOf(ctx, name, row.record)
}

export async function listFunctionUrlConfigs(
  ctx: LambdaContext,
  input: Input<'ListFunctionUrlConfigs'>,
): Promise<Output<'ListFunctionUrlConfigs'>> {
  const name = functionNameOf(ctx, input.FunctionName)
  await latestOf(ctx, ctx.tx, name)
  const { after, limit, marker } = pageOf(input)
  const page = await ctx.tx.list(urls, name.name, { after, limit })
  return {
    FunctionUrlConfigs: page.rows.map(({ id, record }) => {
      const qualifier = id === '$LATEST' ? undefined : id
      return configOf(ctx, { name: name.name, qualifier }, record)
    }),
    ...marker(page.next),
  }
}

export async function updateFunctionUrlConfig(
  ctx: LambdaContext,
  input: Input<'UpdateFunctionUrlConfig'>,
): Promise<Config> {
  const name = nameOf(ctx, input)
  checkCors(input.Cors)
  return change(ctx, name.name, async tx => {
    const row = await tx.get(urls, name.name, idOf(name))
    if (!row) throw noUrl()
    const record: UrlRecord = {
      ...row.record,
      ...(input.AuthType && { authType: input.AuthType }),
      ...(input.InvokeMode && { invokeMode: input.InvokeMode }),
      ...(input.Cors && { cors: corsOf(input.Cors) }),
      lastModifiedMs: ctx.clock.now(),
    }
    if (input.Cors && Object.keys(input.Cors).length === 0) delete record.cors
    await tx.update(urls, name.name, row.id, record)
    return configOf(ctx, name, record)
  })
}

export async function deleteFunctionUrlConfig(
  ctx: LambdaContext,
  input: Input<'DeleteFunctionUrlConfig'>,
): Promise<void> {
  const name = nameOf(ctx, input)
  await change(ctx, name.name, async tx => {
    const row = await tx.get(urls, name.name, idOf(name))
    if (!row) throw noUrl()
    await tx.delete(urls, name.name, row.id)
    await tx.delete(urlTargets, '', row.record.urlId)
  })
}

/** A URL belongs to a function or an alias, never to a version. */
function nameOf(
  ctx: LambdaContext,
  input: { readonly FunctionName: string; readonly Qualifier?: string | undefined },
): FunctionName {
  refuseBroken([
    matching(
      input.Qualifier,
      'qualifier',
      /^(?!\d+$)[0-9a-zA-Z-_]{1,128}$/,
      '((?!^\\d+$)^[0-9a-zA-Z-_]+$)',
    ),
  ])
  return functionNameOf(ctx, input.FunctionName, input.Qualifier)
}

function idOf({ qualifier }: FunctionName): string {
  return qualifier ?? '$LATEST'
}

/** AWS's are 32 small letters and digits. */
function urlIdFrom(random: string): string {
  return BigInt(`0x${random.replaceAll('-', '')}`)
    .toString(36)
    .padStart(32, '0')
    .slice(-32)
}

function checkCors(cors: Input<'CreateFunctionUrlConfig'>['Cors']): void {
  if (cors === undefined) return
  refuseBroken([
    within(cors.MaxAge, 'cors.maxAge', 0, 86_400),
    noLonger(cors.AllowHeaders, 'cors.allowHeaders', 100),
    noLonger(cors.AllowMethods, 'cors.allowMethods', 6),
    noLonger(cors.AllowOrigins, 'cors.allowOrigins', 100),
    noLonger(cors.ExposeHeaders, 'cors.exposeHeaders', 100),
    ...(cors.AllowMethods ?? []).map(method =>
      matching(
        method,
        'cors.allowMethods',
        /^(?:GET|PUT|HEAD|POST|PATCH|DELETE|\*)$/,
        '(GET|PUT|HEAD|POST|PATCH|DELETE|\\*)',
      ),
    ),
    ...[...(cors.AllowHeaders ?? []), ...(cors.ExposeHeaders ?? [])].map(header =>
      // Stricter than AWS's `.*`: what is no header name could not be sent.
      matching(header, 'cors.headers', /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,1024}$/, '.*'),
    ),
    ...(cors.AllowOrigins ?? []).map(origin =>
      matching(origin, 'cors.allowOrigins', /^[\x21-\x7e]{1,253}$/, '.*'),
    ),
  ])
}

function corsOf(cors: NonNullable<Input<'CreateFunctionUrlConfig'>['Cors']>): CorsRecord {
  const { AllowCredentials, AllowHeaders, AllowMethods, AllowOrigins, ExposeHeaders, MaxAge } = cors
  return {
    ...(AllowCredentials !== undefined && { AllowCredentials }),
    ...(AllowHeaders && { AllowHeaders }),
    ...(AllowMethods && { AllowMethods }),
    ...(AllowOrigins && { AllowOrigins }),
    ...(ExposeHeaders && { ExposeHeaders }),
    ...(MaxAge !== undefined && { MaxAge }),
  }
}

function configOf(ctx: LambdaContext, name: FunctionName, record: UrlRecord): Config {
  return {
    FunctionUrl: `http://${record.urlId}.lambda-url.${ctx.region}.${hostWithPort(ctx.host)}/`,
    FunctionArn: arnOf(ctx, name),
    AuthType: record.authType,
    ...(record.cors && { Cors: record.cors }),
    CreationTime: new Date(record.createdMs).toISOString().replace(/\.\d+Z$/, '.000000Z'),
    LastModifiedTime: new Date(record.lastModifiedMs).toISOString().replace(/\.\d+Z$/, '.000000Z'),
    InvokeMode: record.invokeMode,
  }
}

// A name cannot be put in front of an address, but `*.localhost` leads to this machine everywhere.
function hostWithPort(host: string): string {
  return host.replace(/^(?:127(?:\.\d{1,3}){3}|\[::1\])(?=:|$)/, 'localhost')
}

function noUrl(): ResourceNotFoundException {
  return new ResourceNotFoundException('The resource you requested does not exist.')
}
