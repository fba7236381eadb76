/**
 * Every operation of the four services, both ways through the real AWS SDK clients: what a client
 * sends is what we read, and what we write is what the client gets. Inputs and outputs are random
 * values of the model (seeded, so a failure comes back). And every modelled error arrives as the
 * client's own class.
 */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import * as restSdk from '@aws-sdk/client-api-gateway'
import * as managementSdk from '@aws-sdk/client-apigatewaymanagementapi'
import * as httpSdk from '@aws-sdk/client-apigatewayv2'
import * as lambdaSdk from '@aws-sdk/client-lambda'
import fc from 'fast-check'
import { checkInput } from '../../src/aws/check.ts'
import { Fault } from '../../src/aws/faults.ts'
import { splitConnectionPath } from '../../src/aws/match.ts'
import { readInput } from '../../src/aws/read.ts'
import {
  httpService,
  lambdaService,
  managementService,
  restService,
  type Service,
} from '../../src/aws/services.ts'
import type { ModelledError, Operation, Shape } from '../../src/aws/table.ts'
import type { WireResponse } from '../../src/aws/wire.ts'
import { writeFault, writeOutput } from '../../src/aws/write.ts'
import { replyProblems } from './check-reply.ts'
import { inputs, outputs } from './model-arbitraries.ts'

type Values = Record<string, unknown>

interface Client {
  send(command: unknown): Promise<Values>
  destroy(): void
}

/** What a client package exports, seen without its types: commands and clients are found by name. */
type Sdk = Readonly<Record<string, new (argument: object) => unknown>>

const targets = [
  { service: restService, sdk: restSdk, client: 'APIGatewayClient', count: 124, path: '' },
  { service: httpService, sdk: httpSdk, client: 'ApiGatewayV2Client', count: 103, path: '' },
  {
    service: managementService,
    sdk: managementSdk,
    client: 'ApiGatewayManagementApiClient',
    count: 3,
    path: '/prod',
  },
  { service: lambdaService, sdk: lambdaSdk, client: 'LambdaClient', count: 88, path: '' },
]

const runsPerOperation = 4

for (const { service, sdk, client: clientName, count, path } of targets) {
  // The packages have one command class per operation; their union of types says less than that.
  const exported = sdk as unknown as Sdk
  const operations = [...service.model.operations.values()]

  describe(`the real client of ${service.name}`, () => {
    let echo: Echo
    let client: Client

    before(async () => {
      echo = await startEcho(service)
      client = new exported[clientName]!({
        endpoint: `http://127.0.0.1:${echo.port}${path}`,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
        maxAttempts: 1,
      }) as Client
    })

    after(() => {
      client.destroy()
      echo.stop()
    })

    test(`has ${count} operations`, () => {
      assert.equal(operations.length, count)
    })

    for (const operation of operations) {
      test(`${operation.name} arrives and is answered as it was meant`, async () => {
        const Command = exported[`${operation.name}Command`]!
        const roundTrip = fc.asyncProperty(
          inputs(operation.input),
          outputs(operation.output),
          async (input, output) => {
            echo.reply = match => {
              const reply = writeOutput(match, streamed(match, output))
              assert.deepEqual(replyProblems(match, reply.status, String(reply.body)), [])
              return reply
            }
            const answer = await client.send(new Command(withToken(operation, input)))
            assert.equal(echo.operation, operation.name)
            assert.deepEqual(plain(echo.input), plain(expectedInput(operation, input)))
            assert.deepEqual(await received(answer), plain(expectedOutput(operation, output)))
          },
        )
        await fc.assert(roundTrip, { numRuns: runsPerOperation, seed: 20261122 })
      })
    }

    for (const error of service.model.errors.values()) {
      test(`${error.name} arrives as the client's class`, async () => {
        const [operation] = operations
        const Command = exported[`${operation?.name}Command`]!
        const [input] = fc.sample(inputs(operation?.input ?? null), { numRuns: 1, seed: 1 })
        const details = detailsOf(error)
        echo.reply = () =>
          writeFault(service.model, new Fault(error.name, error.status, 'Because "so".', details))
        const thrown = await client.send(new Command(input ?? {})).catch(caught => caught)
        assert.ok(thrown instanceof exported[error.name]!, String(thrown))
        const { message, $metadata, ...members } = thrown as Values & {
          $metadata: { httpStatusCode: number }
        }
        assert.equal(message ?? members['Message'], 'Because "so".')
        assert.equal($metadata.httpStatusCode, error.status)
        for (const [name, text] of Object.entries(details)) assert.equal(members[name], text)
      })
    }
  })
}

test('the check of replies finds what is wrong with one', () => {
  const operation = restService.model.operations.get('GetRestApi')!
  const wrong = {
    id: 1,
    createdDate: 'today',
    apiStatus: 'SLEEPING',
    tags: [],
    warnings: {},
    extra: 1,
  }
  assert.deepEqual(replyProblems(operation, 201, JSON.stringify(wrong)), [
    'status is 201, not 200',
    'body.id is not a string: 1',
    'body.createdDate is not a time: "today"',
    'body.warnings is not a list: {}',
    'body.tags is not a map: []',
    'body.apiStatus is not one of AVAILABLE, FAILED, PENDING, UPDATING: SLEEPING',
    'body.extra is not in the model',
  ])
})

interface Echo {
  readonly port: number
  operation: string | undefined
  input: Values | undefined
  reply: (operation: Operation) => WireResponse
  stop(): void
}

/** A server that notes what it reads and answers what it is told. */
async function startEcho(service: Service): Promise<Echo> {
  const server: Server = createServer((request, response) => {
    answer(service, echo, request, response).catch(error => response.destroy(error))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const echo: Echo = {
    port: (server.address() as AddressInfo).port,
    operation: undefined,
    input: undefined,
    reply: operation => writeOutput(operation, {}),
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return echo
}

async function answer(
  service: Service,
  echo: Echo,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const [fullPath = '', rawQuery = ''] = (request.url ?? '').split('?')
  const rawPath = splitConnectionPath(fullPath)?.path ?? fullPath
  const method = request.method ?? ''
  const match = service.match(method, rawPath, rawQuery)
  assert.ok(match, `${method} ${rawPath}`)
  const body = new Uint8Array(Buffer.concat(chunks))
  const { rawHeaders } = request
  echo.operation = match.operation.name
  echo.input = readInput(match, { method, rawPath, rawQuery, rawHeaders, body })
  checkInput(service, match.operation, withValidPatterns(echo.input))
  const reply = echo.reply(match.operation)
  response.writeHead(reply.status, reply.headers)
  if (typeof reply.body === 'string' || reply.body instanceof Uint8Array) response.end(reply.body)
  else {
    for await (const part of reply.body) response.write(part)
    response.end()
  }
}

// Random status codes break the pattern of status codes, which is not what is tested here.
function withValidPatterns(input: Values): Values {
  const location = input['location'] as Values | undefined
  const valid = { ...input }
  if ('statusCode' in valid) valid['statusCode'] = '200'
  if (location && 'statusCode' in location) valid['location'] = { ...location, statusCode: '200' }
  return valid
}

/** Gives the one operation that has an idempotency token its own, else the client makes one up. */
function withToken({ name }: Operation, input: Values): Values {
  return name === 'CheckpointDurableExecution' ? { ClientToken: 'token', ...input } : input
}

/** What a client adds to an input by itself. */
function expectedInput(operation: Operation, input: Values): Values {
  const { name, input: bindings } = operation
  const expected = { ...withToken(operation, input) }
  // The v1 client asks for plain JSON with its own header, which is also how GetExport is told the format.
  if (name === 'GetExport') expected['accepts'] ??= 'application/json'
  // A structure that is the whole body is sent empty when it is not given.
  const payload = bindings?.payload
  if (payload?.type.type === 'structure') expected[payload.name] ??= {}
  return expected
}

/** What a client makes of an output by itself. */
function expectedOutput({ output: bindings, status }: Operation, output: Values): Values {
  const expected = { ...output }
  // A member bound to the status is always filled.
  if (bindings?.status) expected[bindings.status.name] ??= status
  if (!bindings?.payload) return expected
  // So is one bound to content-type, which a body has anyway.
  const contentType = bindings.headers.find(member => member.boundName === 'content-type')
  const isStream = bindings.payload.type.type === 'structure'
  const isSent = expected[bindings.payload.name] !== undefined
  if (contentType && isStream) expected[contentType.name] ??= 'application/vnd.amazon.eventstream'
  if (contentType && isSent) expected[contentType.name] ??= 'application/json'
  // Bytes that are the whole body are null when there are none; a stream has no events.
  expected[bindings.payload.name] ??= isStream ? [] : null
  return expected
}

/** An output as a handler gives it: what the test keeps as a list of events becomes a stream. */
function streamed({ output: bindings }: Operation, output: Values): Values {
  const payload = bindings?.payload
  if (payload?.type.type !== 'structure') return output
  return { ...output, [payload.name]: Readable.from([output[payload.name] ?? []].flat()) }
}

/** A client's answer without what it adds, with its stream read into a list of events. */
async function received({ $metadata: _, ...answer }: Values): Promise<unknown> {
  for (const [name, value] of Object.entries(answer)) {
    if (value === undefined) delete answer[name]
    else if (isEventStream(value)) answer[name] = await collect(value)
  }
  return plain(answer)
}

async function collect(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = []
  for await (const event of events) list.push(event)
  return list
}

function isEventStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Bytes as text, so that the classes that hold them need not be the same. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  if (value instanceof Date) return { time: value.getTime() }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
}

function detailsOf({ shape }: { shape: Shape } & ModelledError): Record<string, string> {
  const others = shape.members.filter(member => member.name.toLowerCase() !== 'message')
  return Object.fromEntries(others.map(member => [member.name, `7`]))
}
