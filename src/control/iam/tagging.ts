/**
 * Tags of users, roles and policies: lists of keys and values. Keys are told apart without regard to case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
import { IamLimitExceeded, InvalidInput } from '../../aws/iam-faults.ts'
import type { Tags } from '../tags.ts'
import { type PageInput, pageOf } from './pages.ts'

export interface TagItem {
  readonly Key: string
  readonly Value: string
}

const maxTags = 50
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** The tags after adding some; new values win. Throws `InvalidInput` and `IamLimitExceeded`. */
export function withTagItems(tags: Tags | undefined, added: readonly TagItem[] | undefined): Tags {
  const merged: Record<string, string> = { ...tags }
  const given = new Set<string>()
  for (const { Key, Value } of added ?? []) {
    checkTag(Key, Value)
    const folded = Key.toLowerCase()
    if (given.has(folded)) {
      throw new InvalidInput(
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    }
    given.add(folded)
    for (const key of Object.keys(merged)) if (key.toLowerCase() === folded) delete merged[key]
    merged[Key] = Value
  }
  if (Object.keys(merged).length > maxTags) {
    throw new IamLimitExceeded(`Cannot exceed quota for TagsPerResource: ${maxTags}`) // a guess
  }
  return merged
}

export function withoutTagKeys(tags: Tags | undefined, keys: readonly string[]): Tags {
  const gone = new Set(keys.map(key => key.toLowerCase()))
  return Object.fromEntries(
    Object.entries(tags ?? {}).filter(([key]) => !gone.has(key.toLowerCase())),
  )
}

export function tagItems(tags: Tags | undefined): TagItem[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }))
}

/** A member `Tags` when there are any: answers leave out empty ones. */
export function tagsMember(tags: Tags | undefined): { Tags?: TagItem[] } {
  const items = tagItems(tags)
  return items.length === 0 ? {} : { Tags: items }
}

/** One page of tags, by key. */
export function tagPage(tags: Tags | undefined, input: PageInput) {
  const sorted = tagItems(tags).sort((a, b) => (a.Key < b.Key ? -1 : 1))
  const { items, rest } = pageOf(sorted, item => item.Key, input)
  return { Tags: items, ...rest }
}

// `__proto__` as a key would not be an own property of the map; AWS would take it. The words are guesses.
function checkTag(key: string, value: string): void {
  if (key === '' || key.length > 128 || !allowed.test(key) || key === '__proto__') {
    throw new InvalidInput(`Invalid tag key: ${key.slice(0, 128)}`)
  }
  if (value.length > 256 || !allowed.test(value)) {
    throw new InvalidInput(`Invalid value for the tag ${key}`)
  }
  if (key.toLowerCase().startsWith('aws:')) {
    throw new InvalidInput('Tag keys starting with aws: are reserved for system use')
  }
}
