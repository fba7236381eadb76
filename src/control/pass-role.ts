/**
 * `iam:PassRole`: who makes a service act as a role must be allowed to hand that role to the service. Asked where records are
 * written, so that no way to put a role there leads around it: a function's role, the credentials of an integration or an
 * authorizer (by a call, a patch, an imported document or a copy of another API), and the account's role for logs. What a
 * record had before was asked about then.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */

import type { Kind, Store, Writer } from '../store/store.ts'
import { account } from './account-record.ts'
import { functions } from './lambda/records.ts'
import { authorizers, type ResourceRecord, resources } from './records.ts'

/** Throws when the caller may not pass the role. `service`: `lambda.amazonaws.com`, the one that will act as it. */
export type CheckPassRole = (roleArn: string, service: string) => void

interface Carrier {
  readonly service: string
  readonly rolesOf: (record: unknown) => readonly (string | undefined)[]
}

const apigateway = 'apigateway.amazonaws.com'

const carriers: ReadonlyMap<string, Carrier> = new Map([
  carrier(functions, 'lambda.amazonaws.com', ({ role }) => [role]),
  carrier(resources, apigateway, rolesOfResource),
  carrier(authorizers, apigateway, ({ authorizerCredentials }) => [authorizerCredentials]),
  carrier(account, apigateway, ({ cloudwatchRoleArn }) => [cloudwatchRoleArn]),
])

function carrier<T>(
  { name }: Kind<T>,
  service: string,
  rolesOf: (record: T) => readonly (string | undefined)[],
): [string, Carrier] {
  // The kind says what its records are.
  return [name, { service, rolesOf: record => rolesOf(record as T) }]
}

function rolesOfResource({ resourceMethods = {} }: ResourceRecord): (string | undefined)[] {
  return Object.values(resourceMethods).map(method => method.methodIntegration?.credentials)
}

/** The store, where whatever is written is asked about first. */
export function passingRoles(store: Store, check: CheckPassRole): Store {
  return {
    read: (namespace, work) => store.read(namespace, work),
    write: (namespace, work) => store.write(namespace, tx => work(guarded(tx, check))),
    scan: kind => store.scan(kind),
    find: (kind, id) => store.find(kind, id),
    clear: () => store.clear(),
    close: () => store.close(),
  }
}

function guarded(tx: Writer, check: CheckPassRole): Writer {
  const ask = async <T>(kind: Kind<T>, parent: string, id: string, record: T): Promise<void> => {
    const found = carriers.get(kind.name)
    if (found === undefined) return
    const wanted = found.rolesOf(record).filter(isRole)
    if (wanted.length === 0) return
    const before = await tx.get(kind, parent, id)
    const had = new Set(before === undefined ? [] : found.rolesOf(before.record))
    for (const role of new Set(wanted)) if (!had.has(role)) check(role, found.service)
  }
  return {
    get: (kind, parent, id) => tx.get(kind, parent, id),
    list: (kind, parent, options) => tx.list(kind, parent, options),
    all: (kind, parent) => tx.all(kind, parent),
    count: (kind, parent) => tx.count(kind, parent),
    find: (kind, id) => tx.find(kind, id),
    getBlob: key => tx.getBlob(key),
    async insert(kind, parent, id, record) {
      await ask(kind, parent, id, record)
      await tx.insert(kind, parent, id, record)
    },
    async update(kind, parent, id, record, version) {
      await ask(kind, parent, id, record)
      await tx.update(kind, parent, id, record, version)
    },
    async put(kind, parent, id, record) {
      await ask(kind, parent, id, record)
      await tx.put(kind, parent, id, record)
    },
    delete: (kind, parent, id) => tx.delete(kind, parent, id),
    deleteChildren: (kind, parent) => tx.deleteChildren(kind, parent),
    putBlob: (key, bytes) => tx.putBlob(key, bytes),
    deleteBlob: key => tx.deleteBlob(key),
  }
}

/** `arn:aws:iam::*:user/*` hands on the credentials of whoever calls, and is no role. */
function isRole(credentials: string | undefined): credentials is string {
  return !!credentials && !/^arn:aws[a-z-]*:iam::\*:user\/\*$/.test(credentials)
}
