/**
 * What was changed since the stage's deployment: it is not live before the next one. Methods, authorizers, models, gateway
 * responses and the API's own settings wait for a deployment; stage settings and usage plans do not.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/updating-api.html
 */
import type { ApiSnapshot, Resource, RestApi } from '../../aws/rest-api.ts'
import type { Finding } from './finding.ts'

/** These need no deployment to take effect, or have none on requests. */
const withoutDeployment: ReadonlySet<keyof RestApi> = new Set([
  'name',
  'description',
  'tags',
  'version',
  'createdDate',
  'warnings',
] as const)

const namesShown = 5

/** undefined: what is live is what the API is now. */
export function undeployedChanges(live: ApiSnapshot, now: ApiSnapshot): Finding | undefined {
  const changed = [
    ...difference(methodsOf(live), methodsOf(now)),
    ...difference(named('model', live.models, 'name'), named('model', now.models, 'name')),
    ...difference(
      named('authorizer', live.authorizers, 'id'),
      named('authorizer', now.authorizers, 'id'),
    ),
    ...difference(
      named('validator', live.requestValidators, 'id'),
      named('validator', now.requestValidators, 'id'),
    ),
    ...difference(
      named('gateway response', live.gatewayResponses, 'responseType'),
      named('gateway response', now.gatewayResponses, 'responseType'),
    ),
    ...difference(settingsOf(live.api), settingsOf(now.api)),
  ]
  if (changed.length === 0) return undefined
  const more = changed.length > namesShown ? ` and ${changed.length - namesShown} more` : ''
  return {
    severity: 'undeployed',
    where: '',
    problem: `The API was changed after the stage's deployment: ${changed.slice(0, namesShown).join(', ')}${more}.`,
    advice: 'Deploy it to the stage again (create-deployment); until then the old definition runs.',
  }
}

function methodsOf({ resources }: ApiSnapshot): Map<string, string> {
  return new Map(
    resources.flatMap(({ path, resourceMethods = {} }: Resource) =>
      Object.entries(resourceMethods).map(([verb, method]) => [`${verb} ${path}`, textOf(method)]),
    ),
  )
}

function named<T extends object>(
  word: string,
  list: readonly T[],
  key: keyof T,
): Map<string, string> {
  return new Map(list.map(each => [`${word} ${String(each[key])}`, textOf(each)]))
}

function settingsOf(api: RestApi): Map<string, string> {
  return new Map(
    Object.entries(api)
      .filter(([name]) => !withoutDeployment.has(name as keyof RestApi))
      .map(([name, value]) => [name, textOf(value)]),
  )
}

function difference(before: Map<string, string>, after: Map<string, string>): string[] {
  const changed: string[] = []
  for (const [name, text] of after) {
    const old = before.get(name)
    if (old === undefined) changed.push(`${name} (new)`)
    else if (old !== text) changed.push(name)
  }
  for (const name of before.keys()) if (!after.has(name)) changed.push(`${name} (gone)`)
  return changed
}

/** The same text for the same value, whatever the order of its keys. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
