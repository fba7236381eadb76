/** How often each managed policy is attached, and is somebody's permissions boundary: counted over all owners. */
import type { Reader } from '../../store/store.ts'
import { allOwners } from './owners.ts'

export interface AttachmentCounts {
  attached(arn: string): number
  boundaries(arn: string): number
}

export async function countAttachments(tx: Reader): Promise<AttachmentCounts> {
  const attached = new Map<string, number>()
  const boundaries = new Map<string, number>()
  const add = (counts: Map<string, number>, arn: string) =>
    counts.set(arn, (counts.get(arn) ?? 0) + 1)
  const bounded = [...(await allOwners(tx, 'user')), ...(await allOwners(tx, 'role'))]
  for (const { boundary } of bounded) if (boundary !== undefined) add(boundaries, boundary)
  for (const owner of [...bounded, ...(await allOwners(tx, 'group'))]) {
    for (const arn of owner.attached) add(attached, arn)
  }
  return {
    attached: arn => attached.get(arn) ?? 0,
    boundaries: arn => boundaries.get(arn) ?? 0,
  }
}
