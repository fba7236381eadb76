/** The scopes that a token grants: `scope`, a text with spaces (RFC 8693 section 4.2), or `scp`, a list or such a text. */
import type { JsonObject } from '../../base/strict-json.ts'

export function scopesOf({ scope, scp }: JsonObject): readonly string[] {
  if (typeof scope === 'string') return words(scope)
  if (typeof scp === 'string') return words(scp)
  if (!Array.isArray(scp)) return []
  return scp.filter(each => typeof each === 'string')
}

function words(text: string): string[] {
  return text.split(' ').filter(word => word !== '')
}
