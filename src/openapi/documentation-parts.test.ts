import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { documented, type Location, locationKey, type OwnPart } from './documentation-parts.ts'

/** Each part says where it is. */
function about(...locations: Location[]): OwnPart[] {
  return locations.map(location => ({
    location,
    properties: JSON.stringify({ of: JSON.stringify(location) }),
  }))
}

describe('a place has the most special part that fits it', () => {
  const response = { type: 'RESPONSE', path: '/pets/{id}', method: 'GET', statusCode: '404' }
  const cases: { name: string; parts: Location[]; place: Location; want: Location | undefined }[] =
    [
      {
        name: 'its own before all others',
        parts: [{ type: 'RESPONSE' }, { ...response, method: '*' }, response],
        place: response,
        want: response,
      },
      {
        name: 'that of any place of its type',
        parts: [{ type: 'RESPONSE' }],
        place: response,
        want: { type: 'RESPONSE' },
      },
      {
        name: 'that of a longer path before that of its status',
        parts: [
          { type: 'RESPONSE', path: '/pets' },
          { type: 'RESPONSE', statusCode: '404' },
        ],
        place: response,
        want: { type: 'RESPONSE', path: '/pets' },
      },
      {
        name: 'that of its status before that of its method',
        parts: [
          { type: 'RESPONSE', path: '/pets', method: 'GET' },
          { type: 'RESPONSE', path: '/pets', statusCode: '404' },
        ],
        place: response,
        want: { type: 'RESPONSE', path: '/pets', statusCode: '404' },
      },
      {
        name: 'none of a path that only begins with the same letters',
        parts: [{ type: 'METHOD', path: '/pet' }],
        place: { type: 'METHOD', path: '/pets', method: 'GET' },
        want: undefined,
      },
      {
        name: 'none of another name',
        parts: [{ type: 'QUERY_PARAMETER', name: 'a' }],
        place: { type: 'QUERY_PARAMETER', path: '/', method: 'GET', name: 'b' },
        want: undefined,
      },
      {
        name: 'none of its parent when it is a resource',
        parts: [{ type: 'RESOURCE', path: '/' }],
        place: { type: 'RESOURCE', path: '/pets' },
        want: undefined,
      },
      {
        name: 'that of the root when the part leaves the path out',
        parts: [{ type: 'RESOURCE' }],
        place: { type: 'RESOURCE', path: '/' },
        want: { type: 'RESOURCE' },
      },
    ]
  for (const { name, parts, place, want } of cases) {
    test(name, () => {
      const found = documented(about(...parts))(place)
      assert.equal(found['of'], want && JSON.stringify(want))
    })
  }
})

test('what a location leaves out is the same as its default', () => {
  assert.equal(
    locationKey({ type: 'RESPONSE', path: '/', method: '*', statusCode: '*' }),
    locationKey({ type: 'RESPONSE' }),
  )
})

test('properties that are no object say nothing', () => {
  const location = { type: 'API' }
  for (const properties of ['', '[1]', '"text"', 'null', '{']) {
    assert.deepEqual({ ...documented([{ location, properties }])(location) }, {})
  }
})
