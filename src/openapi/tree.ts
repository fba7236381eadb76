/**
 * A document as plain values. Objects have no prototype and no `__proto__` member, so `tree[name]` finds
 * what the author wrote or nothing, whatever the name is.
 */

export type Tree = { readonly [name: string]: unknown }

export const emptyTree: Tree = Object.freeze(Object.create(null) as Tree)

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object, or an empty one in place of anything else. */
export function treeOf(value: unknown): Tree {
  return isTree(value) ? value : emptyTree
}

/** The list, or an empty one in place of anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text, number or boolean as text; undefined for anything else. YAML writes `200` where `"200"` is meant. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** `true` and `"true"` are true, `false` and `"false"` false, anything else is undefined. */
export function flagOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : undefined
}

/** The texts of a list; what is not a text is left out. */
export function textsOf(value: unknown): string[] {
  return listOf(value)
    .map(textOf)
    .filter(text => text !== undefined)
}

/** A map of texts, or undefined when there is none; what is not a text is left out and told to `lost`. */
export function textMap(
  value: unknown,
  lost: (name: string) => void,
): Record<string, string> | undefined {
  if (!isTree(value)) return undefined
  const entries: [string, string][] = []
  for (const [name, item] of Object.entries(value)) {
    const text = textOf(item)
    if (text !== undefined) entries.push([name, text])
    else lost(name)
  }
  return Object.fromEntries(entries)
}

/** As exports write a template that passes the body through, in place of the null that the control plane answers. */
const passthrough = '__passthrough__'

/** As `textMap`, for mapping templates: one that passes the body through becomes the empty text, as records keep it. */
export function templateMap(
  value: unknown,
  lost: (name: string) => void,
): Record<string, string> | undefined {
  if (!isTree(value)) return undefined
  const texts = Object.entries(value).map(([type, text]) => [
    type,
    text === null || text === passthrough ? '' : text,
  ])
  return textMap(Object.fromEntries(texts), lost)
}

/** The other way round. Known from programs that read AWS's exports. */
export function templatesOut(
  templates: Readonly<Record<string, string>> | undefined,
): Record<string, string> | undefined {
  if (templates === undefined) return undefined
  const texts = Object.entries(templates).map(([type, text]) => [type, text || passthrough])
  return Object.fromEntries(texts)
}

/** An object without its undefined members: what `exactOptionalPropertyTypes` asks for. */
export function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  for (const name of Object.keys(value) as (keyof T)[]) {
    if (value[name] === undefined) delete value[name]
  }
  // Nothing is undefined any more; what remains required was required of the caller.
  return value as T
}
