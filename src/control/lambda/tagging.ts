/** Tags of functions. https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
import { BadRequestException } from '../../aws/faults.ts'
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { checkTags, withoutTags, withTags } from '../tags.ts'
import { change } from './change.ts'
import type { LambdaContext } from './context.ts'
import { type FunctionName, functionNameOf, latestOf } from './lookup.ts'
import { functions } from './records.ts'

export async function listTags(
  ctx: LambdaContext,
  input: LambdaOperations['ListTags']['input'],
): Promise<LambdaOperations['ListTags']['output']> {
  const { tags } = await latestOf(ctx, ctx.tx, taggedName(ctx, input.Resource))
  return { Tags: tags }
}

export async function tagResource(
  ctx: LambdaContext,
  input: LambdaOperations['TagResource']['input'],
): Promise<void> {
  const name = taggedName(ctx, input.Resource)
  checkFunctionTags(input.Tags)
  await change(ctx, name.name, async tx => {
    const latest = await latestOf(ctx, tx, name)
    const tags = explained(() => withTags(latest.tags, input.Tags))
    await tx.update(functions, '', name.name, { ...latest, tags })
  })
}

export async function untagResource(
  ctx: LambdaContext,
  input: LambdaOperations['UntagResource']['input'],
): Promise<void> {
  const name = taggedName(ctx, input.Resource)
  await change(ctx, name.name, async tx => {
    const latest = await latestOf(ctx, tx, name)
    const tags = withoutTags(latest.tags, input.TagKeys)
    await tx.update(functions, '', name.name, { ...latest, tags })
  })
}

/** Throws `InvalidParameterValueException` when AWS would not take these tags. */
export function checkFunctionTags(tags: Readonly<Record<string, string>> | undefined): void {
  explained(() => checkTags(tags))
}

// The rules are the same for all of AWS, the fault is Lambda's.
function explained<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof BadRequestException)) throw error
    throw new InvalidParameterValueException(error.message)
  }
}

function taggedName(ctx: LambdaContext, arn: string): FunctionName {
  const name = functionNameOf(ctx, arn)
  if (name.qualifier === undefined) return name
  throw new InvalidParameterValueException(
    'Tags on function aliases and versions are not supported. Please specify a function ARN.',
  )
}
