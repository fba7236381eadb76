import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkInput } from './check.ts'
import { httpService, lambdaService, restService, type Service } from './services.ts'

interface Case {
  readonly name: string
  readonly service?: Service
  readonly operation: string
  readonly input: Record<string, unknown>
  readonly code?: string
  readonly want: string
}

// Recorded from AWS unless the name says otherwise.
const cases: Case[] = [
  {
    name: 'an enum in the path',
    operation: 'GetGatewayResponse',
    input: { restApiId: 'a', responseType: 'FAKE_RESPONSE_TYPE' },
    want: "1 validation error detected: Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]",
  },
  {
    name: 'an enum in the body',
    operation: 'PutIntegration',
    input: { restApiId: 'a', resourceId: 'b', httpMethod: 'GET', type: 'HTTPS_PROXY' },
    want: "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]",
  },
  {
    name: 'an enum in a structure',
    operation: 'CreateDocumentationPart',
    input: { restApiId: 'a', location: { type: 'INVALID' }, properties: '{}' },
    want: "1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]",
  },
  {
    name: 'a list of enums, and one more',
    operation: 'CreateRestApi',
    input: { name: 'n', endpointConfiguration: { types: ['wrong'], ipAddressType: 'wrong' } },
    want: "2 validation errors detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]",
  },
  {
    name: 'an enum in a list of structures',
    operation: 'UpdateGatewayResponse',
    input: {
      restApiId: 'a',
      responseType: 'THROTTLED',
      patchOperations: [{ op: 'wrong-op', path: '/x' }],
    },
    want: "1 validation error detected: Value 'wrong-op' at 'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]",
  },
  {
    name: 'a pattern',
    operation: 'PutIntegrationResponse',
    input: { restApiId: 'a', resourceId: 'b', httpMethod: 'GET', statusCode: 'wrong' },
    want: "1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d",
  },
  {
    name: 'a missing member (a guess)',
    operation: 'CreateRestApi',
    input: {},
    want: "1 validation error detected: Value null at 'createRestApiInput.name' failed to satisfy constraint: Member must not be null",
  },
  {
    name: 'a text that is too long (a guess)',
    operation: 'CreateResource',
    input: { restApiId: 'a', parentId: 'b', pathPart: 'x'.repeat(1025) },
    want: `1 validation error detected: Value '${'x'.repeat(1024)}…' at 'createResourceInput.pathPart' failed to satisfy constraint: Member must have length less than or equal to 1024`,
  },
  {
    name: 'an enum of Lambda (seen in public reports)',
    service: lambdaService,
    operation: 'CreateFunction',
    input: { FunctionName: 'f', Role: 'r', Code: {}, PackageType: 'Tar' },
    want: "1 validation error detected: Value 'Tar' at 'packageType' failed to satisfy constraint: Member must satisfy enum value set: [Image, Zip]",
  },
  {
    name: 'an unknown protocol of an HTTP API (seen in other implementations)',
    service: httpService,
    operation: 'CreateApi',
    input: { Name: 'n', ProtocolType: 'GOPHER' },
    code: 'BadRequestException',
    want: 'Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]',
  },
]

describe('an input that breaks the model is refused in the words of AWS', () => {
  for (const { name, service = restService, operation, input, code, want } of cases) {
    test(name, () => {
      assert.throws(() => checkInput(service, service.model.operations.get(operation)!, input), {
        name: code ?? 'ValidationException',
        message: want,
      })
    })
  }
})

test('an input that keeps to the model passes', () => {
  const create = restService.model.operations.get('CreateRestApi')!
  checkInput(restService, create, { name: 'n', endpointConfiguration: { types: ['EDGE'] } })
})

test('a runtime that the SDK does not know passes: what is installed decides', () => {
  const create = lambdaService.model.operations.get('CreateFunction')!
  const input = { FunctionName: 'f', Role: 'r', Code: {}, Runtime: 'nodejs99.x' }
  checkInput(lambdaService, create, input)
})

test('a hundred problems are enough', () => {
  const update = restService.model.operations.get('UpdateRestApi')!
  const patchOperations = Array.from({ length: 5000 }, () => ({ op: 'x'.repeat(5000) }))
  assert.throws(
    () => checkInput(restService, update, { restApiId: 'a', patchOperations }),
    (error: Error) => error.message.startsWith('100 ') && error.message.length < 150_000,
  )
})
