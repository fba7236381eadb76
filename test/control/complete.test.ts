import assert from 'node:assert/strict'
import test from 'node:test'
import { notBuilt } from '../../src/aws/handlers.ts'
import { restService } from '../../src/aws/services.ts'
import { outsideTransaction, restHandlers } from '../../src/control/v1/operations.ts'

const operations = [...restService.model.operations.keys()]

test('every operation of the REST API service is built', () => {
  assert.equal(operations.length, 124)
  assert.deepEqual(notBuilt(operations, restHandlers), [])
})

test('what runs outside a transaction is an operation', () => {
  assert.deepEqual(
    [...outsideTransaction].filter(name => !operations.includes(name)),
    [],
  )
})
