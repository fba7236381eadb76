/**
 * Output or fault -> HTTP reply. In a reply only headers, payload and status are places of their own;
 * everything else is the JSON body.
 *
 * An error has its status, its code in `x-amzn-ErrorType`, and a JSON body. How the message is
 * spelt there depends on the service and the error (`message`, `Message`), so it is taken from the
 * error's shape. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
import { encodeEvents } from './event-stream.ts'
import type { Fault } from './faults.ts'
import type { Member, Model, Operation } from './table.ts'
import type { WireResponse } from './wire.ts'
import { writeMembers } from './write-json.ts'

const json = 'application/json'

/** The reply to a call that succeeded. `output` is what the operation's handler returned. */
export function writeOutput(operation: Operation, output: unknown): WireResponse {
  const headers: Record<string, string> = {}
  const bindings = operation.output
  if (bindings === null) return { status: operation.status, headers, body: '' }
  const value = (output ?? {}) as Readonly<Record<string, unknown>>
  const status = Number(bindings.status && value[bindings.status.name]) || operation.status
  for (const member of bindings.headers) {
    const text = value[member.name]
    if (text !== undefined && text !== null) headers[member.boundName] = headerText(String(text))
  }
  if (bindings.payload) {
    return { status, headers, body: writePayload(bindings.payload, value, headers) }
  }
  // A 204 has no body, whatever its shape says.
  if (status === 204) return { status, headers, body: '' }
  headers['content-type'] = json
  return { status, headers, body: JSON.stringify(writeMembers(bindings.body, value)) }
}

/** The reply to a call that was refused. */
export function writeFault(model: Model, fault: Fault): WireResponse {
  const headers: Record<string, string> = {
    'content-type': json,
    'x-amzn-errortype': headerText(fault.code),
  }
  const body: Record<string, unknown> = {}
  const members = model.errors.get(fault.code)?.shape.members ?? []
  for (const member of members) {
    const text = memberText(member, fault)
    if (text === undefined) continue
    if (member.place === 'header') headers[member.boundName] = headerText(text)
    else body[member.jsonName] = text
  }
  if (!members.some(isMessage)) body['message'] = fault.message
  return { status: fault.status, headers, body: JSON.stringify(body) }
}

function writePayload(
  member: Member,
  value: Readonly<Record<string, unknown>>,
  headers: Record<string, string>,
): WireResponse['body'] {
  const payload = value[member.name]
  const { type } = member
  if (type.type !== 'structure') {
    if (!(payload instanceof Uint8Array)) return ''
    // Lambda and the exports answer JSON unless the handler says otherwise.
    headers['content-type'] ??= json
    return payload
  }
  if (type.shape.isUnion) {
    headers['content-type'] ??= 'application/vnd.amazon.eventstream'
    return isStream(payload) ? encodeEvents(type.shape, payload) : ''
  }
  headers['content-type'] = json
  return JSON.stringify(writeMembers(type.shape.members, (payload ?? {}) as typeof value))
}

function memberText(member: Member, fault: Fault): string | undefined {
  if (isMessage(member)) return fault.message
  const given = fault.details[member.name]
  if (given !== undefined || member.name !== 'Type') return given
  return fault.status < 500 ? 'User' : 'Service'
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function isMessage(member: Member): boolean {
  return member.name.toLowerCase() === 'message'
}

// What node:http would refuse to send, or a proxy might take for the end of the header.
function headerText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}
