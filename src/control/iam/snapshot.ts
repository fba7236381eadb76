/**
 * IAM's records -> the snapshot that both planes find identities in: users with active keys, roles, and what each of them
 * may do, with the policies of groups and the managed ones looked up.
 */
import type {
  IdentitySnapshot,
  NamedPolicy,
  RoleIdentity,
  SnapshotKey,
  SnapshotPrincipal,
} from '../../aws/identity.ts'
import type { Reader, Store } from '../../store/store.ts'
import { partitionOf } from '../context.ts'
import { defaultDocument, findPolicy } from './managed-policies.ts'
import { ownerArn, type Realm } from './names.ts'
import { allOwners } from './owners.ts'
import { accessKeys, groups, keyOf, type OwnerRecord, roles, users } from './records.ts'

type Records = Realm & { readonly tx: Reader }

/** Everything that is known of every account. `sessionKey`: 32 bytes. */
export async function identitySnapshot(
  store: Store,
  sessionKey: Uint8Array,
): Promise<IdentitySnapshot> {
  const keys: SnapshotKey[] = []
  const principals: SnapshotPrincipal[] = []
  const known: RoleIdentity[] = []
  for (const namespace of await namespacesOf(store)) {
    const { account, region } = namespace
    await store.read(namespace, async tx => {
      const records = { account, partition: partitionOf(region), tx }
      const arnOf = new Map<string, string>()
      for (const principal of await principalsOf(records)) {
        principals.push(principal)
        arnOf.set(nameIn(principal.arn), principal.arn)
      }
      known.push(...(await rolesOf(records)))
      for (const { record } of await tx.all(accessKeys, '')) {
        const principal = arnOf.get(keyOf(record.userName))
        if (!record.isActive || principal === undefined) continue
        keys.push({ accessKeyId: record.id, secretAccessKey: record.secret, principal })
      }
    })
  }
  const sealing = Buffer.from(sessionKey).toString('base64')
  return { keys, principals, roles: known, sessionKey: sealing }
}

async function namespacesOf(store: Store) {
  const found = [...(await store.scan(users)), ...(await store.scan(roles))]
  const byName = new Map(
    found.map(({ namespace }) => [`${namespace.account}/${namespace.region}`, namespace]),
  )
  return byName.values()
}

async function principalsOf(records: Records): Promise<SnapshotPrincipal[]> {
  const principals: SnapshotPrincipal[] = []
  for (const user of await allOwners(records.tx, 'user')) {
    const policies = await policiesOf(records, user)
    for (const name of user.groups) {
      const group = (await records.tx.get(groups, '', keyOf(name)))?.record
      if (group === undefined) continue
      const own = await policiesOf(records, group)
      policies.push(...own.map(policy => ({ ...policy, name: `group ${name}: ${policy.name}` })))
    }
    principals.push({
      kind: 'user',
      account: records.account,
      arn: ownerArn(records, 'user', user),
      userId: user.id,
      principalOrgId: null,
      principalTags: user.tags ?? {},
      policies,
      boundary: await boundaryOf(records, user.boundary),
    })
  }
  return principals
}

async function rolesOf(records: Records): Promise<RoleIdentity[]> {
  const found: RoleIdentity[] = []
  for (const role of await allOwners(records.tx, 'role')) {
    found.push({
      arn: ownerArn(records, 'role', role),
      name: role.name,
      roleId: role.id,
      account: records.account,
      principalOrgId: null,
      tags: role.tags ?? {},
      trustPolicy: role.trustPolicy,
      policies: await policiesOf(records, role),
      boundary: await boundaryOf(records, role.boundary),
    })
  }
  return found
}

async function policiesOf(
  records: Records,
  { inline, attached }: OwnerRecord,
): Promise<NamedPolicy[]> {
  const policies = Object.entries(inline).map(([name, document]) => ({
    name: `inline/${name}`,
    document,
  }))
  for (const arn of attached) policies.push(await managed(records, arn))
  return policies
}

async function boundaryOf(records: Records, arn: string | undefined): Promise<NamedPolicy | null> {
  return arn === undefined ? null : managed(records, arn)
}

/** One that is gone, which the control plane does not let happen, allows nothing: as a boundary too. */
async function managed(records: Records, arn: string): Promise<NamedPolicy> {
  const record = await findPolicy(records, arn)
  return { name: arn, document: record === undefined ? allowsNothing : defaultDocument(record) }
}

const allowsNothing = '{"Version":"2012-10-17","Statement":[]}'

function nameIn(arn: string): string {
  return keyOf(arn.slice(arn.lastIndexOf('/') + 1))
}
