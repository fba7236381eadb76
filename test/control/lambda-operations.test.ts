/** Each of Lambda's operations has a deliberate answer and a row in docs/reference/compatibility.md. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CreateEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda'
import { lambdaOperations } from '../../scripts/docs/lambda-operations.ts'
import { notBuilt } from '../../src/aws/handlers.ts'
import { lambdaService } from '../../src/aws/services.ts'
import { absenceOf, absences } from '../../src/control/lambda/not-here.ts'
import { lambdaHandlers } from '../../src/control/lambda/operations.ts'
import { startLambda } from './lambda-harness.ts'

const names = [...lambdaService.model.operations.keys()]
const handlers: Readonly<Record<string, unknown>> = lambdaHandlers

test('every operation is answered on purpose, and has a row', () => {
  assert.equal(names.length, 88)
  assert.deepEqual(notBuilt(names, handlers), [])
  assert.deepEqual(Object.keys(lambdaOperations).sort(), [...names].sort())
})

test('what does not exist here is called absent in the table, and nothing else is', () => {
  const absent = names.filter(name => lambdaOperations[name]?.effect === 'absent')
  const refusing = names.filter(name => absenceOf(handlers[name]) !== undefined)
  // Its answer depends on the function, which must exist.
  assert.deepEqual(absent, [...refusing, 'GetFunctionScalingConfig'].sort())
})

test('making something that does not exist here is refused in so many words', async () => {
  await using lambda = await startLambda()
  await assert.rejects(
    lambda.client.send(new CreateEventSourceMappingCommand({ FunctionName: 'pets' })),
    { name: 'InvalidParameterValueException', message: absences.eventSources },
  )
  await assert.rejects(lambda.client.send(new GetEventSourceMappingCommand({ UUID: 'a' })), {
    name: 'ResourceNotFoundException',
  })
  const { EventSourceMappings } = await lambda.client.send(new ListEventSourceMappingsCommand({}))
  assert.deepEqual(EventSourceMappings, [])
})
