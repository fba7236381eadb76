/**
 * `/_portcullis/logs/{function}`: what a function printed, a JSON object a line, and with `follow=1` what it prints from now
 * on. For development, as the other routes that show requests. `since` is in epoch milliseconds.
 */
import type { ServerResponse } from 'node:http'
import { functionArn, parseFunctionName } from './aws/arn.ts'
import type { CallLedger } from './call-ledger.ts'
import type { FunctionLogLine, FunctionLogs } from './function-logs.ts'
import { printable } from './observe/printable.ts'

export interface FunctionLogParts {
  readonly logs: FunctionLogs
  readonly ledger: CallLedger
  /** For names without an account or a region. */
  readonly account: string
  readonly region: string
}

/** A follower that takes nothing is let go rather than kept in memory. */
const followerLimitBytes = 4 * 1024 * 1024

/** Answers. `name`: a function's name or ARN, decoded. Rejects when the files cannot be read. */
export async function answerLogs(
  { logs, account, region }: FunctionLogParts,
  name: string,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const found = parseFunctionName(name)
  if (found === undefined) {
    response.writeHead(400, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ message: `${printable(name, 200)} is no name of a function.` }))
    return
  }
  const arn = functionArn(
    found.region ?? query.get('region') ?? region,
    found.account ?? query.get('account') ?? account,
    found.name,
  )
  const waiting: FunctionLogLine[] = []
  let take = (line: FunctionLogLine): void => void waiting.push(line)
  const isFollowed = query.get('follow') === '1'
  // Heard from before the files are read, so that no line falls between.
  const stop = isFollowed ? logs.follow(arn, line => take(line)) : () => undefined
  response.once('close', stop)
  const lines = await logs.read(arn, Number(query.get('since') ?? 0) || 0)
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
  const write = (line: FunctionLogLine): void => {
    if (response.writableLength > followerLimitBytes) response.destroy()
    else response.write(`${JSON.stringify(line)}\n`)
  }
  for (const line of lines) response.write(`${JSON.stringify(line)}\n`)
  if (!isFollowed) {
    response.end()
    return
  }
  const last = lines.at(-1)?.timeMs ?? 0
  const known = new Set(
    lines.filter(line => line.timeMs === last).map(line => JSON.stringify(line)),
  )
  for (const line of waiting) {
    if (line.timeMs > last || (line.timeMs === last && !known.has(JSON.stringify(line))))
      write(line)
  }
  take = write
  response.flushHeaders()
}

/** What the functions printed that the request called, for `explain`; '' when there is nothing. */
export async function logsOfRequest(
  { logs, ledger }: FunctionLogParts,
  requestId: string,
): Promise<string> {
  const parts: string[] = []
  for (const { functionArn: arn, invocationId } of ledger.of(requestId)) {
    const name = parseFunctionName(arn)?.name ?? arn
    parts.push(`  function  ${name}, invocation ${invocationId}`)
    for (const line of await logs.read(arn)) {
      if (line.requestId === invocationId) parts.push(`            ${printable(line.text, 2000)}`)
    }
  }
  return parts.length === 0 ? '' : `${parts.join('\n')}\n`
}
