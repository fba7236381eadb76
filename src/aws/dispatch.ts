/**
 * One control-plane call from request to reply: match, read, check, handler, write. This is the one
 * place where an error of the control plane becomes an answer: a `Fault` as itself, anything else as a
 * 500 that tells the caller nothing and goes to `report` with its stack.
 *
 * Who the caller is, and whether he may, is decided before: see sigv4.ts and policy.ts.
 */
import { checkInput } from './check.ts'
import {
  Fault,
  InternalFailure,
  NotImplementedFault,
  RequestEntityTooLargeException,
  UnknownOperationException,
} from './faults.ts'
import type { Match } from './match.ts'
import { readInput } from './read.ts'
import type { Service } from './services.ts'
import type { WireRequest, WireResponse } from './wire.ts'
import { writeFault, writeOutput } from './write.ts'

/** Handlers without their types, as the wire calls them. Any `Handlers<…>` fits. */
export type AnyHandlers<Context> = Readonly<
  // `never` is what lets handlers of different inputs share one type; `call` below hands over what
  // the model made for exactly this operation.
  Record<string, (context: Context, input: never) => unknown>
>

/** Takes what is not the caller's fault. */
export type Report = (error: unknown, operation: string | undefined) => void

/** Answers a call. Never throws. */
export async function dispatch<Context>(
  service: Service,
  handlers: AnyHandlers<Context>,
  context: Context,
  request: WireRequest,
  report: Report,
): Promise<WireResponse> {
  let match: Match | undefined
  try {
    match = service.match(request.method, request.rawPath, request.rawQuery)
    if (!match) {
      throw new UnknownOperationException(`Unknown operation ${request.method} ${request.rawPath}`)
    }
    const { operation } = match
    if (request.body.length > service.maxBodyBytes) {
      throw new RequestEntityTooLargeException(
        `Request must be smaller than ${service.maxBodyBytes} bytes for the ${operation.name} operation`,
      )
    }
    const input = readInput(match, request)
    checkInput(service, operation, input)
    return writeOutput(operation, await call(handlers, operation.name, context, input))
  } catch (error) {
    if (error instanceof Fault) return writeFault(service.model, error)
    report(error, match?.operation.name)
    return writeFault(service.model, new InternalFailure())
  }
}

function call<Context>(
  handlers: AnyHandlers<Context>,
  name: string,
  context: Context,
  input: Record<string, unknown>,
): unknown {
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
  if (!handler) throw new NotImplementedFault(name)
  // The model that made the input is the one that typed the handler.
  return handler(context, input as never)
}
