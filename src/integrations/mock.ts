/**
 * MOCK: no back end. The request template must yield JSON with an integer `statusCode`, which picks the integration
 * response; the body that response templates see is empty ("Set up mock integrations" in the developer guide; that
 * unquoted `{statusCode: 200}` works is recorded from AWS, and the CDK relies on it).
 */
import { heldBody } from '../messages/body-stream.ts'
import type { IntegrationRequest, IntegrationResponse, Send } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'

const empty = Buffer.alloc(0)
const noHeaders: readonly string[] = Object.freeze([])

export function prepareMock(): Send {
  // Request templates of mocks seldom depend on the request: the last text is remembered with its status.
  let lastText = ''
  let lastStatus: number | undefined
  return function sendMock(request: IntegrationRequest): IntegrationResponse {
    const text = textOf(heldBody(request.body))
    if (text !== lastText) {
      lastStatus = statusOf(text)
      lastText = text
    }
    const status = lastStatus
    if (status === undefined) {
      throw new Refusal('API_CONFIGURATION_ERROR', {
        reason:
          'Unable to parse statusCode. It should be an integer that is defined in the request template.',
      })
    }
    return { status, headers: noHeaders, body: empty, latencyMs: 0 }
  }
}

/** A body that is too large for a status and a few words is as good as none. */
function textOf(body: Buffer | null): string {
  return body === null || body.length > 65536 ? '' : body.toString('utf8')
}

function statusOf(text: string): number | undefined {
  let status: unknown
  try {
    status = (JSON.parse(text) as { statusCode?: unknown } | null)?.statusCode
  } catch {
    status = lenientStatus(text)
  }
  return Number.isInteger(status) ? (status as number) : undefined
}

/** Names without quotes or in single quotes, as Jackson reads them when it is told to be lenient. */
function lenientStatus(text: string): number | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined
  const found = /[{,\s]["']?statusCode["']?\s{0,100}:\s{0,100}(\d{1,9})\s{0,100}[,}]/.exec(trimmed)
  return found === null ? undefined : Number(found[1])
}
