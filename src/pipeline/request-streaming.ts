/**
 * Which request bodies go through without being held: those of HTTP_PROXY methods where nothing looks at them. AWS takes every
 * body in before it calls a back end; what the two then get is the same.
 */
import type { BodyStream } from '../messages/body-stream.ts'
import type { HeaderList } from '../messages/messages.ts'
import type { Program, Route } from '../program/program.ts'
import { requestConversion } from './content.ts'
import type { Exchange, LoadedRoute } from './exchange.ts'
import { findHeader } from './map-response.ts'
import { TextStream } from './text-stream.ts'

/** Shorter bodies are held: most are here with the head of the request. */
const heldBytes = 65_536
/** Text of a known length is held up to here, because what is not UTF-8 in it changes the length. */
const heldTextBytes = 1024 ** 2

/** Whether nothing of the route reads bodies; decided when its program is loaded. */
export function mayStreamBodies(route: Route): boolean {
  const { integration: plan, checkBody, cache } = route
  return (
    // Signatures cover the body.
    route.authorizationType !== 'AWS_IAM' &&
    plan.type === 'HTTP_PROXY' &&
    checkBody === null &&
    cache === null &&
    plan.contentHandling === null &&
    plan.pathTemplates === null &&
    (plan.parameters ?? []).every(({ expression }) => !expression.startsWith('method.request.body'))
  )
}

/** How much of a body is to be read before the steps run, in bytes; `Infinity`: all. `lengthBytes` -1: chunked. */
export function bytesToHold(
  { streamsBodies }: LoadedRoute,
  { binaryMediaTypes }: Program,
  headers: HeaderList,
  lengthBytes: number,
): number {
  const all = Number.POSITIVE_INFINITY
  if (!streamsBodies || (lengthBytes >= 0 && lengthBytes <= heldBytes)) return all
  // It is decoded first, see decompress.ts.
  if ((findHeader(headers, 'content-encoding') ?? 'identity') !== 'identity') return all
  if (lengthBytes < 0) return heldBytes
  const conversion = requestConversion(findHeader(headers, 'content-type'), binaryMediaTypes, null)
  return conversion === 'text' && lengthBytes <= heldTextBytes ? all : 0
}

/** The client's body as the back end gets it. */
export function streamedBody(
  { program }: Exchange,
  body: BodyStream,
  contentType: string | undefined,
): BodyStream {
  const conversion = requestConversion(contentType, program.binaryMediaTypes, null)
  return conversion === 'text' ? new TextStream(body, body.lengthBytes) : body
}
