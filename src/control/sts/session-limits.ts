/**
 * What narrows or describes a session when a role is assumed: its name, session policies, and session tags.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
import { ValidationException } from '../../aws/faults.ts'
import { MalformedPolicyDocument, PackedPolicyTooLarge } from '../../aws/iam-faults.ts'
import type { NamedPolicy } from '../../aws/identity.ts'
import type { ContextValue } from '../../aws/policy/verdict.ts'
import type { Reader } from '../../store/store.ts'
import { checkDocument } from '../iam/documents.ts'
import { defaultDocument, findPolicy } from '../iam/managed-policies.ts'
import type { Realm } from '../iam/names.ts'
import { type TagItem, withTagItems } from '../iam/tagging.ts'
import type { Tags } from '../tags.ts'

const maxPolicyArns = 10
const maxPolicyLength = 2048

export interface SessionInput {
  readonly RoleSessionName: string
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
}

/** Throws `ValidationException`. */
export function checkSessionName(name: string): void {
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return
  throw new ValidationException(
    `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
  )
}

/** The session's policies with their documents, looked up in the role's account. */
export async function sessionPolicies(
  records: Realm & { readonly tx: Reader },
  { Policy, PolicyArns = [] }: SessionInput,
): Promise<NamedPolicy[]> {
  const policies: NamedPolicy[] = []
  if (Policy !== undefined) {
    if (Policy.length > maxPolicyLength) {
      throw new PackedPolicyTooLarge(
        `The session policy has more than ${maxPolicyLength} characters`,
      )
    }
    checkDocument(Policy, 'identity')
    policies.push({ name: 'session policy', document: Policy })
  }
  if (PolicyArns.length > maxPolicyArns) {
    throw new ValidationException(
      `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${maxPolicyArns}`,
    )
  }
  for (const { arn = '' } of PolicyArns) {
    const record = await findPolicy(records, arn)
    if (record === undefined) {
      throw new MalformedPolicyDocument(`Policy ${arn} does not exist or is not attachable.`) // a guess
    }
    policies.push({ name: `session policy ${arn}`, document: defaultDocument(record) })
  }
  return policies
}

/** Throws `ValidationException` and `InvalidInput`. */
export function sessionTags(
  tags: readonly TagItem[] | undefined,
  transitiveKeys: readonly string[] | undefined,
): Tags {
  if (transitiveKeys !== undefined && transitiveKeys.length > 0) {
    // They would have to travel on through chains of roles, which these sessions do not do: refused, not forgotten.
    throw new ValidationException('Transitive session tags are not built yet in Portcullis.')
  }
  return withTagItems(undefined, tags)
}

/** As conditions see the tags that are asked for. */
export function requestTagKeys(tags: Tags): Record<string, ContextValue> {
  const names = Object.keys(tags)
  return {
    ...(names.length === 0 ? {} : { 'aws:tagkeys': names }),
    ...Object.fromEntries(
      Object.entries(tags).map(([key, value]) => [`aws:requesttag/${key.toLowerCase()}`, value]),
    ),
  }
}
