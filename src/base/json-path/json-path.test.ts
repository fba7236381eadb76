import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, it } from 'node:test'
import { compileJsonPath } from './json-path.ts'
import { NOT_FOUND } from './run.ts'
import { JsonPathSyntaxError } from './syntax-error.ts'

// Relative to the repository's root, where tests are started; not everyone has the file.
const cases = resolve('../shared/cases/jsonpath-dev.json')

interface Case {
  id: string
  selector: string
  document: string
  expected?: { json?: unknown; text?: string }
  error?: 'NOT_FOUND' | 'ERROR'
}

describe('cases answered by Jayway JsonPath', { skip: !existsSync(cases) }, () => {
  if (!existsSync(cases)) return
  const { cases: all } = JSON.parse(readFileSync(cases, 'utf8')) as { cases: Case[] }
  for (const { id, selector, document, expected, error } of all) {
    it(`${id} ${selector}`, () => {
      const result = read(selector, JSON.parse(document))
      if (error === 'ERROR') assert.ok(result === NOT_FOUND || result === 'syntax error')
      else if (error) assert.equal(result, NOT_FOUND)
      else
        assert.deepEqual(
          sorted(selector, result),
          sorted(selector, expected?.json ?? expected?.text ?? null),
        )
    })
  }
})

function read(selector: string, document: unknown): unknown {
  try {
    const result = compileJsonPath(selector).read(document)
    return result === NOT_FOUND ? result : JSON.parse(JSON.stringify(result))
  } catch (error) {
    if (error instanceof JsonPathSyntaxError) return 'syntax error'
    throw error
  }
}

/** With `*` or `..` in the selector the order of the result does not count. */
function sorted(selector: string, result: unknown): unknown {
  if (!Array.isArray(result) || !/\*|\.\./.test(selector)) return result
  return result.map(item => JSON.stringify(item)).sort()
}
