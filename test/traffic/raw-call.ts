/** Requests written by hand, and what comes of them: for the client, and for the owner. */
import { rawExchange } from './harness.ts'

export const hostOf = (apiId: string) => `${apiId}.execute-api.localhost`

export interface RawAnswer {
  readonly status: number
  readonly errorType: string
  readonly requestId: string
  readonly message: string
}

/** Sends a request byte for byte. `line`: without its version. `lines`: of the head, Host included. */
export async function send(
  port: number,
  line: string,
  lines: readonly string[],
  body = '',
): Promise<RawAnswer> {
  const all = [`${line} HTTP/1.1`, ...lines, 'Connection: close', '', body]
  const text = await rawExchange(port, Buffer.from(all.join('\r\n'), 'latin1'))
  const headerOf = (name: string) => new RegExp(`^${name}: (.*?)\\r$`, 'im').exec(text)?.[1] ?? ''
  const content = text.slice(text.indexOf('\r\n\r\n') + 4)
  const parsed = /^\{/.test(content) ? JSON.parse(content) : { message: content }
  return {
    status: Number(text.slice(9, 12)),
    errorType: headerOf('x-amzn-errortype'),
    requestId: headerOf('x-amzn-requestid'),
    message: parsed.message ?? parsed.Message,
  }
}

/** What the owner is told of a request, on one line. */
export async function explained(
  port: number,
  { requestId }: Pick<RawAnswer, 'requestId'>,
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/_portcullis/explain/${requestId}`)
  return (await answer.text()).replaceAll(/\s+/g, ' ')
}
