/**
 * The text of an imported model, written as AWS writes it: the form of the two models that every API begins with,
 * which is that of Jackson's default printer. That imported ones have it too is a guess.
 *
 *     {
 *       "type" : "object",
 *       "required" : [ "id", "name" ],
 *       "properties" : { }
 *     }
 */

/** A JSON value as text. The value is a tree, whose depth the reader has bounded. */
export function schemaText(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) {
    const items = value.map(item => schemaText(item, indent))
    return items.length === 0 ? '[ ]' : `[ ${items.join(', ')} ]`
  }
  const inner = `${indent}  `
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${inner}${JSON.stringify(name)} : ${schemaText(member, inner)}`)
  return members.length === 0 ? '{ }' : `{\n${members.join(',\n')}\n${indent}}`
}
