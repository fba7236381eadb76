/**
 * `portcullis invoke FUNCTION --payload JSON`: runs a function once through the Lambda API, as `aws lambda invoke` would, and
 * prints what it gave. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { printable } from '../observe/printable.ts'
import { ControlClient, type ControlClientSettings } from './control-client.ts'
import { CommandFailure } from './failure.ts'
import type { Words } from './print.ts'

export interface InvokeCommand {
  /** Name or ARN, with a version or alias behind it if wanted. */
  readonly functionName: string
  /** JSON, `@file`, or `@-` for standard input; null: the event is empty. */
  readonly payload: string | null
  /** Tells what the function printed, the last 4 KB. */
  readonly showsLog: boolean
}

/** Prints the payload on standard output, the log on standard error. Throws a `CommandFailure`, also when the function failed. */
export async function invokeFunction(
  { functionName, payload, showsLog }: InvokeCommand,
  settings: ControlClientSettings,
  words: Words,
): Promise<void> {
  const response = await new ControlClient(settings).send({
    service: 'lambda',
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    body: payload === null ? '' : await readPayload(payload),
    headers: showsLog ? { 'x-amz-log-type': 'Tail' } : {},
  })
  const text = await response.text()
  const log = Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64').toString()
  for (const line of log.split('\n').filter(Boolean)) words.note(printable(line))
  words.say(text)
  const functionError = response.headers.get('x-amz-function-error')
  if (functionError === null) return
  throw new CommandFailure(
    `${functionName} failed (${functionError}); portcullis logs ${functionName} shows what it printed.`,
  )
}

/** Checked here, so that a quote that the shell took is told as what it is. */
async function readPayload(given: string): Promise<string> {
  const text = given.startsWith('@') ? await readNamed(given.slice(1)) : given
  try {
    JSON.parse(text)
  } catch (cause) {
    const { message } = cause as Error
    const advice = given.startsWith('@') ? '' : ' A file is given as @file.'
    throw new CommandFailure(`--payload is not JSON: ${message}.${advice}`, 2, { cause })
  }
  return text
}

async function readNamed(file: string): Promise<string> {
  try {
    return (file === '-' ? await buffer(process.stdin) : await readFile(file)).toString()
  } catch (cause) {
    const { message } = cause as Error
    throw new CommandFailure(`Cannot read ${file}: ${message}.`, 2, { cause })
  }
}
