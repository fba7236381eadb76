/**
 * docs/reference/compatibility.md says for each field of the REST control plane what the gateway does with it: its tables
 * have a row for every member of the operation table, and none besides.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { structureFields } from '../scripts/docs/rest-fields.ts'
import { requestFields } from '../scripts/docs/rest-fields-requests.ts'
import { restService } from '../src/aws/services.ts'
import type { Member, Shape, Type } from '../src/aws/table.ts'

const operations = [...restService.model.operations.values()]
const paging = new Set(['position', 'limit'])

/** Structures by name with their members. Pages of a list, and the inputs of operations, have no table of their own. */
function ownStructures(): Map<string, string[]> {
  const reached = new Set<Shape>()
  const visit = (type: Type) => {
    if (type.type === 'list' || type.type === 'map') visit(type.of)
    if (type.type !== 'structure' || reached.has(type.shape)) return
    reached.add(type.shape)
    for (const member of type.shape.members) visit(member.type)
  }
  const inputs = new Set(operations.map(({ input }) => input?.shape))
  for (const { input, output } of operations) {
    if (input !== null) visit({ type: 'structure', shape: input.shape })
    if (output !== null) visit({ type: 'structure', shape: output.shape })
  }
  const own = [...reached].filter(shape => !isPage(shape) && !inputs.has(shape))
  return new Map(own.map(shape => [shape.name, namesOf(shape)]))
}

function isPage({ members }: Shape): boolean {
  return members.some(
    ({ name, type }) =>
      (name === 'items' || name === 'item') && type.type === 'list' && type.of.type === 'structure',
  )
}

function namesOf({ members }: Shape): string[] {
  return members.map(member => member.name).filter(name => name !== 'position')
}

/** What an operation takes and does not answer; a path's labels name what the operation is about. */
function onlyAsked(): string[] {
  const names = operations.flatMap(({ input, output }) => {
    const answered = new Set(output?.shape.members.map(member => member.name))
    const isOwn = ({ name, place }: Member) =>
      place !== 'path' && name !== 'patchOperations' && !paging.has(name) && !answered.has(name)
    return input === null ? [] : input.shape.members.filter(isOwn).map(member => member.name)
  })
  return [...new Set(names)]
}

test('every structure has a table, and every table a structure', () => {
  assert.deepEqual(Object.keys(structureFields).sort(), [...ownStructures().keys()].sort())
})

test('every field of a structure has a row, and every row a field', () => {
  for (const [name, members] of ownStructures()) {
    assert.deepEqual(Object.keys(structureFields[name] ?? {}).sort(), members.sort(), name)
  }
})

test('every field that only requests have has a row, and every row such a field', () => {
  assert.deepEqual(Object.keys(requestFields).sort(), onlyAsked().sort())
})
