/**
 * Names, paths, ids and ARNs of IAM, and the words with which AWS refuses bad ones (known from users' reports).
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
import { randomBytes } from 'node:crypto'
import { ValidationException } from '../../aws/faults.ts'
import { NoSuchEntity } from '../../aws/iam-faults.ts'
import type { Ids } from '../../base/ids.ts'

/** Where the call happens: account and partition. */
export interface Realm {
  readonly account: string
  readonly partition: string
}

const namePattern = /^[\w+=,.@-]+$/

/** Throws `ValidationException` when `name`, the input's member `member`, is none that IAM takes. */
export function checkName(member: string, name: string, longest: number): void {
  if (name === '') {
    throw new ValidationException(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    )
  }
  if (!namePattern.test(name)) {
    throw new ValidationException(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    )
  }
  if (name.length > longest) {
    throw new ValidationException(
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${longest}`,
    )
  }
}

/** The path given, or `/`. Throws `ValidationException`. */
export function checkedPath(path = '/'): string {
  if (path === '/' || (/^\/[\x21-\x7e]{1,510}\/$/.test(path) && !path.includes('//'))) return path
  throw new ValidationException(
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  )
}

/** `arn:aws:iam::123456789012:role/team/deployer` */
export function iamArn(realm: Realm, resource: string): string {
  return `arn:${realm.partition}:iam::${realm.account}:${resource}`
}

export type OwnerType = 'user' | 'group' | 'role'

export function ownerArn(
  realm: Realm,
  type: OwnerType,
  { path, name }: { readonly path: string; readonly name: string },
): string {
  return iamArn(realm, `${type}${path}${name}`)
}

export function policyArn(
  realm: Realm,
  { path, name }: { readonly path: string; readonly name: string },
): string {
  return iamArn(realm, `policy${path}${name}`)
}

/** The name at the end of a policy's ARN, when it is this account's; undefined: it is AWS's own or nobody's. */
export function policyNameOf(realm: Realm, arn: string): string | undefined {
  const prefix = iamArn(realm, 'policy/')
  if (!arn.startsWith(prefix)) return undefined
  return arn.slice(arn.lastIndexOf('/') + 1)
}

/** Throws `ValidationException` when the text cannot be the ARN of a policy. */
export function checkPolicyArn(arn: string): void {
  if (arn.length >= 20 && /^arn:[\w-]+:iam::(?:aws|\d{12}):policy\/\S+$/.test(arn)) return
  throw new ValidationException(`ARN ${arn.slice(0, 200)} is not valid.`)
}

export function noSuch(type: OwnerType, name: string): NoSuchEntity {
  return new NoSuchEntity(`The ${type} with name ${name} cannot be found.`)
}

/** `AIDA` and 17 letters and digits, as AWS's unique ids. */
export function uniqueId(ids: Ids, prefix: 'AIDA' | 'AGPA' | 'AROA' | 'ANPA'): string {
  return prefix + ids.short(17).toUpperCase()
}

/** `AKIA` (long-term) or `ASIA` (temporary) and 16 letters and digits. */
export function newAccessKeyId(ids: Ids, prefix: 'AKIA' | 'ASIA'): string {
  return prefix + ids.short(16).toUpperCase()
}

/** 40 characters of base64. */
export function newSecret(): string {
  return randomBytes(30).toString('base64')
}
