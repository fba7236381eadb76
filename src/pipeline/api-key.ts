/**
 * Methods with `apiKeyRequired`. There are no API keys in this version, so none can be valid: the answer is
 * AWS's for a wrong key.
 */
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'

export function requireApiKey(x: Exchange): undefined {
  const sent = x.methodRequest.headerNoCase('x-api-key')
  throw new Refusal('INVALID_API_KEY', {
    reason:
      sent === undefined
        ? 'the method requires an API key and the request has no x-api-key header'
        : 'the method requires an API key and no usage plan holds the one that was sent',
  })
}
