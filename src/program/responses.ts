/**
 * Which integration response is used: the first whose `selectionPattern` matches the whole subject (the status as
 * text, or a Lambda function's error message), else the one without a pattern. "Set up an integration response" in
 * the developer guide. In which order AWS tries the patterns is not documented; by status code is a guess.
 */
import type { IntegrationResponse } from '../aws/rest-api.ts'
import { compileJavaRegex } from '../base/java-regex.ts'
import { compileResponseParameter } from './mappings.ts'
import type { ResponsePlan, ResponsePlans } from './program.ts'
import { at, type Place, ProgramError } from './program-error.ts'
import { compileTemplates, type TemplateCache } from './templates.ts'

/** Subjects that are no longer than a status are remembered: there are at most a thousand. */
const rememberedLength = 3

/** Compiles all integration responses of one method. Throws `ProgramError`. */
export function compileResponses(
  responses: Readonly<Record<string, IntegrationResponse>> | undefined,
  cache: TemplateCache,
  place: Place,
): ResponsePlans {
  const sorted = Object.values(responses ?? {}).sort((a, b) => compare(a.statusCode, b.statusCode))
  const candidates: { readonly fits: (subject: string) => boolean; readonly plan: ResponsePlan }[] =
    []
  const all: ResponsePlan[] = []
  let fallback: ResponsePlan | undefined
  for (const response of sorted) {
    const plan = compileResponse(response, cache, place)
    all.push(plan)
    if (plan.selectionPattern === '') {
      fallback ??= plan
      continue
    }
    const what = `selection pattern of integration response ${response.statusCode}`
    const fits = at(place, what, () => compileJavaRegex(plan.selectionPattern))
    candidates.push({ fits, plan })
  }
  const remembered = new Map<string, ResponsePlan | undefined>()
  const decide = (subject: string) =>
    candidates.find(candidate => candidate.fits(subject))?.plan ?? fallback
  const select = (subject: string) => {
    if (candidates.length === 0) return fallback
    if (subject.length > rememberedLength) return decide(subject)
    let plan = remembered.get(subject)
    if (plan === undefined && !remembered.has(subject)) {
      plan = decide(subject)
      if (remembered.size < 1000) remembered.set(subject, plan)
    }
    return plan
  }
  return Object.freeze({ select, all: Object.freeze(all) })
}

function compileResponse(
  response: IntegrationResponse,
  cache: TemplateCache,
  place: Place,
): ResponsePlan {
  if (!/^[1-5]\d\d$/.test(response.statusCode)) {
    throw new ProgramError(place, `integration response ${response.statusCode}: not a status`)
  }
  const what = `integration response ${response.statusCode}`
  const parameters = Object.entries(response.responseParameters ?? {}).map(([key, expression]) =>
    at(place, what, () => compileResponseParameter(key, expression)),
  )
  return Object.freeze({
    status: Number(response.statusCode),
    selectionPattern: response.selectionPattern ?? '',
    parameters: Object.freeze(parameters),
    templates: compileTemplates(response.responseTemplates, cache, place, `${what}, template`),
    contentHandling: response.contentHandling ?? null,
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
