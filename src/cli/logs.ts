/** `portcullis logs FUNCTION`: what a function printed, and with --follow what it prints from now on. */
import type { Credentials } from '../aws/sign.ts'
import { printable } from '../observe/printable.ts'
import { messageIn, signedFor } from './control-client.ts'
import { CommandFailure } from './failure.ts'
import type { Words } from './print.ts'

export interface LogsCommand {
  /** Name or ARN. */
  readonly functionName: string
  readonly endpoint: string
  readonly isFollowed: boolean
  /** Only lines of the last so many milliseconds; null: all that are kept. */
  readonly sinceMs: number | null
  readonly asJson: boolean
  /** For names without one. */
  readonly region: string
  /** Outside development they must be of somebody who may see logs. */
  readonly credentials: Credentials
}

/** Prints until the lines end; a followed log ends with the gateway. Throws a `CommandFailure`. */
export async function showLogs(command: LogsCommand, words: Words, nowMs: number): Promise<void> {
  const { functionName, endpoint, isFollowed, sinceMs, region } = command
  const url = new URL(`/_portcullis/logs/${encodeURIComponent(functionName)}`, endpoint)
  url.searchParams.set('region', region)
  if (isFollowed) url.searchParams.set('follow', '1')
  if (sinceMs !== null) url.searchParams.set('since', String(nowMs - sinceMs))
  const response = await open(endpoint, url, signedFor(url, command.credentials, region))
  if (!response.ok || response.body === null) {
    throw new CommandFailure(
      `The gateway answered ${response.status}: ${messageIn(await response.text())}`,
    )
  }
  const decoder = new TextDecoder()
  let rest = ''
  let count = 0
  try {
    for await (const chunk of response.body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      count += lines.length
      for (const line of lines) words.say(command.asJson ? line : textOf(line, words))
    }
  } catch (cause) {
    // The gateway stopped, which is how following ends.
    if (!isFollowed) throw new CommandFailure('The gateway broke off its answer.', 1, { cause })
  }
  if (count === 0 && !isFollowed) words.warn(`nothing is kept of what ${functionName} printed`)
}

async function open(
  endpoint: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    // Without a time limit: a followed log has no end.
    return await fetch(url, { headers, redirect: 'error' })
  } catch (cause) {
    throw new CommandFailure(
      `No gateway answers at ${endpoint}.\nStart one with: portcullis start. If it listens elsewhere, give --endpoint URL or PORTCULLIS_ENDPOINT.`,
      1,
      { cause },
    )
  }
}

/** `2026-11-22T10:02:03.004Z 6f1c… text`; what a function prints is escaped, since this is a terminal. */
function textOf(line: string, words: Words): string {
  // The gateway wrote the line.
  const { timeMs, requestId, text } = JSON.parse(line) as {
    timeMs: number
    requestId: string
    text: string
  }
  const head = `${new Date(timeMs).toISOString()} ${requestId.slice(0, 8).padEnd(8)}`
  return `${words.dim(head)} ${printable(text.trimEnd().replaceAll('\t', '  '), 20_000)}`
}
