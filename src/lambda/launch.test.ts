import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'
import { functionOf, invoke, parse, runnerWith } from './fixtures/functions.ts'

describe('AWS_LAMBDA_EXEC_WRAPPER', () => {
  const wrapper = '#!/bin/sh\nexport WRAPPED="$(basename "$1")"\nexec "$@"\n'
  const code = 'export const handler = async () => process.env.WRAPPED'

  test('names a script of the code or of a layer that starts the runtime', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf({ 'index.mjs': code, wrap: wrapper })
    chmodSync(join(own.folder, 'wrap'), 0o755)
    const want = basename(process.execPath)
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrap' }
    assert.equal(parse(await invoke(runner, { ...own, environment })), want)
    const other = functionOf(code, {
      layers: [own.folder],
      environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' },
    })
    assert.equal(parse(await invoke(runner, other)), want)
  })

  test('that is not there ends the environment', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf(code, { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/none' } })
    const { errorType } = parse(await invoke(runner, own)) as { errorType: string }
    assert.equal(errorType, 'Runtime.ExitError')
  })
})
