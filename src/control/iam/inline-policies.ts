/**
 * Policies that belong to one user, group or role: Put, Get, Delete and List, the same for the three.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
 */
import { IamLimitExceeded, NoSuchEntity } from '../../aws/iam-faults.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { checkDocument, encoded, sizeOf } from './documents.ts'
import { checkName, type OwnerType } from './names.ts'
import { ownerKinds, ownerToChange, requireOwner } from './owners.ts'
import { type PageInput, pageOf } from './pages.ts'
import { keyOf } from './records.ts'

/** The most characters that all inline policies of an owner may have, without white space. */
const limits: Readonly<Record<OwnerType, number>> = { user: 2048, group: 5120, role: 10_240 }

interface Named {
  readonly PolicyName: string
}

/** The four operations for owners of a type; `nameOf` finds the owner's name in an input. */
export function inlinePolicies<T extends OwnerType, I>(type: T, nameOf: (input: I) => string) {
  const kind = ownerKinds[type]

  async function put(ctx: ControlContext, input: I & Named & { readonly PolicyDocument: string }) {
    const owner = await ownerToChange(ctx, type, nameOf(input))
    const { PolicyName, PolicyDocument } = input
    checkName('policyName', PolicyName, 128)
    checkDocument(PolicyDocument, 'identity')
    owner.inline = { ...owner.inline, [PolicyName]: PolicyDocument }
    const size = Object.values(owner.inline).reduce((sum, document) => sum + sizeOf(document), 0)
    if (size > limits[type]) {
      throw new IamLimitExceeded(
        `Maximum policy size of ${limits[type]} bytes exceeded for ${type} ${owner.name}`,
      )
    }
    await ctx.tx.update(kind, '', keyOf(owner.name), owner)
  }

  async function get(ctx: ReadContext, input: I & Named) {
    const owner = await requireOwner(ctx, type, nameOf(input))
    const { PolicyName } = input
    const document = documentOf(owner.inline, PolicyName)
    return { owner, PolicyName, PolicyDocument: encoded(document) }
  }

  async function remove(ctx: ControlContext, input: I & Named) {
    const owner = await ownerToChange(ctx, type, nameOf(input))
    documentOf(owner.inline, input.PolicyName)
    delete owner.inline[input.PolicyName]
    await ctx.tx.update(kind, '', keyOf(owner.name), owner)
  }

  async function list(ctx: ReadContext, input: I & PageInput) {
    const owner = await requireOwner(ctx, type, nameOf(input))
    const { items, rest } = pageOf(Object.keys(owner.inline).sort(), name => name, input)
    return { PolicyNames: items, ...rest }
  }

  function documentOf(inline: Readonly<Record<string, string>>, name: string): string {
    const document = Object.hasOwn(inline, name) ? inline[name] : undefined
    if (document !== undefined) return document
    throw new NoSuchEntity(`The ${type} policy with name ${name} cannot be found.`)
  }

  return { put, get, remove, list }
}
