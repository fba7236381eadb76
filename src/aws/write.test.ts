import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as faults from './faults.ts'
import {
  BadRequestException,
  Fault,
  GoneException,
  InternalFailure,
  NotFoundException,
  NotImplementedFault,
  TooManyRequestsException,
} from './faults.ts'
import * as lambdaFaults from './lambda-faults.ts'
import { ResourceNotFoundException, ServiceException } from './lambda-faults.ts'
import {
  httpService,
  lambdaService,
  managementService,
  restService,
  type Service,
} from './services.ts'
import { writeFault, writeOutput } from './write.ts'

function write(service: Service, name: string, output: unknown) {
  return writeOutput(service.model.operations.get(name)!, output)
}

describe('an output is written', () => {
  const time = new Date(1_700_000_000_000)

  test('for REST APIs with times in seconds and lists as `item`', () => {
    const output = {
      items: [{ id: 'a', createdDate: time, description: undefined }],
      position: 'p',
    }
    assert.deepEqual(write(restService, 'GetRestApis', output), {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"item":[{"id":"a","createdDate":1700000000}],"position":"p"}',
    })
  })

  test('with milliseconds as a fraction', () => {
    const { body } = write(restService, 'GetRestApi', { createdDate: new Date(1_700_000_000_123) })
    assert.equal(body, '{"createdDate":1700000000.123}')
  })

  test('for HTTP APIs with times as ISO text', () => {
    assert.equal(
      write(httpService, 'GetApi', { ApiId: 'a', CreatedDate: time }).body,
      '{"apiId":"a","createdDate":"2023-11-14T22:13:20Z"}',
    )
  })

  test('with the status of the operation, and no body where it has none', () => {
    assert.deepEqual(write(restService, 'DeleteRestApi', undefined), {
      status: 202,
      headers: {},
      body: '',
    })
    assert.equal(write(restService, 'CreateStage', {}).status, 201)
  })

  test('with its payload as it is, and its headers without control characters', () => {
    const body = Buffer.from('openapi: 3')
    const output = { body, contentType: 'application/yaml', contentDisposition: 'a\r\nb: c' }
    assert.deepEqual(write(restService, 'GetExport', output), {
      status: 200,
      headers: { 'content-type': 'application/yaml', 'content-disposition': 'a??b: c' },
      body,
    })
  })

  test('with a status that the handler chooses', () => {
    assert.equal(write(lambdaService, 'Invoke', { StatusCode: 202 }).status, 202)
  })
})

describe('a fault is written', () => {
  const cases: {
    service: Service
    fault: Fault
    status: number
    headers?: object
    body: object
  }[] = [
    {
      service: restService,
      fault: new NotFoundException('Invalid stage identifier specified'),
      status: 404,
      body: { message: 'Invalid stage identifier specified' },
    },
    {
      service: restService,
      fault: new TooManyRequestsException('slow', { retryAfterSeconds: '3' }),
      status: 429,
      headers: { 'retry-after': '3' },
      body: { message: 'slow' },
    },
    {
      service: httpService,
      fault: new NotFoundException('none', { ResourceType: 'Api' }),
      status: 404,
      body: { message: 'none', resourceType: 'Api' },
    },
    {
      service: managementService,
      fault: new GoneException('gone'),
      status: 410,
      body: { message: 'gone' },
    },
    {
      service: lambdaService,
      fault: new ResourceNotFoundException('Function not found: f'),
      status: 404,
      body: { Type: 'User', Message: 'Function not found: f' },
    },
    {
      service: lambdaService,
      fault: new ServiceException('oops'),
      status: 500,
      body: { Type: 'Service', Message: 'oops' },
    },
    {
      service: lambdaService,
      fault: new NotImplementedFault('CreateCapacityProvider'),
      status: 501,
      body: {
        message:
          'CreateCapacityProvider is not built yet in Portcullis. See docs/reference/compatibility.md.',
      },
    },
    {
      service: restService,
      fault: new InternalFailure(),
      status: 500,
      body: { message: 'Internal server error' },
    },
  ]
  for (const { service, fault, status, headers, body } of cases) {
    test(`${fault.code} of ${service.name}`, () => {
      const reply = writeFault(service.model, fault)
      assert.equal(reply.status, status)
      assert.deepEqual(JSON.parse(String(reply.body)), body)
      assert.deepEqual(reply.headers, {
        'content-type': 'application/json',
        'x-amzn-errortype': fault.code,
        ...headers,
      })
    })
  }
})

test('each modelled error has a class with its name and status', () => {
  const classes: Record<string, unknown> = { ...faults, ...lambdaFaults }
  for (const { model } of [restService, httpService, managementService, lambdaService]) {
    for (const { name, status } of model.errors.values()) {
      const FaultClass = classes[name] as new (message: string) => Fault
      assert.equal(typeof FaultClass, 'function', name)
      const fault = new FaultClass('because')
      assert.ok(fault instanceof Fault && fault instanceof FaultClass)
      assert.deepEqual([fault.code, fault.status, fault.message], [name, status, 'because'])
    }
  }
})

test('a fault is an error with its code for a name', () => {
  assert.match(new BadRequestException('no').stack ?? '', /^BadRequestException: no\n/)
})
