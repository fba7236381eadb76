/**
 * Golden pairs for the import of OpenAPI documents: `openapi/name.in.yaml` (or `.json`) must give
 * `openapi/name.out.json`. UPDATE_GOLDEN=1 writes the answers anew; read the difference before you keep it.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { importChecks } from '../../src/control/v1/import-checks.ts'
import { importRest } from '../../src/openapi/import.ts'
import { ImportError } from '../../src/openapi/import-error.ts'

const options = {
  apiId: 'abcde12345',
  basepath: 'ignore',
  ignoreDocumentation: false,
  checks: importChecks(29_000),
  account: '123456789012',
  region: 'eu-west-1',
  partition: 'aws',
} as const

/** The pairs lie beside the sources, also when this runs from the build. */
const folder = join(repository(import.meta.dirname), 'test/golden/openapi')

describe('OpenAPI documents become resources', () => {
  for (const file of readdirSync(folder).filter(name => name.includes('.in.'))) {
    test(file.replace(/\.in\..*/, '').replaceAll('-', ' '), () => {
      const got = `${JSON.stringify(outcome(readFileSync(join(folder, file))), null, 2)}\n`
      const answer = join(folder, file.replace(/\.in\..*/, '.out.json'))
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(answer, got)
      assert.equal(got, readFileSync(answer, 'utf8'))
    })
  }
})

function outcome(document: Buffer): unknown {
  try {
    return importRest(document, options)
  } catch (error) {
    if (error instanceof ImportError) return { error: error.message.split('\n\t') }
    throw error
  }
}

function repository(folder: string): string {
  return existsSync(join(folder, 'package.json')) && !folder.endsWith('dist')
    ? folder
    : repository(dirname(folder))
}
