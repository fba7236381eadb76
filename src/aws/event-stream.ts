/**
 * Events -> `application/vnd.amazon.eventstream`, the framing of InvokeWithResponseStream's reply:
 *
 *     total length 4 | headers length 4 | CRC of these 8: 4 | headers | payload | CRC of all before: 4
 *     a header: name length 1 | name | type 1 (7 = text) | value length 2 | value
 *
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import { crc32 } from 'node:zlib'
import type { Shape } from './table.ts'
import { writeMembers } from './write-json.ts'

const encoder = new TextEncoder()

/** Frames each event of a union; an event is `{ PayloadChunk: { Payload } }`. */
export async function* encodeEvents(
  union: Shape,
  events: AsyncIterable<unknown>,
): AsyncGenerator<Uint8Array> {
  for await (const event of events) {
    for (const member of union.members) {
      // Handlers are typed by the SDK's union: the value of a member is its structure.
      const value = (event as Record<string, unknown>)[member.name] as Record<string, unknown>
      if (value === undefined || member.type.type !== 'structure') continue
      yield encodeEvent(member.jsonName, member.type.shape, value)
    }
  }
}

function encodeEvent(name: string, shape: Shape, value: Record<string, unknown>): Uint8Array {
  const payloadMember = shape.members.find(member => member.place === 'payload')
  const bytes = payloadMember && value[payloadMember.name]
  if (payloadMember) {
    return frame(
      {
        ':message-type': 'event',
        ':event-type': name,
        ':content-type': 'application/octet-stream',
      },
      bytes instanceof Uint8Array ? bytes : new Uint8Array(0),
    )
  }
  return frame(
    { ':message-type': 'event', ':event-type': name, ':content-type': 'application/json' },
    encoder.encode(JSON.stringify(writeMembers(shape.members, value))),
  )
}

function frame(headers: Readonly<Record<string, string>>, payload: Uint8Array): Uint8Array {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const message = Buffer.alloc(12 + head.length + payload.length + 4)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(head.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  message.set(head, 12)
  message.set(payload, 12 + head.length)
  const end = message.length - 4
  message.writeUInt32BE(crc32(message.subarray(0, end)), end)
  return message
}

const textType = 7

function header(name: string, value: string): Buffer {
  const bytes = Buffer.alloc(1 + name.length + 1 + 2 + value.length)
  bytes.writeUInt8(name.length, 0)
  bytes.write(name, 1, 'latin1')
  bytes.writeUInt8(textType, 1 + name.length)
  bytes.writeUInt16BE(value.length, 2 + name.length)
  bytes.write(value, 4 + name.length, 'latin1')
  return bytes
}
