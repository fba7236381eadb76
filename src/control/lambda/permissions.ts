/**
 * Who else may invoke a function: its resource policy, one for the function and one for each version and alias.
 * https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
import { ValidationException } from '../../aws/faults.ts'
import {
  InvalidParameterValueException,
  PolicyLengthExceededException,
  ResourceConflictException,
  ResourceNotFoundException,
} from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { change, checkRevision } from './change.ts'
import type { LambdaContext } from './context.ts'
import { arnOf, findFunction, functionNameOf, functionNotFound } from './lookup.ts'
import { type PolicyRecord, policies, type StatementRecord } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']

const policyLimitBytes = 20_480

export async function addPermission(
  ctx: LambdaContext,
  input: Input<'AddPermission'>,
): Promise<LambdaOperations['AddPermission']['output']> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  checkStatement(input)
  const statement = statementOf(input, arnOf(ctx, name))
  return change(ctx, name.name, async tx => {
    if (!(await findFunction(tx, name))) throw functionNotFound(ctx, name)
    const id = name.qualifier ?? '$LATEST'
    const old = (await tx.get(policies, name.name, id))?.record
    checkRevision(input.RevisionId, old?.revisionId ?? '')
    const statements = old?.statements ?? []
    if (statements.some(({ Sid }) => Sid === input.StatementId)) {
      throw new ResourceConflictException(
        `The statement id (${input.StatementId}) provided already exists. ` +
          'Please provide a new statement id, or remove the existing statement.',
      )
    }
    const policy = { statements: [...statements, statement], revisionId: ctx.ids.uuid() }
    if (Buffer.byteLength(textOf(policy)) > policyLimitBytes) {
      throw new PolicyLengthExceededException(
        `The final policy size (${textOf(policy).length}) is bigger than the limit (${policyLimitBytes}).`,
      )
    }
    await tx.put(policies, name.name, id, policy)
    return { Statement: JSON.stringify(statement) }
  })
}

export async function getPolicy(
  ctx: LambdaContext,
  input: Input<'GetPolicy'>,
): Promise<LambdaOperations['GetPolicy']['output']> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  if (!(await findFunction(ctx.tx, name))) throw functionNotFound(ctx, name)
  const row = await ctx.tx.get(policies, name.name, name.qualifier ?? '$LATEST')
  if (!row) throw new ResourceNotFoundException('The resource you requested does not exist.')
  return { Policy: textOf(row.record), RevisionId: row.record.revisionId }
}

export async function removePermission(
  ctx: LambdaContext,
  input: Input<'RemovePermission'>,
): Promise<void> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  await change(ctx, name.name, async tx => {
    if (!(await findFunction(tx, name))) throw functionNotFound(ctx, name)
    const id = name.qualifier ?? '$LATEST'
    const old = (await tx.get(policies, name.name, id))?.record
    if (!old)
      throw new ResourceNotFoundException('No policy is associated with the given resource.')
    checkRevision(input.RevisionId, old.revisionId)
    const statements = old.statements.filter(({ Sid }) => Sid !== input.StatementId)
    if (statements.length === old.statements.length) {
      throw new ResourceNotFoundException(
        `Statement ${input.StatementId} is not found in resource policy.`,
      )
    }
    if (statements.length === 0) await tx.delete(policies, name.name, id)
    else await tx.put(policies, name.name, id, { statements, revisionId: ctx.ids.uuid() })
  })
}

function textOf({ statements }: PolicyRecord): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })
}

function checkStatement(input: Input<'AddPermission'>): void {
  const problem = (value: string, path: string, pattern: string) =>
    new ValidationException(
      `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${pattern}`,
    )
  if (!/^[a-zA-Z0-9-_]{1,100}$/.test(input.StatementId)) {
    throw problem(input.StatementId, 'statementId', '([a-zA-Z0-9-_]+)')
  }
  if (!/^(?:lambda:[*]|lambda:[a-zA-Z]+|[*])$/.test(input.Action)) {
    throw problem(input.Action, 'action', '(lambda:[*]|lambda:[a-zA-Z]+|[*])')
  }
}

function statementOf(input: Input<'AddPermission'>, resource: string): StatementRecord {
  const statement: StatementRecord = {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: principalOf(input.Principal),
    Action: input.Action,
    Resource: resource,
  }
  const equals: Record<string, string> = {}
  if (input.SourceAccount !== undefined) equals['AWS:SourceAccount'] = input.SourceAccount
  if (input.PrincipalOrgID !== undefined) equals['aws:PrincipalOrgID'] = input.PrincipalOrgID
  if (input.EventSourceToken !== undefined) {
    equals['lambda:EventSourceToken'] = input.EventSourceToken
  }
  if (input.FunctionUrlAuthType !== undefined) {
    equals['lambda:FunctionUrlAuthType'] = input.FunctionUrlAuthType
  }
  const condition: Record<string, Record<string, string>> = {}
  if (Object.keys(equals).length > 0) condition['StringEquals'] = equals
  if (input.SourceArn !== undefined) condition['ArnLike'] = { 'AWS:SourceArn': input.SourceArn }
  if (input.InvokedViaFunctionUrl !== undefined) {
    condition['Bool'] = { 'lambda:InvokedViaFunctionUrl': String(input.InvokedViaFunctionUrl) }
  }
  if (Object.keys(condition).length > 0) statement.Condition = condition
  return statement
}

function principalOf(principal: string): StatementRecord['Principal'] {
  if (principal === '*') return '*'
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` }
  if (/^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:\S{1,200}$/.test(principal)) return { AWS: principal }
  if (/^[a-z0-9.-]{1,200}\.(?:amazonaws\.com|amazonaws\.com\.cn|amazon\.com)$/.test(principal)) {
    return { Service: principal }
  }
  throw new InvalidParameterValueException(
    'The provided principal was invalid. Please check the principal and try again.',
  )
}
