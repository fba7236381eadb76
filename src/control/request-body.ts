/**
 * Reads the whole body of a control-plane request, up to a limit: definitions are a few megabytes,
 * function code is more. Time is limited by the HTTP server itself (`requestTimeout`).
 */
import type { IncomingMessage } from 'node:http'
import { RequestEntityTooLargeException } from '../aws/faults.ts'
import { GatheredBytes } from '../base/gathered-bytes.ts'

/** Resolves to the bytes. Throws `RequestEntityTooLargeException` beyond `limitBytes`; rejects when the client goes. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const gathered = new GatheredBytes(limitBytes)
  for await (const chunk of request) if (!gathered.add(chunk)) throw tooLarge(limitBytes)
  return gathered.bytes
}

function tooLarge(limitBytes: number): RequestEntityTooLargeException {
  return new RequestEntityTooLargeException(`Request body exceeds ${limitBytes} bytes`)
}
