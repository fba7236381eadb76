/**
 * Templates with the answers that AWS itself gave for them, through a whole gateway as they were recorded: a POST method with a
 * MOCK integration, the variables as the request's body, which the request template hands to the response template. The
 * file with the cases is no part of the repository; without it nothing is tested here.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { api, operation, startGateway, type TestGateway } from './harness.ts'

// Relative to the repository's root, where tests are started.
const file = resolve('../shared/cases/vtl-dev.json')

interface Case {
  readonly id: string
  readonly template: string
  readonly context: Readonly<Record<string, unknown>>
  readonly expected: unknown
  readonly gateway_ok?: boolean
  readonly compare?: 'json'
  readonly ignore_whitespace?: boolean
}

function readCases(): readonly Case[] {
  if (!existsSync(file)) return []
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }
  return cases.filter(one => one.gateway_ok === true)
}

/** The template behind one `#set` for each variable. */
function integrationOf({ template, context }: Case): object {
  const handedOn = '$util.parseJson($context.requestOverride.path.body)'
  const names = Object.keys(context).map(name => `#set($${name} = $body['${name}'])\n`)
  return operation({
    type: 'mock',
    requestTemplates: {
      'application/json':
        '#set($context.requestOverride.path.body = $input.body){"statusCode": 200}',
    },
    responses: {
      default: {
        statusCode: '200',
        responseTemplates: {
          'application/json': `#set($body = ${handedOn})\n${names.join('')}${template}`,
        },
      },
    },
  })
}

describe('templates as AWS renders them', () => {
  const cases = readCases()
  let t: TestGateway
  let apiId: string
  before(async () => {
    t = await startGateway()
    const paths = cases.map((one, i) => [`/${i}`, { post: integrationOf(one) }] as const)
    if (paths.length > 0) apiId = await t.deploy(api(Object.fromEntries(paths)))
  })
  after(() => t.close())

  for (const [i, one] of cases.entries()) {
    test(`${one.id} ${JSON.stringify(one.template.slice(0, 60))}`, async () => {
      const answer = await t.call(apiId, `/${i}`, {
        method: 'POST',
        headers: ['Content-Type', 'application/json'],
        body: JSON.stringify(one.context),
      })
      if (one.compare === 'json') assert.deepEqual(answer.json(), one.expected)
      else if (typeof one.expected === 'object') assert.equal(answer.status, 500, answer.body)
      else if (one.ignore_whitespace === true) {
        assert.equal(squeezed(answer.body), squeezed(String(one.expected)))
      } else assert.equal(answer.body, one.expected)
    })
  }
})

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
