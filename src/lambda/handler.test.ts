import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { functionOf, invoke, lines, parse, runnerWith } from './fixtures/functions.ts'
import type { FunctionRunner } from './runner.ts'

describe('a handler', () => {
  let runner: FunctionRunner
  before(() => {
    runner = runnerWith()
  })
  after(() => runner.close())

  test('describes an error as the Node.js runtime does', async () => {
    const own = functionOf('export const handler = async () => { throw new Error("boom") }')
    const result = await invoke(runner, own)
    const value = parse(result) as { trace: string[] }
    assert.deepEqual(Object.keys(value), ['errorType', 'errorMessage', 'trace'])
    assert.equal(value.trace[0], 'Error: boom')
    assert.match(String(value.trace[1]), /^ {4}at Object\.handler|^ {4}at .*index\.mjs:1:/)
    assert.match(
      result.logTail,
      /\tERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"boom"/,
    )
  })

  test('goes on after an error, and is started again after an exit', async () => {
    const own = functionOf(`let count = 0
      export const handler = async how => {
        count++
        if (how === 'throw') throw new Error('x')
        if (how === 'exit') process.exit(3)
        return count
      }`)
    assert.equal(parse(await invoke(runner, own)), 1)
    await invoke(runner, own, 'throw')
    assert.equal(parse(await invoke(runner, own)), 3)
    await invoke(runner, own, 'exit')
    const again = await invoke(runner, own)
    assert.equal(parse(again), 1)
    assert.equal(again.coldStart, true)
  })

  test('that exits right after its answer has answered, and the next invocation is started anew', async () => {
    const own = functionOf(
      'export const handler = async () => { setImmediate(() => process.exit(4)); return "said" }',
    )
    for (let i = 0; i < 3; i++) {
      const result = await invoke(runner, own)
      assert.equal(parse(result), 'said')
      assert.equal(result.coldStart, true)
    }
  })

  test('streams into one answer, with what comes before the body', async () => {
    const own =
      functionOf(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 })
      stream.write('one ')
      stream.write('two')
      stream.end()
    })`)
    const result = await invoke(runner, own)
    assert.equal(result.contentType, 'application/vnd.awslambda.http-integration-response')
    assert.equal(result.payload.toString(), `{"statusCode":201}${'\0'.repeat(8)}one two`)
  })

  test('that streams and fails answers the error', async () => {
    const own = functionOf(
      'export const handler = awslambda.streamifyResponse(async () => { throw new Error("mid") })',
    )
    const result = await invoke(runner, own)
    assert.equal((parse(result) as { errorMessage: string }).errorMessage, 'mid')
  })

  test('is logged as in CloudWatch', async () => {
    const own = functionOf(`export const handler = async () => {
      console.log('hello', { a: 1 }); console.warn('two\\nlines'); process.stdout.write('raw'); return 1 }`)
    const result = await invoke(runner, own)
    const mine = lines.filter(line => line.arn === own.arn && line.requestId !== '')
    const id = mine[0]?.requestId
    assert.deepEqual(
      mine.map(line =>
        line.text.replace(/^\d{4}-[^\t]*Z/, 'TIME').replace(/[\d.]+ (ms|MB)/g, 'N $1'),
      ),
      [
        `START RequestId: ${id} Version: $LATEST`,
        `TIME\t${id}\tINFO\thello { a: 1 }`,
        `TIME\t${id}\tWARN\ttwo\nlines`,
        'raw',
        `END RequestId: ${id}`,
        `REPORT RequestId: ${id}\tDuration: N ms\tBilled Duration: N ms\tMemory Size: N MB\tMax Memory Used: N MB\tInit Duration: N ms\t`,
      ],
    )
    assert.equal(result.logTail, mine.map(line => `${line.text}\n`).join(''))
  })

  test('that prints without end is cut, and its last lines are still there', async () => {
    const own = functionOf(`export const handler = async () => {
      for (let i = 0; i < 200; i++) process.stdout.write('x'.repeat(100_000) + '\\n')
      return 'done' }`)
    const first = lines.length
    const result = await invoke(runner, own)
    assert.equal(parse(result), 'done')
    const bytes = lines.slice(first).reduce((sum, line) => sum + line.text.length, 0)
    assert.ok(bytes < 5_000_000, String(bytes))
    assert.match(result.logTail, /dropped[\s\S]*END RequestId/)
    assert.ok(Buffer.byteLength(result.logTail) <= 4096)
  })

  test('in a hot folder is loaded again when a file changed', async () => {
    const own = functionOf(
      {
        'index.js': 'exports.handler = async () => require("./part.js")',
        'part.js': 'module.exports = 1',
      },
      { hotReload: true },
    )
    assert.equal(parse(await invoke(runner, own)), 1)
    assert.equal((await invoke(runner, own)).coldStart, false)
    writeFileSync(join(own.folder, 'part.js'), 'module.exports = 22')
    assert.equal(parse(await invoke(runner, own)), 22)
  })

  test('of another revision gets another environment', async () => {
    const own = functionOf('let n = 0; export const handler = async () => ++n')
    assert.equal(parse(await invoke(runner, own)), 1)
    assert.equal(parse(await invoke(runner, own)), 2)
    assert.equal(parse(await invoke(runner, { ...own, revision: '2' })), 1)
  })
})
