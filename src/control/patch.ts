/**
 * Updates of API version 2015-07-09 are lists of patch operations, a dialect of JSON Patch (RFC 6902):
 *
 *     { "op": "replace", "path": "/requestTemplates/application~1json", "value": "{}" }
 *
 * Values are always text; `~1` in a path stands for `/` and `~0` for `~`. A resource says which paths it
 * takes and what each does; everything else is refused here, in the words of the resource's dialect,
 * of which AWS has several. Operations are applied in order to a draft; the caller stores the draft only when all
 * went well.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
 */
import { BadRequestException, type Fault, NotFoundException } from '../aws/faults.ts'

/** An operation as it comes over the wire. */
export interface PatchOperation {
  readonly op?: string | undefined
  readonly path?: string | undefined
  readonly value?: string | undefined
  readonly from?: string | undefined
}

/** An operation whose path was understood. */
export interface Patch {
  readonly op: string
  readonly path: string
  readonly value: string | undefined
  readonly from: string | undefined
  /** The decoded segments that stand where the rule's path has `{…}`. */
  readonly keys: readonly string[]
}

/** What an operation does to the draft. Throws a `Fault` to refuse. */
export type Effect<T> = (draft: T, patch: Patch) => void

type Op = 'add' | 'replace' | 'remove' | 'copy'

/** Path -> operation -> effect. A segment `{name}` stands for any one segment. */
export type PatchRules<T> = Readonly<Record<string, Partial<Readonly<Record<Op, Effect<T>>>>>>

/** How a resource refuses. `path` is `null`, the word, when there was none. */
export interface Dialect {
  /** `known` are the paths that take this operation, in the order of the rules. */
  unknownPath(op: string, path: string, known: readonly string[]): Fault
  /** The path is known, the operation is not for it; `ops` are those that are. */
  wrongOp(op: string, path: string, ops: readonly string[], known: readonly string[]): Fault
}

/** Names the paths that would have been right, two spaces before the wrong one included [R]. */
export const listingDialect: Dialect = {
  unknownPath: (op, path, known) =>
    new BadRequestException(
      `Invalid patch path  '${path}' specified for op '${op}'. ` +
        (known.length === 0
          ? 'Please choose supported operations'
          : `Must be one of: [${known.join(', ')}]`),
    ),
  wrongOp: (op, path, _ops, known) => listingDialect.unknownPath(op, path, known),
}

/** Says the wrong path and no more [R]. */
export const plainDialect: Dialect = {
  unknownPath: (_op, path) => new BadRequestException(`Invalid patch path ${path}`),
  wrongOp: (_op, path) => new BadRequestException(`Invalid patch path ${path}`),
}

/** As the plain one, and names the operations that a known path takes [R]. */
export const opsDialect: Dialect = {
  unknownPath: plainDialect.unknownPath,
  wrongOp: (_op, _path, ops) =>
    new BadRequestException(
      `Invalid patch operation specified. Must be one of: [${ops.join(', ')}]`,
    ),
}

interface Rule<T> {
  readonly path: string
  readonly segments: readonly string[]
  readonly effects: Partial<Readonly<Record<string, Effect<T>>>>
}

/** Prepares a resource's rules; the result applies a list of operations to a draft, in order. */
export function patcher<T>(
  dialect: Dialect,
  rules: PatchRules<T>,
): (draft: T, operations: readonly PatchOperation[] | undefined) => void {
  const compiled = Object.entries(rules).map(
    ([path, effects]): Rule<T> => ({ path, segments: path.slice(1).split('/'), effects }),
  )

  function apply(draft: T, operation: PatchOperation): void {
    const { op = 'null', path = 'null', value, from } = operation
    const segments = pointer(path)
    const rule = segments && compiled.find(candidate => fits(candidate.segments, segments))
    const known = () =>
      compiled.filter(each => Object.hasOwn(each.effects, op)).map(each => each.path)
    if (!segments || !rule) throw dialect.unknownPath(op, path, known())

    const effect = Object.hasOwn(rule.effects, op) ? rule.effects[op] : undefined
    if (!effect) throw dialect.wrongOp(op, path, Object.keys(rule.effects), known())
    const keys = segments.filter((_, index) => isPlaceholder(rule.segments[index]))
    effect(draft, { op, path, value, from, keys })
  }

  return (draft, operations = []) => {
    for (const operation of operations) apply(draft, operation)
  }
}

/** Splits a JSON pointer (RFC 6901) and decodes its segments; undefined when it is none. */
export function pointer(path: string): string[] | undefined {
  if (!path.startsWith('/')) return undefined
  return path
    .slice(1)
    .split('/')
    .map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function fits(rule: readonly string[], segments: readonly string[]): boolean {
  return (
    rule.length === segments.length &&
    rule.every((part, i) => (isPlaceholder(part) ? isKey(segments[i]) : part === segments[i]))
  )
}

function isPlaceholder(segment: string | undefined): boolean {
  return segment?.startsWith('{') === true
}

// Nothing real has this name, and no record may get one.
function isKey(segment: string | undefined): boolean {
  return segment !== undefined && segment !== '' && segment !== '__proto__'
}

/**
 * Sets a text member; without a value the member goes away. The limit is that of the members of inputs
 * (aws/constraints.ts); the words are a guess.
 */
export function setText<K extends string>(
  field: K,
  maxLength = 1024,
): Effect<{ [P in K]?: string }> {
  return (draft, { path, value }) => {
    if (value !== undefined && value.length > maxLength) {
      throw new BadRequestException(`The value for ${path} is longer than ${maxLength} characters`)
    }
    if (value === undefined) delete draft[field]
    else draft[field] = value as (typeof draft)[K]
  }
}

/** Sets a member to `true` or `false`, in any case of letters. */
export function setFlag<K extends string>(field: K): Effect<{ [P in K]?: boolean }> {
  return (draft, patch) => {
    draft[field] = flagOf(patch) as (typeof draft)[K]
  }
}

/** Sets a member to a number; without a value, or with an empty one, the member goes away. */
export function setNumber<K extends string>(field: K): Effect<{ [P in K]?: number }> {
  return (draft, patch) => {
    if (!patch.value) delete draft[field]
    else draft[field] = numberOf(patch) as (typeof draft)[K]
  }
}

/** Takes a member away. */
export function remove<K extends string>(field: K): Effect<{ [P in K]?: unknown }> {
  return draft => {
    delete draft[field]
  }
}

/** Sets the entry of a map of texts that the path's last key names. */
export function setEntry<K extends string>(
  field: K,
): Effect<{ [P in K]?: Record<string, string> }> {
  return (draft, { value = '', keys }) => {
    const map: Record<string, string> = draft[field] ?? {}
    map[keys.at(-1) ?? ''] = value
    draft[field] = map as (typeof draft)[K]
  }
}

/** Sets the entry of a map of flags (`true`: required) that the path's last key names. */
export function setFlagEntry<K extends string>(
  field: K,
): Effect<{ [P in K]?: Record<string, boolean> }> {
  return (draft, patch) => {
    const map: Record<string, boolean> = draft[field] ?? {}
    map[patch.keys.at(-1) ?? ''] = patch.value === undefined ? false : flagOf(patch)
    draft[field] = map as (typeof draft)[K]
  }
}

/** Takes out the entry of a map that the path's last key names; `missing` is the 404 when there is none. */
export function removeEntry<K extends string>(
  field: K,
  missing: string,
): Effect<{ [P in K]?: Record<string, unknown> }> {
  return (draft, { keys }) => {
    const map: Record<string, unknown> | undefined = draft[field]
    const key = keys.at(-1) ?? ''
    if (!map || !Object.hasOwn(map, key)) throw new NotFoundException(missing)
    delete map[key]
  }
}

/** `effect`, unless the map has no such entry yet: then a 404 with `missing`. */
export function onlyExisting<K extends string, T extends { [P in K]?: Record<string, unknown> }>(
  field: K,
  missing: string,
  effect: Effect<T>,
): Effect<T> {
  return (draft, patch) => {
    const map: Record<string, unknown> | undefined = draft[field]
    if (!map || !Object.hasOwn(map, patch.keys.at(-1) ?? '')) throw new NotFoundException(missing)
    effect(draft, patch)
  }
}

/** The operation's value as a flag. Any other word than true and false is refused (the words are a guess). */
export function flagOf({ value = '' }: Patch): boolean {
  const word = value.toLowerCase()
  if (word !== 'true' && word !== 'false') {
    throw new BadRequestException(`Invalid boolean value specified: ${value}`)
  }
  return word === 'true'
}

/** The operation's value as a number (the words of the refusal are a guess). */
export function numberOf({ value = '' }: Patch): number {
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number)) {
    throw new BadRequestException(`Invalid number value specified: ${value}`)
  }
  return number
}
