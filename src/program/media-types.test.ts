import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, compileMediaTypes, firstAccepted, mediaTypeOf } from './media-types.ts'

test('a media type is read without parameters and without case', () => {
  assert.equal(mediaTypeOf('Application/JSON; charset=utf-8'), 'application/json')
  assert.equal(mediaTypeOf(' text/plain '), 'text/plain')
  assert.equal(firstAccepted('image/PNG;q=0.8, text/html'), 'image/png')
})

test('binary media types are exact, families, or all', () => {
  const some = compileMediaTypes(['image/png', 'audio/*'])
  for (const type of ['image/png', 'IMAGE/PNG', 'image/png;a=b', 'audio/ogg']) {
    assert.equal(some.has(type), true, type)
  }
  for (const type of ['image/jpeg', 'audio', 'audioo/x', '', 'text/plain']) {
    assert.equal(some.has(type), false, type)
  }
  assert.equal(compileMediaTypes(['*/*']).has('anything'), true)
  assert.equal(compileMediaTypes([]).isEmpty, true)
  assert.equal(compileMediaTypes([]).has('text/plain'), false)
})

const both = choose(
  new Map([
    ['text/xml', 'xml'],
    ['application/json', 'json'],
    ['$default', 'any'],
  ]),
)
const xmlOnly = choose(new Map([['text/xml', 'xml']]))

const picks: { name: string; got: string | undefined; want: string | undefined }[] = [
  { name: 'its type', got: both.forRequest('text/xml; charset=utf-8'), want: 'xml' },
  { name: 'no type is JSON', got: both.forRequest(undefined), want: 'json' },
  { name: 'another type is $default', got: both.forRequest('text/csv'), want: 'any' },
  { name: 'another type and no $default', got: xmlOnly.forRequest('text/csv'), want: undefined },
  { name: 'no type and no JSON', got: xmlOnly.forRequest(undefined), want: undefined },
  { name: 'accepted type', got: both.forResponse('text/xml, */*'), want: 'xml' },
  {
    name: 'only the first accepted type counts',
    got: both.forResponse('text/csv, text/xml'),
    want: 'json',
  },
  { name: 'no Accept', got: both.forResponse(undefined), want: 'json' },
  { name: 'no Accept and no JSON: the first', got: xmlOnly.forResponse(undefined), want: 'xml' },
  { name: 'nothing fits: the first', got: xmlOnly.forResponse('image/png'), want: 'xml' },
]

test('what is kept by media type is picked by Content-Type or Accept', () => {
  for (const { name, got, want } of picks) assert.equal(got, want, name)
})
