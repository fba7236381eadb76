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
import { readForm, readFormMembers } from './query-read.ts'
import { writeQueryFault, writeQueryOutput } from './query-write.ts'
import { readInput } from './read.ts'
import type { Service } from './services.ts'
import type { Operation } from './table.ts'
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

/** An operation that was asked for, and how its input is read. */
interface Asked {
  readonly operation: Operation
  read(): Record<string, unknown>
}

/** Answers a call. Never throws. `requestId` is shown in the body where the protocol has a place for it. */
export async function dispatch<Context>(
  service: Service,
  handlers: AnyHandlers<Context>,
  context: Context,
  request: WireRequest,
  report: Report,
  requestId = '',
): Promise<WireResponse> {
  let asked: Asked | undefined
  try {
    asked = service.query === null ? askedByPath(service, request) : askedByForm(service, request)
    const { operation } = asked
    if (request.body.length > service.maxBodyBytes) {
      throw new RequestEntityTooLargeException(
        `Request must be smaller than ${service.maxBodyBytes} bytes for the ${operation.name} operation`,
      )
    }
    const input = asked.read()
    checkInput(service, operation, input)
    const output = await call(handlers, operation.name, context, input)
    return service.query === null
      ? writeOutput(operation, output)
      : writeQueryOutput(operation, output, service.query.xmlNamespace, requestId)
  } catch (error) {
    if (error instanceof Fault) return refusal(service, error, requestId)
    report(error, asked?.operation.name)
    return refusal(service, new InternalFailure(), requestId)
  }
}

/** A fault as the service's protocol writes it. */
export function refusal(service: Service, fault: Fault, requestId: string): WireResponse {
  return service.query === null
    ? writeFault(service.model, fault)
    : writeQueryFault(fault, service.query.xmlNamespace, requestId)
}

function askedByPath(service: Service, request: WireRequest): Asked {
  const match = service.match(request.method, request.rawPath, request.rawQuery)
  if (!match) {
    throw new UnknownOperationException(`Unknown operation ${request.method} ${request.rawPath}`)
  }
  return { operation: match.operation, read: () => readInput(match, request) }
}

/** The query protocol names the operation in the form itself. */
function askedByForm({ model, query }: Service, request: WireRequest): Asked {
  const form = readForm(request)
  const action = form.get('Action')
  const version = form.get('Version') ?? query?.version
  const operation = version === query?.version ? model.operations.get(action ?? '') : undefined
  if (operation === undefined) {
    throw new UnknownOperationException(
      action === undefined
        ? 'The request must contain the parameter Action'
        : `Could not find operation ${action.slice(0, 100)} for version ${version?.slice(0, 100)}`,
    )
  }
  return { operation, read: () => readFormMembers(operation.input?.body ?? [], form) }
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
