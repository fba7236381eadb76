/**
 * Text or bytes: the two tables of "Content type conversions in API Gateway" in the developer guide. What a body
 * is depends on its media type, the API's `binaryMediaTypes` and the `contentHandling` of the integration (request)
 * or of the integration response.
 */
import { isUtf8 } from 'node:buffer'
import type { ContentHandling } from '../aws/rest-api.ts'
import { decodeBase64 } from '../base/base64.ts'
import { Refusal } from '../messages/refusals.ts'
import { firstAccepted } from '../program/media-types.ts'
import type { MediaTypeSet } from '../program/program.ts'

export interface Content {
  readonly bytes: Buffer
  /** false: raw bytes, which a mapping template cannot read. */
  readonly isText: boolean
}

const empty = Buffer.alloc(0)

/**
 * The request's body as the integration gets it. A body that is not there counts as one of its type, which is JSON when
 * nothing says so: published execution logs call it `[Binary Data]` under the type of all types.
 */
export function requestContent(
  body: Buffer | null,
  contentType: string | undefined,
  binary: MediaTypeSet,
  handling: ContentHandling | null,
): Content {
  const conversion = requestConversion(contentType, binary, handling)
  if (body === null) return { bytes: empty, isText: conversion !== 'none' }
  return converted(body, conversion)
}

/** What becomes of a request's body, by the first table. */
export function requestConversion(
  contentType: string | undefined,
  binary: MediaTypeSet,
  handling: ContentHandling | null,
): Conversion {
  if (!binary.isEmpty && binary.has(contentType ?? 'application/json')) {
    return handling === 'CONVERT_TO_TEXT' ? 'to-base64' : 'none'
  }
  return handling === 'CONVERT_TO_BINARY' ? 'from-base64' : 'text'
}

/** What becomes of a body. */
export type Conversion = 'none' | 'text' | 'to-base64' | 'from-base64'

/** The back end's body as the client gets it; `accept` is the Accept header, whose first media type counts. */
export function responseContent(
  body: Buffer,
  contentType: string | undefined,
  accept: string | undefined,
  binary: MediaTypeSet,
  handling: ContentHandling | null,
): Content {
  return converted(body, responseConversion(contentType, accept, binary, handling))
}

/** What becomes of the back end's body, by the second table. */
export function responseConversion(
  contentType: string | undefined,
  accept: string | undefined,
  binary: MediaTypeSet,
  handling: ContentHandling | null,
): Conversion {
  if (binary.isEmpty) return handling === 'CONVERT_TO_BINARY' ? 'from-base64' : 'text'
  const isBinaryPayload = contentType !== undefined && binary.has(contentType)
  const wantsBinary = handling === null ? accepts(binary, accept) : handling === 'CONVERT_TO_BINARY'
  if (isBinaryPayload) return wantsBinary ? 'none' : 'to-base64'
  return wantsBinary ? 'from-base64' : 'text'
}

/** Throws a refusal for a body that should be base64 and is not. */
export function converted(body: Buffer, conversion: Conversion): Content {
  switch (conversion) {
    case 'none':
      return { bytes: body, isText: false }
    case 'text':
      return asText(body)
    case 'to-base64':
      return asBase64(body)
    case 'from-base64':
      return fromBase64(body)
    default:
      return conversion satisfies never
  }
}

/** Whether the client asks for bytes. Without Accept only `*` + `/*` makes it so (guess). */
function accepts(binary: MediaTypeSet, accept: string | undefined): boolean {
  return binary.has(accept === undefined ? 'application/json' : firstAccepted(accept))
}

/** Bytes that are not UTF-8 become U+FFFD (recorded from AWS). */
function asText(body: Buffer): Content {
  return { bytes: isUtf8(body) ? body : Buffer.from(body.toString('utf8')), isText: true }
}

function asBase64(body: Buffer): Content {
  return { bytes: Buffer.from(body.toString('base64'), 'latin1'), isText: true }
}

/**
 * A function that gives back base64 without a proxy gives a JSON string, quotes and all ("Return binary media from a Lambda
 * non-proxy integration"). Line ends within are taken as MIME writes them (guess).
 */
function fromBase64(body: Buffer): Content {
  const text = body.toString('latin1').trim()
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"')
  const bytes = decodeBase64(isQuoted ? text.slice(1, -1) : text)
  if (bytes === null) {
    throw new Refusal('API_CONFIGURATION_ERROR', { reason: 'the body should be base64 and is not' })
  }
  return { bytes, isText: false }
}
