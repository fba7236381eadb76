import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AnswerSink } from './delivery.ts'
import { runtimeOf } from './fixtures/bootstraps.ts'
import { functionOf, invoke, parse, runnerWith } from './fixtures/functions.ts'
import { Gate, knock } from './fixtures/gate.ts'
import type { FunctionRunner } from './runner.ts'
import type { FunctionSettings, ResultContentType } from './settings.ts'

/** Keeps what comes; takes more when it is told to. */
class Reader implements AnswerSink {
  contentType: ResultContentType | undefined
  bytes = 0
  text = ''
  isFull = false
  #waiting: (() => void) | undefined

  start(contentType: ResultContentType): void {
    this.contentType = contentType
  }

  write(bytes: Buffer): boolean {
    this.bytes += bytes.length
    if (this.text.length < 1000) this.text += bytes
    this.#waiting?.()
    return !this.isFull
  }

  /** Resolves when something more came. */
  more(): Promise<void> {
    return new Promise(resolve => {
      this.#waiting = resolve
    })
  }
}

const streamed = (body: string) =>
  `${knock} export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} })`
let requests = 0

describe('a streamed answer', () => {
  let runner: FunctionRunner
  let gate: Gate
  before(async () => {
    runner = runnerWith({ streamLimitBytes: 40_000_000 })
    gate = await Gate.build()
  })
  after(async () => {
    await runner.close()
    gate.close()
  })

  const start = (own: FunctionSettings, sink: AnswerSink, event: unknown = {}) =>
    runner.invokeStreaming(
      own,
      {
        payload: Buffer.from(JSON.stringify(event)),
        requestId: `stream-${++requests}`,
      },
      sink,
    )

  test('comes as it is written', async () => {
    const own = functionOf(
      streamed(`stream.write('first'); await knock(${gate.port}); stream.end('last')`),
    )
    const reader = new Reader()
    const { result } = start(own, reader)
    await reader.more()
    assert.equal(reader.text, 'first')
    assert.equal(reader.contentType, 'application/octet-stream')
    await gate.knocked()
    assert.equal(reader.text, 'first')
    gate.open()
    const { payload, functionError } = await result
    assert.equal(reader.text, 'firstlast')
    assert.equal(payload.length, 0)
    assert.equal(functionError, undefined)
  })

  test('with an HTTP prelude says so before its first bytes', async () => {
    const own = functionOf(
      streamed(
        `const s = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); s.write('body'); s.end()`,
      ),
    )
    const reader = new Reader()
    await start(own, reader).result
    assert.equal(reader.contentType, 'application/vnd.awslambda.http-integration-response')
    assert.equal(reader.text, `{"statusCode":201}${'\0'.repeat(8)}body`)
  })

  test('of a function that does not stream comes at once', async () => {
    const reader = new Reader()
    const result = await start(functionOf('export const handler = async e => e'), reader, [1])
      .result
    assert.equal(reader.text, '[1]')
    assert.equal(reader.contentType, 'application/json')
    assert.equal(result.payload.length, 0)
  })

  test('waits for a slow reader, and the function does other things meanwhile', async t => {
    const halted = await Gate.build()
    t.after(() => halted.close())
    const own = functionOf(
      streamed(`let ticks = 0; const timer = setInterval(() => { if (++ticks === 50) knock(${halted.port}) }, 1)
        const piece = Buffer.alloc(100_000, 'x')
        for (let i = 0; i < 100; i++) if (!stream.write(piece)) { await new Promise(r => stream.once('drain', r)); ticks = 0 }
        clearInterval(timer); stream.end()`),
    )
    const reader = new Reader()
    reader.isFull = true
    const { result, resume } = start(own, reader)
    await reader.more()
    // Nobody takes more: its timer goes on, its writes do not, with at most the window on its way.
    await halted.knocked()
    assert.ok(reader.bytes < 2_000_000, String(reader.bytes))
    reader.isFull = false
    resume()
    await result
    assert.equal(reader.bytes, 10_000_000)
    assert.equal((await invoke(runner, own)).functionError, 'Unhandled')
  })

  test('that nobody reads any more is dropped, and the function runs to its end', async () => {
    const own = functionOf(
      streamed(`for (let i = 0; i < 30; i++) if (!stream.write(Buffer.alloc(100_000))) await new Promise(r => stream.once('drain', r))
        console.log('to the end'); stream.end()`),
    )
    const reader = new Reader()
    reader.isFull = true
    const { result, abort } = start(own, reader)
    await reader.more()
    abort()
    const { functionError, logTail } = await result
    assert.equal(functionError, undefined)
    assert.match(logTail, /to the end/)
    assert.ok(reader.bytes < 3_000_000)
    assert.equal((await start(own, new Reader()).result).coldStart, false)
  })

  test('can fail after it has begun', async () => {
    const own = functionOf(
      streamed(`stream.write('begun'); await knock(${gate.port}); throw new Error('mid')`),
    )
    const reader = new Reader()
    const { result: end } = start(own, reader)
    await gate.knocked()
    gate.open()
    const result = await end
    assert.equal(reader.text, 'begun')
    assert.equal(result.functionError, 'Unhandled')
    assert.equal((parse(result) as { errorMessage: string }).errorMessage, 'mid')
  })

  test('ends with the process that wrote it', async () => {
    const own = functionOf(
      streamed(`stream.write('begun'); await knock(${gate.port}); process.exit(1)`),
    )
    const reader = new Reader()
    const { result: end } = start(own, reader)
    await gate.knocked()
    gate.open()
    const result = await end
    assert.equal(reader.text, 'begun')
    assert.match(result.payload.toString(), /exit status 1/)
  })

  test('past the limit is an error', async () => {
    const own = functionOf(
      streamed(`for (let i = 0; i < 60; i++) if (!stream.write(Buffer.alloc(1_000_000))) await new Promise(r => stream.once('drain', r))
        stream.end()`),
    )
    const reader = new Reader()
    const result = await start(own, reader).result
    assert.match(result.payload.toString(), /Function.ResponseSizeTooLarge/)
    assert.ok(reader.bytes <= 40_000_000)
  })

  test('is one answer for who wants it whole', async () => {
    const own = functionOf(streamed(`stream.write('a'); stream.write({ b: 1 }); stream.end('c')`))
    const result = await invoke(runner, own)
    assert.equal(result.payload.toString(), 'a{"b":1}c')
    assert.equal(result.contentType, 'application/octet-stream')
  })

  test('never reaches the next invocation', async () => {
    const own = functionOf(
      streamed(`if (globalThis.old) { const s = globalThis.old; s.write('late'); await new Promise(setImmediate) }
        else globalThis.old = stream
        stream.write('own ' + event.n); stream.end()`),
    )
    for (const n of [1, 2, 3]) {
      const reader = new Reader()
      await start(own, reader, { n }).result
      assert.equal(reader.text, `own ${n}`)
    }
  })

  const chunked = `{ 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked', Trailer: 'x' }`

  test('comes through the Runtime API', async () => {
    const own = runtimeOf(
      `${knock} await say('response', async r => { r.write('one '); await knock(${gate.port}); r.end('two') }, ${chunked})`,
    )
    for (const _ of [1, 2]) {
      const reader = new Reader()
      const { result } = start(own, reader)
      await reader.more()
      await gate.knocked()
      assert.equal(reader.text, 'one ')
      gate.open()
      assert.equal((await result).functionError, undefined)
      assert.equal(reader.text, 'one two')
    }
  })

  test('through the Runtime API waits for a slow reader', async t => {
    const halted = await Gate.build()
    t.after(() => halted.close())
    const own = runtimeOf(
      `${knock} let ticks = 0; const timer = setInterval(() => { if (++ticks === 50) knock(${halted.port}) }, 1)
      await say('response', async r => {
        for (let i = 0; i < 300; i++) if (!r.write(Buffer.alloc(100_000))) { await new Promise(d => r.once('drain', d)); ticks = 0 }
        clearInterval(timer); r.end() }, ${chunked})`,
    )
    const reader = new Reader()
    reader.isFull = true
    const { result, resume } = start(own, reader)
    await reader.more()
    await halted.knocked()
    assert.ok(reader.bytes < 20_000_000, String(reader.bytes))
    reader.isFull = false
    resume()
    await result
    assert.equal(reader.bytes, 30_000_000)
  })

  test('through the Runtime API can fail in its trailers', async () => {
    const body = Buffer.from('{"errorType":"Late","errorMessage":"too late"}').toString('base64')
    const own = runtimeOf(
      `await say('response', r => { r.write('begun'); r.end() }, ${chunked},
        { 'Lambda-Runtime-Function-Error-Type': 'Late', 'Lambda-Runtime-Function-Error-Body': '${body}' })`,
    )
    const reader = new Reader()
    const result = await start(own, reader).result
    assert.equal(reader.text, 'begun')
    assert.deepEqual(parse(result), { errorType: 'Late', errorMessage: 'too late' })
  })
})
