/**
 * Makes text of unknown origin safe to show: control characters, line separators and the marks that turn the direction
 * of writing become `\u….` escapes, so that no request can forge a log line or steer a terminal.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
const dangerous = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** `text` without characters that do something, cut after `limit` characters. */
export function printable(text: string, limit = 1_000): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text
  return cut.replace(dangerous, escaped)
}

function escaped(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
