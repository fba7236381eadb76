/**
 * Patterns that the machine's own regular expressions may run: `^[a-z]+$` and its like, one class of ASCII characters between the
 * two anchors. Most patterns of models are such. There is only one way to read a text with them, so they are linear like
 * RE2's, and take a twentieth of its time: bench/micro/schema-pattern.ts.
 */

/** One class without negation and escapes, a repetition, nothing else. */
const plain =
  /^\^\[(?:[0-9A-Za-z]-[0-9A-Za-z]|[0-9A-Za-z_ .,:;/@#])+-?\](?:[+*]|\{\d{1,4}(?:,\d{0,4})?\})?\$$/

/** A test for such a pattern, which RE2 has taken already; null for any other. */
export function compilePlainPattern(pattern: string): ((text: string) => boolean) | null {
  if (!plain.test(pattern)) return null
  const regex = new RegExp(pattern)
  return text => regex.test(text)
}
