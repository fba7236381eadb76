/** Calls the back end: the one step that usually waits. */
import type { IntegrationRequest, IntegrationResponse } from '../messages/messages.ts'
import type { Exchange } from './exchange.ts'

export function integrate(x: Exchange): undefined | Promise<undefined> {
  const answer = x.loaded.send(x.integrationRequest as IntegrationRequest, x, x.cancel)
  if (answer instanceof Promise) return answer.then(response => keep(x, response))
  return keep(x, answer)
}

function keep(x: Exchange, response: IntegrationResponse): undefined {
  x.integrationResponse = response
}
