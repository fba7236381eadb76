/** The last thing that is done to a body before it is sent: compression, for an API that has it. */
import type { HeldReply, MethodRequest } from '../messages/messages.ts'
import { compressReply } from '../pipeline/compress.ts'
import type { Program } from '../program/program.ts'

/** Calls `send` with the reply as the client is to have it, at once or when that is made; `fail` when it could not be. */
export function packReply(
  { minimumCompressionBytes }: Program,
  request: MethodRequest,
  reply: HeldReply,
  send: (ready: HeldReply) => void,
  fail: (error: unknown) => void,
): void {
  if (minimumCompressionBytes === null) {
    send(reply)
    return
  }
  const acceptEncoding = request.headerNoCase('accept-encoding')
  const packed = compressReply(reply, minimumCompressionBytes, request.method, acceptEncoding)
  if (packed instanceof Promise) packed.then(send).catch(fail)
  else send(packed)
}
