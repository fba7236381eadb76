/**
 * Questions of which a part is not known: which table a request to DynamoDB writes stands in its body, which nobody here
 * reads. Coarser than AWS, in the way that lets through what could be allowed:
 *
 *     Allow   fits when it names something of the service: dynamodb:PutItem on table/a lets PutItem on any table
 *     Deny    fits when it leaves nothing out: "Resource": "*"
 *
 * The service that is asked, towards AWS or an emulator that checks policies, has the last word.
 */
import type { PolicyStatement } from './document.ts'
import type { PolicyRequest } from './verdict.ts'

/** Whether a statement fits as far as what is unknown goes; the known action and the conditions are asked elsewhere. */
export function compileUnknown({
  effect,
  action,
  resource,
}: PolicyStatement): (request: PolicyRequest) => boolean {
  const isDeny = effect === 'Deny'
  return request => {
    const service = request.action.slice(0, request.action.indexOf(':')).toLowerCase()
    const actionFits = request.unknown !== 'action' || named(action, isDeny, ofActions(service))
    return actionFits && (resource === null || named(resource, isDeny, ofResources(service)))
  }
}

/** How much of what is unknown one text of a statement names. */
type Extent = (text: string) => 'all' | 'some' | 'none'

function named(
  { isNegated, texts }: NonNullable<PolicyStatement['resource']>,
  isDeny: boolean,
  extentOf: Extent,
): boolean {
  const extents = texts.map(extentOf)
  // What a negated element names is left out: something is left unless it names all, all unless it names some.
  if (isNegated) return !extents.includes('all') && (!isDeny || !extents.includes('some'))
  return extents.includes('all') || (!isDeny && extents.includes('some'))
}

function ofActions(service: string): Extent {
  return text => {
    const lower = text.toLowerCase()
    if (lower === '*' || lower === `${service}:*`) return 'all'
    return mayBe(lower.split(':')[0] ?? '', service) ? 'some' : 'none'
  }
}

function ofResources(service: string): Extent {
  return text => {
    if (text === '*') return 'all'
    return mayBe(text.split(':')[2] ?? '*', service) ? 'some' : 'none'
  }
}

/** A pattern with anything in it that is not plain may name the service. */
function mayBe(pattern: string, service: string): boolean {
  return pattern.toLowerCase() === service || /[*?$]/.test(pattern)
}
