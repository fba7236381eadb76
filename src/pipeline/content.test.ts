import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentHandling } from '../aws/rest-api.ts'
import { Refusal } from '../messages/refusals.ts'
import { compileMediaTypes } from '../program/media-types.ts'
import { requestContent, responseContent } from './content.ts'

const none = compileMediaTypes([])
const png = compileMediaTypes(['image/png'])
const bytes = Buffer.from([0xff, 0x00, 0x80])
const base64 = Buffer.from(bytes.toString('base64'))
const text = Buffer.from('grüße')
const toText = 'CONVERT_TO_TEXT'
const toBinary = 'CONVERT_TO_BINARY'

type Row = [
  name: string,
  body: Buffer,
  type: string,
  set: typeof none,
  handling: ContentHandling | null,
  want: Buffer,
]

const requests: Row[] = [
  ['text without binary types stays text', text, 'text/plain', none, null, text],
  ['text to text stays text', text, 'text/plain', none, toText, text],
  ['text to binary is decoded', base64, 'text/plain', none, toBinary, bytes],
  ['another type with binary types stays text', text, 'text/plain', png, null, text],
  ['another type to binary is decoded', base64, 'text/plain', png, toBinary, bytes],
  ['a binary type stays bytes', bytes, 'image/png', png, null, bytes],
  ['a binary type to binary stays bytes', bytes, 'image/png', png, toBinary, bytes],
  ['a binary type to text becomes base64', bytes, 'image/png; a=b', png, toText, base64],
  [
    'bytes that are no UTF-8 are replaced',
    Buffer.from([0x61, 0xff]),
    'text/plain',
    none,
    null,
    Buffer.from('a\ufffd'),
  ],
]

for (const [name, body, type, set, handling, want] of requests) {
  test(`a request body: ${name}`, () => {
    assert.deepEqual(requestContent(body, type, set, handling).bytes, want)
  })
}

test('a request without a body is empty text', () => {
  assert.deepEqual(requestContent(null, undefined, png, null), {
    bytes: Buffer.alloc(0),
    isText: true,
  })
})

type ResponseRow = [...Row, accept: string | undefined]

const responses: ResponseRow[] = [
  ['text without binary types stays text', text, 'text/plain', none, null, text, undefined],
  [
    'anything without binary types to binary is decoded',
    base64,
    'image/png',
    none,
    toBinary,
    bytes,
    'image/png',
  ],
  ['text for a client of text stays text', text, 'text/plain', png, null, text, 'text/html'],
  [
    'text for a client of text, to binary, is decoded',
    base64,
    'text/plain',
    png,
    toBinary,
    bytes,
    'text/html',
  ],
  [
    'text for a client of bytes is decoded',
    base64,
    'text/plain',
    png,
    null,
    bytes,
    'image/png,*/*',
  ],
  [
    'text for a client of bytes, to text, stays text',
    text,
    'text/plain',
    png,
    toText,
    text,
    'image/png',
  ],
  ['bytes for a client of text become base64', bytes, 'image/png', png, null, base64, 'text/html'],
  [
    'bytes for a client of text, to binary, stay bytes',
    bytes,
    'image/png',
    png,
    toBinary,
    bytes,
    'text/html',
  ],
  ['bytes for a client of bytes stay bytes', bytes, 'image/png', png, null, bytes, 'image/png'],
  [
    'bytes for a client of bytes, to text, become base64',
    bytes,
    'image/png',
    png,
    toText,
    base64,
    'image/png',
  ],
  [
    'only the first type of Accept counts',
    bytes,
    'image/png',
    png,
    null,
    base64,
    'text/html, image/png',
  ],
]

for (const [name, body, type, set, handling, want, accept] of responses) {
  test(`a response body: ${name}`, () => {
    assert.deepEqual(responseContent(body, type, accept, set, handling).bytes, want)
  })
}

test('without a body and a type it is JSON, which may be binary', () => {
  const json = compileMediaTypes(['application/json'])
  assert.equal(requestContent(null, undefined, json, null).isText, false)
  assert.equal(requestContent(null, 'text/plain', json, null).isText, true)
  assert.equal(requestContent(null, undefined, json, toText).isText, true)
})

const encoded = [
  ['in the quotes of JSON', '"/wCA"'],
  ['with line ends', '/w\r\nCA\n'],
] as const

for (const [name, body] of encoded) {
  test(`base64 ${name} is decoded`, () => {
    const { bytes: decoded } = responseContent(Buffer.from(body), 'text/plain', '', none, toBinary)
    assert.deepEqual(decoded, bytes)
  })
}

test('what should be base64 and is not is the API owner’s fault', () => {
  assert.throws(
    () => requestContent(Buffer.from('not base64!'), 'text/plain', none, toBinary),
    (error: unknown) => error instanceof Refusal && error.type === 'API_CONFIGURATION_ERROR',
  )
})
