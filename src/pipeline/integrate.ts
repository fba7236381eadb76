/** Calls the back end: the one step that usually waits. */
import { Later } from '../base/later.ts'
import type { IntegrationRequest, IntegrationResponse } from '../messages/messages.ts'
import type { Exchange, Pending } from './exchange.ts'

export function integrate(x: Exchange): undefined | Pending {
  const answer = x.loaded.send(x.integrationRequest as IntegrationRequest, x, x.cancel)
  if (answer instanceof Later) return answer.then<undefined>(response => keep(x, response), rethrow)
  if (answer instanceof Promise) return answer.then(response => keep(x, response))
  return keep(x, answer)
}

function keep(x: Exchange, response: IntegrationResponse): undefined {
  x.integrationResponse = response
}

function rethrow(error: unknown): never {
  throw error
}
