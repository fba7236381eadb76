/**
 * The records that the control plane keeps for IAM, and where each lies:
 *
 *     iam-user, iam-group, iam-role   under ''   by name in lower case: names that differ in case alone are one
 *     iam-policy                      under ''   by name in lower case; with its versions
 *     iam-access-key                  under ''   by key id; the id is unique over accounts
 *     iam-oidc-provider               under ''   by its URL without the scheme
 *     iam-account                     under ''   one, by its kind's own name
 *
 * IAM has no regions: its records lie in the account's namespace of the partition (`globalRegion`). Inline policies and
 * the ARNs of attached ones lie with whom they belong to, and a user knows its groups: whoever wants to know what a user
 * may do reads one record of each. Times are milliseconds since 1970.
 */
import { kind } from '../../store/store.ts'
import type { Tags } from '../tags.ts'

/** What users, groups and roles have in common. */
export interface OwnerRecord {
  name: string
  path: string
  /** `AIDA…`, `AGPA…`, `AROA…` */
  id: string
  createdMs: number
  /** Name -> document, as it was given. */
  inline: Record<string, string>
  /** ARNs of managed policies. */
  attached: string[]
}

export interface UserRecord extends OwnerRecord {
  tags?: Tags
  /** The ARN of the permissions boundary. */
  boundary?: string
  /** Names of groups. */
  groups: string[]
}

export type GroupRecord = OwnerRecord

export interface RoleRecord extends OwnerRecord {
  tags?: Tags
  boundary?: string
  description?: string
  trustPolicy: string
  maxSessionSeconds: number
  /** `ops.apigateway.amazonaws.com`: the role is that service's, and only it may change it. */
  linkedService?: string
}

export interface PolicyVersionRecord {
  /** `v1` */
  id: string
  document: string
  createdMs: number
}

export interface ManagedPolicyRecord {
  name: string
  path: string
  id: string
  description?: string
  createdMs: number
  updatedMs: number
  versions: PolicyVersionRecord[]
  defaultVersion: string
  /** The number of the newest version; numbers are never used again. */
  newestVersion: number
  tags?: Tags
}

export interface AccessKeyRecord {
  id: string
  secret: string
  userName: string
  isActive: boolean
  createdMs: number
}

export interface OidcProviderRecord {
  /** Without `https://`, as it stands in the ARN. */
  url: string
  clientIds: string[]
  thumbprints: string[]
  createdMs: number
  tags?: Tags
}

export const users = kind<UserRecord>('iam-user')
export const groups = kind<GroupRecord>('iam-group')
export const roles = kind<RoleRecord>('iam-role')
export const managedPolicies = kind<ManagedPolicyRecord>('iam-policy')
export const accessKeys = kind<AccessKeyRecord>('iam-access-key', { secrets: ['secret'] })
export const oidcProviders = kind<OidcProviderRecord>('iam-oidc-provider')
export const iamAccount = kind<{ alias?: string }>('iam-account')

/** The id of a record that lies under a name. */
export function keyOf(name: string): string {
  return name.toLowerCase()
}

/** The region of a namespace in which IAM's records lie: the partition's name. */
export function globalRegion(partition: string): string {
  return partition
}
