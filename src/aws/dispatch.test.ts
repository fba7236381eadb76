import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnyHandlers, dispatch } from './dispatch.ts'
import { ConflictException } from './faults.ts'
import { type Handlers, isNotYet, notBuilt, notYet } from './handlers.ts'
import type { ManagementOperations } from './operations.management.ts'
import type { RestOperations } from './operations.v1.ts'
import { managementService, restService } from './services.ts'

interface Context {
  readonly account: string
}

const rest = {
  CreateRestApi: (context, input) => ({ id: context.account, name: input.name }),
  GetRestApi: async () => {
    throw new ConflictException('changed meanwhile')
  },
  GetRestApis: () => {
    throw new RangeError('a bug, with secrets')
  },
  ImportRestApi: notYet('ImportRestApi'),
} satisfies Partial<Handlers<RestOperations, Context>>

async function call(method: string, rawPath: string, body = '', rawQuery = '') {
  const reported: unknown[] = []
  const reply = await dispatch<Context>(
    restService,
    rest satisfies AnyHandlers<Context>,
    { account: '123456789012' },
    { method, rawPath, rawQuery, rawHeaders: [], body: Buffer.from(body) },
    (error, operation) => reported.push([operation, error]),
  )
  return { status: reply.status, body: JSON.parse(String(reply.body)), reported }
}

test('a call goes to its handler with its typed input and the context', async () => {
  const { status, body } = await call('POST', '/restapis', '{"name":"pets"}')
  assert.deepEqual([status, body], [201, { id: '123456789012', name: 'pets' }])
})

test('what the model forbids never reaches the handler', async () => {
  const { status, body } = await call('POST', '/restapis', '{}')
  assert.equal(status, 400)
  assert.match(
    body.message,
    /^1 validation error detected: Value null at 'createRestApiInput.name'/,
  )
})

test('a fault of the handler is the answer', async () => {
  const { status, body, reported } = await call('GET', '/restapis/a')
  assert.deepEqual([status, body, reported], [409, { message: 'changed meanwhile' }, []])
})

test('any other error is a 500 that tells nothing, and is reported', async () => {
  const { status, body, reported } = await call('GET', '/restapis')
  assert.deepEqual([status, body], [500, { message: 'Internal server error' }])
  assert.deepEqual(reported, [['GetRestApis', new RangeError('a bug, with secrets')]])
})

test('a body that is too long is a 413', async () => {
  const { status, body } = await call('POST', '/restapis', 'x'.repeat(10_485_761))
  assert.equal(status, 413)
  assert.match(
    body.message,
    /^Request must be smaller than 10485760 bytes for the CreateRestApi op/,
  )
})

test('an unknown path is a 404', async () => {
  assert.equal((await call('GET', '/nothing')).status, 404)
})

test('an operation that is not built says so with a 501', async () => {
  const { status, body } = await call('POST', '/restapis', '', 'mode=import')
  assert.equal(status, 501)
  assert.equal(
    body.message,
    'ImportRestApi is not built yet in Portcullis. See docs/reference/compatibility.md.',
  )
  assert.equal((await call('GET', '/account')).status, 501)
})

test('operations that are not built can be listed', () => {
  const handlers: Handlers<ManagementOperations, Context> = {
    DeleteConnection: notYet('DeleteConnection'),
    GetConnection: () => ({}),
    PostToConnection: () => {},
  }
  assert.deepEqual(notBuilt(managementService.model.operations.keys(), handlers), [
    'DeleteConnection',
  ])
  assert.equal(isNotYet(handlers.GetConnection), false)
})

test('the types of handlers hold', () => {
  // @ts-expect-error two operations are missing
  const missing: Handlers<ManagementOperations, Context> = { GetConnection: () => ({}) }
  // @ts-expect-error a name that the output does not have
  const misspelt = { GetConnection: () => ({ ConectedAt: new Date() }) } satisfies Partial<
    Handlers<ManagementOperations, Context>
  >
  const required = {
    // The SDK's own types would say `string | undefined` here.
    CreateStage: (_, input) => ({ stageName: input.stageName.toLowerCase() }),
  } satisfies Partial<Handlers<RestOperations, Context>>
  assert.ok(missing && misspelt && required)
})
