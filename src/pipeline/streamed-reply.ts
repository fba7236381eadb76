/**
 * Replies whose bodies are not held.
 *
 * The reply to a buffered method whose back end's answer is too long to be held for nothing. AWS holds every answer of such
 * a method; the client sees no difference, except that text beyond a megabyte, whose length is not known before it was
 * converted, comes chunked and without Content-Length.
 */
import { isUtf8 } from 'node:buffer'
import { type BodyStream, gatherBody } from '../messages/body-stream.ts'
import type { Reply } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import { type Conversion, converted } from './content.ts'
import type { Exchange } from './exchange.ts'
import { awsFreeBytes, PacedStream } from './paced-stream.ts'
import { TextStream } from './text-stream.ts'

/** Text of a known length is held up to here, for its Content-Length. */
const heldTextBytes = 1024 ** 2

/** For `responseTransferMode` STREAM: the body as it comes, no faster than AWS lets it. */
export function passedReply(
  x: Exchange,
  status: number,
  headers: string[],
  body: BodyStream,
): Reply {
  const { streamRate } = x.loaded
  const paced = streamRate === 0 ? body : new PacedStream(body, awsFreeBytes, streamRate)
  return { status, headers, body: paced }
}

/** Gathers the body after all where something needs it whole. */
export function streamedReply(
  x: Exchange,
  status: number,
  headers: string[],
  body: BodyStream,
  conversion: Conversion,
): Reply | Promise<Reply> {
  if (!x.loaded.holdsAnswers) {
    if (conversion === 'none') return { status, headers, body }
    if (conversion === 'text' && body.atHand && isUtf8(body.atHand))
      return { status, headers, body }
    const isShort = body.lengthBytes >= 0 && body.lengthBytes <= heldTextBytes
    if (conversion === 'text' && !isShort) return { status, headers, body: new TextStream(body) }
  }
  return gathered(x, status, headers, body, conversion)
}

function gathered(
  x: Exchange,
  status: number,
  headers: string[],
  body: BodyStream,
  conversion: Conversion,
): Promise<Reply> {
  const { answerLimitBytes } = x.loaded
  return gatherBody(body, answerLimitBytes, () => tooLarge(answerLimitBytes)).then(bytes => ({
    status,
    headers,
    body: converted(bytes, conversion).bytes,
  }))
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal('INTEGRATION_FAILURE', {
    status: 502,
    reason: `the back end's answer is longer than ${limitBytes} bytes`,
  })
}
