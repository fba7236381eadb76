/** The Lambda API over a real control server, store and runner, with a real SDK client; no data plane. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CreateFunctionCommandInput,
  LambdaClient,
  LambdaServiceException,
} from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { FakeClock, systemClock } from '../../src/base/clock.ts'
import { randomIds } from '../../src/base/ids.ts'
import {
  AsyncInvocations,
  type AsyncParts,
  type EventOutcome,
  type EventShelf,
  type WaitingEvent,
} from '../../src/control/lambda/async-invocations.ts'
import type { FunctionHost } from '../../src/control/lambda/context.ts'
import { lambdaControl } from '../../src/control/lambda/operations.ts'
import { resolveFunction } from '../../src/control/lambda/resolve.ts'
import { createControlServer } from '../../src/control/server.ts'
import { findCode, unpackCode } from '../../src/lambda/code.ts'
import { FunctionRunner } from '../../src/lambda/runner.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { readStream } from '../../src/stream-reader.ts'
import { noTests } from './harness.ts'

export const role = 'arn:aws:iam::000000000000:role/any'
export const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`

export function zipOf(source: string): Uint8Array {
  return zipSync({ 'index.mjs': Buffer.from(source) })
}

export const echo = zipOf(
  'export const handler = async event => { console.log("seen"); return event }',
)

export function pets(
  changes: Partial<CreateFunctionCommandInput> = {},
): CreateFunctionCommandInput {
  return {
    FunctionName: 'pets',
    Runtime: 'nodejs22.x',
    Role: role,
    Handler: 'index.handler',
    Code: { ZipFile: echo },
    ...changes,
  }
}

/** A shelf that a crash would empty. */
export function memoryShelf(events = new Map<string, WaitingEvent>()): EventShelf {
  return {
    async keep(event) {
      events.set(event.id, { ...event })
    },
    async remove(id) {
      events.delete(id)
    },
    all: async () => [...events.values()],
  }
}

/** The Lambda API over a real server, store and runner. */
export async function startLambda(
  given: Partial<Pick<AsyncParts, 'shelf' | 'delay' | 'tell'>> = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'lambda-'))
  const socketPath = join(directory, 's')
  const codeRoot = join(directory, 'code')
  const store = await openSqliteStore({ directory: ':memory:' })
  const runner = new FunctionRunner({ clock: systemClock, onLog: () => {} })
  const changed: string[] = []
  const reports: unknown[] = []
  const dice = { next: 0.5 }
  const clock = new FakeClock()
  const outcomes: EventOutcome[] = []
  const host: FunctionHost = {
    invoke: (settings, invocation) => runner.invoke(settings, invocation),
    whyNotRunnable: (runtime, folders) => runner.whyNotRunnable(runtime, folders),
    unpackCode: zip => unpackCode(codeRoot, zip),
    findCode: sha256 => findCode(codeRoot, sha256),
    changed: name => changed.push(name),
    invokeStreaming: (settings, invocation) =>
      readStream(sink => runner.invokeStreaming(settings, invocation, sink)),
    takeEvent: (functionArn, { requestId, ...invocation }) =>
      queue.take({ id: requestId, functionArn, ...invocation }),
    provision: () => {},
    provisioned: () => 0,
    random: () => dice.next,
    forget: name => runner.forget(name),
    report: error => reports.push(error),
  }
  const queue = new AsyncInvocations({
    shelf: memoryShelf(),
    clock,
    host,
    find: name => resolveFunction(store, host, name),
    tell: async outcome => {
      outcomes.push(outcome)
    },
    ...given,
  })
  const server = createServer(
    createControlServer({
      store,
      clock,
      ids: randomIds,
      credentials: { type: 'development' },
      publish: async () => {},
      tests: noTests,
      report: error => reports.push(error),
      lambda: lambdaControl(host),
    }),
  )
  server.listen(socketPath)
  await once(server, 'listening')
  const client = new LambdaClient({
    endpoint: 'http://localhost:4566',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { httpAgent: new Agent({ socketPath } as object) },
  })
  const foreign = new LambdaClient({
    endpoint: 'http://localhost:4566',
    region: 'us-east-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { httpAgent: new Agent({ socketPath } as object) },
  })
  return {
    client,
    /** Of the account 111111111111. */
    foreign,
    store,
    host,
    changed,
    clock,
    queue,
    /** How events ended. */
    outcomes,
    /** What the next random number is. */
    dice,
    directory,
    codeRoot,
    async [Symbol.asyncDispose]() {
      client.destroy()
      foreign.destroy()
      server.closeAllConnections()
      server.close()
      await runner.close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
      assert.deepEqual(reports, [])
    },
  }
}

export async function refused(
  call: Promise<unknown>,
  code: string,
  status: number,
  message: string | RegExp,
): Promise<void> {
  const error = await call.then(
    () => assert.fail(`not refused: ${code} ${message}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof LambdaServiceException, String(error))
  assert.equal(error.name, code, error.message)
  assert.equal(error.$metadata.httpStatusCode, status)
  if (typeof message === 'string') assert.equal(error.message, message)
  else assert.match(error.message, message)
}
