/**
 * Tags, wherever they may hang: the rules for keys and values, and the merging of TagResource.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging.html
 */
import { BadRequestException } from '../aws/faults.ts'
import { isFilled } from './draft.ts'

export type Tags = Record<string, string>

const maxTags = 50
const maxKeyLength = 128
const maxValueLength = 256

/** Throws `BadRequestException` when AWS would not take these tags. The words are a guess. */
export function checkTags(tags: Readonly<Tags> | undefined): void {
  const entries = Object.entries(tags ?? {})
  if (entries.length > maxTags) {
    throw new BadRequestException(`The number of tags exceeds the limit of ${maxTags}`)
  }
  for (const [key, value] of entries) {
    if (key === '' || key.length > maxKeyLength || value.length > maxValueLength) {
      throw new BadRequestException(`Invalid tag specified: ${key}`)
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw new BadRequestException('Tag keys starting with aws: are reserved for system use')
    }
  }
}

/**
 * An answer of which empty tags are left out: those to a creation or an import, and the items of lists. Recorded of
 * CreateRestApi; known of the others of REST APIs and of API keys from users' transcripts; of the rest a guess.
 */
export function withoutEmptyTags<T extends { tags?: Readonly<Tags> | undefined }>(answer: T): T {
  if (isFilled(answer.tags)) return answer
  const { tags: _, ...rest } = answer
  return rest as T // T's tags are optional
}

/** The tags after adding some; new values win. */
export function withTags(tags: Tags | undefined, added: Tags): Tags {
  const merged = { ...tags, ...added }
  checkTags(merged)
  return merged
}

/** The tags after taking some away; keys that are not there don't matter. */
export function withoutTags(tags: Tags | undefined, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags ?? {}).filter(([key]) => !keys.includes(key)))
}
