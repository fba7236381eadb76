/**
 * Texts of policies that are patterns: wildcards, and variables that the request fills in.
 *
 *     arn:aws:execute-api:*:*:api/dev/GET/users/${aws:username}/*
 *     ${aws:PrincipalTag/team, 'none'}      the default when the request has no such key
 *     ${*} ${?} ${$}                        the characters themselves
 *
 * Variables exist only in policies of version 2012-10-17; in older ones `${…}` is plain text. What a variable brings in is
 * literal: a user named `*` matches only himself.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import { PolicyError } from './policy-error.ts'
import type { PolicyRequest } from './verdict.ts'
import { anyCharacter, anyText, compileMatcher, type PatternPart, readPattern } from './wildcard.ts'

export interface Variable {
  /** Lower case. */
  readonly key: string
  /** null: without the key the whole statement does not fit. */
  readonly fallback: string | null
}

export type TemplatePart = PatternPart | Variable

export interface TemplateRules {
  readonly hasVariables: boolean
  readonly hasWildcards: boolean
}

/** Reads a text of a policy. Throws `PolicyError` for a variable that is not whole. */
export function readTemplate(text: string, rules: TemplateRules): readonly TemplatePart[] {
  const plain = (part: string): TemplatePart[] =>
    part === '' ? [] : rules.hasWildcards ? readPattern(part) : [part]
  if (!rules.hasVariables) return plain(text)
  const parts: TemplatePart[] = []
  let from = 0
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', from)) {
    const end = text.indexOf('}', at)
    if (end < 0) throw new PolicyError(`A variable is not closed: ${text}`)
    parts.push(...plain(text.slice(from, at)), readVariable(text.slice(at + 2, end)))
    from = end + 1
  }
  parts.push(...plain(text.slice(from)))
  return parts
}

function readVariable(text: string): string | Variable {
  if (text === '*' || text === '?' || text === '$') return text
  const [, key, fallback] = /^([\w:/.+@= -]{1,300}?)(?:\s*,\s*'([^']{0,1000})')?$/.exec(text) ?? []
  if (key === undefined || !key.includes(':')) {
    throw new PolicyError(`Not a variable of policies: \${${text}}`)
  }
  return { key: key.toLowerCase(), fallback: fallback ?? null }
}

export function isVariable(part: TemplatePart): part is Variable {
  return typeof part === 'object'
}

/** The keys that a request must have for the text to mean anything. */
export function neededKeys(parts: readonly TemplatePart[]): string[] {
  return parts.flatMap(part => (isVariable(part) && part.fallback === null ? [part.key] : []))
}

/** Whether a text is what the template says, in this request. */
export type TemplateMatcher = (text: string, request: PolicyRequest) => boolean

export function compileTemplate(parts: readonly TemplatePart[]): TemplateMatcher {
  if (!parts.some(isVariable)) return compileMatcher(parts as readonly PatternPart[])
  const isPattern = parts.some(part => part === anyText || part === anyCharacter)
  if (!isPattern) return (text, request) => text === fill(parts, request).join('')
  return (text, request) => compileMatcher(fill(parts, request))(text)
}

function fill(parts: readonly TemplatePart[], request: PolicyRequest): PatternPart[] {
  return parts.map(part => (isVariable(part) ? variableText(part, request) : part))
}

/** Keys with several values are no variables. */
function variableText({ key, fallback }: Variable, request: PolicyRequest): string {
  const value = request.valueFor(key)
  return typeof value === 'string' ? value : (fallback ?? '')
}
