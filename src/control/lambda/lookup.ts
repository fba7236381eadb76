/**
 * From what callers write as a function's name to its records: a name, a partial or whole ARN, with a qualifier in it
 * or beside it. https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
 */
import { functionArn, parseFunctionName } from '../../aws/arn.ts'
import { ValidationException } from '../../aws/faults.ts'
import {
  InvalidParameterValueException,
  ResourceNotFoundException,
} from '../../aws/lambda-faults.ts'
import type { Reader } from '../../store/store.ts'
import { aliases, type FunctionRecord, functions, type LatestRecord, versions } from './records.ts'

/** Where a call happens. */
export interface Place {
  readonly account: string
  readonly region: string
}

export interface FunctionName {
  readonly name: string
  /** A version, an alias, `$LATEST`, or undefined when the caller named none. */
  readonly qualifier: string | undefined
}

const namePattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?'

/** Reads the name. Throws `ValidationException`, or says that the function is elsewhere. */
export function functionNameOf(place: Place, text: string, qualifier?: string): FunctionName {
  const found = parseFunctionName(text)
  if (found === undefined) {
    throw new ValidationException(
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${namePattern}`,
    )
  }
  if (found.region !== undefined && found.region !== place.region) {
    throw new ResourceNotFoundException(
      `Functions from '${found.region}' are not reachable in this region ('${place.region}')`,
    )
  }
  if (found.account !== undefined && found.account !== place.account) {
    throw new ResourceNotFoundException(`Function not found: ${text}`)
  }
  if (found.qualifier !== undefined && qualifier !== undefined && found.qualifier !== qualifier) {
    throw new InvalidParameterValueException(
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  }
  return { name: found.name, qualifier: qualifier ?? found.qualifier }
}

/** The ARN with which AWS names the function, with the qualifier if there is one. */
export function arnOf(place: Place, { name, qualifier }: FunctionName): string {
  return functionArn(place.region, place.account, name, qualifier)
}

export function functionNotFound(place: Place, name: FunctionName): ResourceNotFoundException {
  return new ResourceNotFoundException(`Function not found: ${arnOf(place, name)}`)
}

/** The function itself. Throws `ResourceNotFoundException`. */
export async function latestOf(
  place: Place,
  tx: Reader,
  name: FunctionName,
): Promise<LatestRecord> {
  const row = await tx.get(functions, '', name.name)
  if (!row) throw functionNotFound(place, name)
  return row.record
}

/** The function, version, or version behind an alias; undefined when any of it does not exist. */
export async function findFunction(
  tx: Reader,
  { name, qualifier }: FunctionName,
): Promise<FunctionRecord | undefined> {
  const latest = await tx.get(functions, '', name)
  if (!latest || qualifier === undefined || qualifier === '$LATEST') return latest?.record
  if (isVersion(qualifier)) return (await tx.get(versions, name, qualifier))?.record
  const alias = await tx.get(aliases, name, qualifier)
  if (!alias) return undefined
  const { functionVersion } = alias.record
  if (functionVersion === '$LATEST') return latest.record
  return (await tx.get(versions, name, functionVersion))?.record
}

export function isVersion(qualifier: string): boolean {
  return /^[0-9]+$/.test(qualifier)
}
