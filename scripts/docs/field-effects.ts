/**
 * What the gateway does with a field of a structure that it is given, in words, and as rows of a table.
 *
 *     enforced   does what it does on AWS
 *     refused    can be configured; requests that it concerns are answered with a refusal
 *     kept       is stored, answered and exported, and changes no answer to a client: why
 *     answered   is the gateway's own to say: identifiers, dates, what follows from other fields
 */

/** A word, and what there is to say beside it; without a reason nothing is refused or without effect. */
export type Effect =
  | 'enforced'
  | 'answered'
  | `${'enforced' | 'refused' | 'kept' | 'answered'}: ${string}`

/** Member -> effect. */
export type Fields = Readonly<Record<string, Effect>>

/** Rows of three cells: members with the same effect together, the word, the rest of it. */
export function effectRows(fields: Fields): string[][] {
  const members = Map.groupBy(Object.keys(fields), member => fields[member] as Effect)
  return [...members].map(([effect, names]) => {
    const [word = '', ...rest] = effect.split(': ')
    return [names.map(name => `\`${name}\``).join(', '), word, rest.join(': ')]
  })
}
