import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateResourceCommand,
  CreateRestApiCommand,
  DeleteResourceCommand,
  GetResourceCommand,
  GetResourcesCommand,
  type PatchOperation,
  UpdateResourceCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, type Harness, refused, startControl } from './harness.ts'

async function treeOf({ client }: Harness) {
  const api = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const restApiId = api.id ?? ''
  return {
    restApiId,
    rootId: api.rootResourceId ?? '',
    create: (parentId: string | undefined, pathPart: string) =>
      client.send(new CreateResourceCommand({ restApiId, parentId, pathPart })),
    update: (resourceId: string | undefined, ...patchOperations: PatchOperation[]) =>
      client.send(new UpdateResourceCommand({ restApiId, resourceId, patchOperations })),
    paths: async () => {
      const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }))
      return items.map(each => each.path).sort()
    },
  }
}

test('resources grow into a tree of paths', async () => {
  await using control = await startControl()
  const tree = await treeOf(control)
  const pets = answer(await tree.create(tree.rootId, 'pets'), 201)
  assert.match(pets.id ?? '', /^[a-z0-9]{6}$/)
  assert.deepEqual(pets, { id: pets.id, parentId: tree.rootId, pathPart: 'pets', path: '/pets' })
  const pet = await tree.create(pets.id, '{petId}')
  const rest = await tree.create(pet.id, '{proxy+}')
  assert.equal(rest.path, '/pets/{petId}/{proxy+}')
  const read = new GetResourceCommand({ restApiId: tree.restApiId, resourceId: pet.id })
  assert.equal((await control.client.send(read)).path, '/pets/{petId}')
})

test('a resource that AWS would not make is refused in its words', async () => {
  await using control = await startControl()
  const tree = await treeOf(control)
  const pets = await tree.create(tree.rootId, 'pets')
  const greedy = await tree.create(pets.id, '{proxy+}')
  const cases: [
    parent: string | undefined,
    part: string,
    code: string,
    status: number,
    message: string | RegExp,
  ][] = [
    [
      tree.rootId,
      'pets',
      'ConflictException',
      409,
      'Another resource with the same parent already has this name: pets',
    ],
    [
      pets.id,
      '{id}',
      'BadRequestException',
      400,
      'A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed',
    ],
    [
      greedy.id,
      'x',
      'BadRequestException',
      400,
      'Cannot create a child of a resource with a greedy path variable: {proxy+}',
    ],
    ['nosuch', 'x', 'NotFoundException', 404, 'Invalid Resource identifier specified'],
    [tree.rootId, 'a/b', 'BadRequestException', 400, /^Resource's path part only allow/],
    [tree.rootId, 'a{b}', 'BadRequestException', 400, /^Resource's path part only allow/],
    [tree.rootId, '', 'BadRequestException', 400, /^Resource's path part only allow/],
  ]
  for (const [parent, part, code, status, message] of cases) {
    await refused(tree.create(parent, part), code, status, message)
  }
})

test('renaming or moving a resource moves everything below it', async () => {
  await using control = await startControl()
  const tree = await treeOf(control)
  const a = await tree.create(tree.rootId, 'a')
  const b = await tree.create(a.id, 'b')
  await tree.create(b.id, 'c')
  const other = await tree.create(tree.rootId, 'other')
  const renamed = await tree.update(b.id, { op: 'replace', path: '/pathPart', value: 'bb' })
  assert.equal(renamed.path, '/a/bb')
  assert.deepEqual(await tree.paths(), ['/', '/a', '/a/bb', '/a/bb/c', '/other'])
  await tree.update(b.id, { op: 'replace', path: '/parentId', value: other.id })
  assert.deepEqual(await tree.paths(), ['/', '/a', '/other', '/other/bb', '/other/bb/c'])

  const bad = 'BadRequestException'
  const cases: [
    id: string | undefined,
    PatchOperation,
    code: string,
    status: number,
    message: string,
  ][] = [
    [
      other.id,
      { op: 'replace', path: '/parentId', value: b.id },
      bad,
      400,
      'Resources cannot be cyclical.',
    ],
    [
      tree.rootId,
      { op: 'replace', path: '/parentId', value: a.id },
      bad,
      400,
      'Root resource cannot update its parentId.',
    ],
    [
      tree.rootId,
      { op: 'replace', path: '/pathPart', value: 'x' },
      bad,
      400,
      'Root resource cannot update its pathPart.',
    ],
    [
      a.id,
      { op: 'replace', path: '/invalid', value: 'x' },
      bad,
      400,
      "Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: [/parentId, /pathPart]",
    ],
    [
      a.id,
      { op: 'add', path: '/pathPart', value: 'x' },
      bad,
      400,
      "Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations",
    ],
    [
      a.id,
      { op: 'replace', path: '/pathPart', value: 'other' },
      'ConflictException',
      409,
      'Another resource with the same parent already has this name: other',
    ],
    [
      a.id,
      { op: 'replace', path: '/parentId', value: 'nosuch' },
      'NotFoundException',
      404,
      'Invalid Resource identifier specified',
    ],
  ]
  for (const [id, operation, code, status, message] of cases) {
    await refused(tree.update(id, operation), code, status, message)
  }
})

test('deleting a resource deletes everything below it, but never the root', async () => {
  await using control = await startControl()
  const tree = await treeOf(control)
  const a = await tree.create(tree.rootId, 'a')
  await tree.create((await tree.create(a.id, 'b')).id, 'c')
  await tree.create(tree.rootId, 'ab')
  const remove = (resourceId: string | undefined) =>
    control.client.send(new DeleteResourceCommand({ restApiId: tree.restApiId, resourceId }))
  answer(await remove(a.id), 202)
  assert.deepEqual(await tree.paths(), ['/', '/ab'])
  await refused(remove(tree.rootId), 'BadRequestException', 400, /Root/)
  await refused(remove(a.id), 'NotFoundException', 404, 'Invalid Resource identifier specified')
})
