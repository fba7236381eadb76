/** `portcullis explain REQUEST-ID`: why a running gateway gave an answer, in its own words. */
import { type ControlClientSettings, messageIn, reachOwn } from './control-client.ts'
import { CommandFailure } from './failure.ts'
import type { Words } from './print.ts'

/** Prints the decision record. Throws a `CommandFailure` when there is none. */
export async function explainRequest(
  requestId: string,
  client: ControlClientSettings,
  asJson: boolean,
  words: Words,
): Promise<void> {
  const { endpoint } = client
  const url = new URL(`/_portcullis/explain/${encodeURIComponent(requestId)}`, endpoint)
  const accept = asJson ? 'application/json' : 'text/plain'
  const response = await reachOwn(client, url, { accept })
  const text = await response.text()
  if (response.ok) {
    words.say(asJson ? JSON.stringify(JSON.parse(text), null, 2) : text.trimEnd())
    return
  }
  throw new CommandFailure(
    response.status === 404
      ? `No request ${requestId} is known at ${endpoint}.\n` +
          'The id is in the answer header x-amzn-RequestId; the gateway keeps the last ones (--records-kept) until it stops.'
      : `The gateway answered ${response.status}: ${messageIn(text)}`,
  )
}
