/**
 * Mapping templates that people write, each a pair in test/golden/vtl: `name.in.json` (template and
 * what it is rendered for) and `name.out.txt` (the text, then the overrides if there are any).
 * UPDATE_GOLDEN=1 writes the outputs anew.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { compileTemplate } from '../../src/vtl/compile.ts'
import { newOverrides } from '../../src/vtl/overrides.ts'
import { gatewayScope } from '../../src/vtl/scope.ts'

/**
 * One `name.in.json`; lines are joined by line feeds, and everything but the template may be left
 * out.
 */
interface Given {
  readonly about: string
  readonly template: readonly string[]
  readonly body?: readonly string[]
  readonly params?: Partial<Record<'path' | 'querystring' | 'header', Record<string, string>>>
  readonly context?: object
  readonly stageVariables?: Record<string, string>
}

// Tests are started from the repository's root, built or not.
const folder = resolve('test/golden/vtl')

function render(given: Given): string {
  const overrides = newOverrides()
  const none = JSON.stringify(overrides)
  const scope = gatewayScope(
    {
      body: (given.body ?? []).join('\n'),
      params: { path: {}, querystring: {}, header: {}, ...given.params },
      context: given.context ?? {},
      stageVariables: given.stageVariables ?? {},
    },
    () => overrides,
  )
  const text = compileTemplate(given.template.join('\n')).render(scope)
  const isOverridden = JSON.stringify(overrides) !== none
  return isOverridden ? `${text}\n--- overrides\n${JSON.stringify(overrides, null, 2)}\n` : text
}

describe('mapping templates', () => {
  for (const file of readdirSync(folder).filter(name => name.endsWith('.in.json'))) {
    // Written by us, in the form above.
    const given = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Given
    it(`${file.replace('.in.json', '')}: ${given.about}`, () => {
      const golden = join(folder, file.replace('.in.json', '.out.txt'))
      const text = render(given)
      if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, text)
      assert.equal(text, readFileSync(golden, 'utf8'))
    })
  }
})
