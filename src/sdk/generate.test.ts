import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { strFromU8, unzipSync } from 'fflate'
import { pets, stage } from './fixtures/pets.ts'
import { generateSdk } from './generate.ts'
import { SdkError } from './sdk-error.ts'
import { findSdkType, sdkTypes } from './types.ts'
import { zip } from './zip.ts'

const now = Date.UTC(2026, 1, 22, 23, 52, 41)
const generate = (type: string, parameters = {}) =>
  generateSdk(type, parameters, pets, stage, 'https://x/dev', now)

describe('GetSdk', () => {
  const built = [
    { type: 'javascript', file: 'apiGateway-js-sdk/apigClient.js' },
    { type: 'typescript', file: 'apiGateway-ts-sdk/apigClient.ts' },
  ]
  for (const { type, file } of built) {
    test(`gives ${type} as an archive that is always the same`, () => {
      const { contentType, contentDisposition, body } = generate(type)
      assert.equal(contentType, 'application/octet-stream')
      assert.equal(contentDisposition, `attachment; filename="${type}_2026-02-22_23-52Z.zip"`)
      assert.match(strFromU8(unzipSync(body)[file]!), /petsPetIdGet/)
      assert.deepEqual(generate(type).body, body)
    })
  }

  const refused = [
    { type: 'cobol', parameters: {}, want: 'Unsupported SDK type: cobol' },
    { type: 'constructor', parameters: {}, want: 'Unsupported SDK type: constructor' },
    {
      type: 'java',
      parameters: { serviceName: 'S' },
      want: 'Missing required parameters for SDK type java: javaPackageName',
    },
    {
      type: 'swift',
      parameters: Object.create({ classPrefix: 'inherited' }),
      want: 'Missing required parameters for SDK type swift: classPrefix',
    },
    {
      type: 'objectivec',
      parameters: { classPrefix: 'P' },
      want: 'SDK type objectivec is not supported here. Supported types: javascript, typescript',
    },
  ]
  for (const { type, parameters, want } of refused) {
    test(`refuses: ${want}`, () => {
      assert.throws(() => generate(type, parameters), new SdkError(want))
    })
  }
})

describe('GetSdkTypes', () => {
  test("lists AWS's types and ours", () => {
    assert.deepEqual(
      sdkTypes.map(({ id }) => id),
      ['android', 'java', 'javascript', 'objectivec', 'ruby', 'swift', 'typescript'],
    )
  })

  test('says what each must be told', () => {
    const required = sdkTypes.map(({ id, configurationProperties }) => [
      id,
      ...configurationProperties.filter(one => one.required).map(one => one.name),
    ])
    assert.deepEqual(required, [
      ['android', 'groupId', 'invokerPackage', 'artifactId', 'artifactVersion'],
      ['java', 'serviceName', 'javaPackageName'],
      ['javascript'],
      ['objectivec', 'classPrefix'],
      ['ruby', 'service.name'],
      ['swift', 'classPrefix'],
      ['typescript'],
    ])
  })

  test('finds one by its id', () => {
    assert.equal(findSdkType('ruby')?.friendlyName, 'Ruby')
    assert.equal(findSdkType('toString'), undefined)
  })
})

describe('an archive', () => {
  test('keeps every file, also an empty one', () => {
    const files = new Map([
      ['a/b.txt', 'äöü'],
      ['empty', ''],
    ])
    const unpacked = unzipSync(zip(files, new Date(now)))
    const texts = Object.entries(unpacked).map(([name, bytes]) => [name, strFromU8(bytes)])
    assert.deepEqual(new Map(texts as [string, string][]), files)
  })

  test('takes times that ZIP cannot say', () => {
    for (const time of [new Date(0), new Date(Date.UTC(2200, 0))]) {
      assert.equal(strFromU8(unzipSync(zip(new Map([['a', 'b']]), time))['a']!), 'b')
    }
  })
})
