import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IntegrationResponse } from '../aws/rest-api.ts'
import { compileResponses } from './responses.ts'

const place = { method: 'GET', path: '/pets' }

function compile(...responses: IntegrationResponse[]) {
  const byStatus = Object.fromEntries(responses.map(response => [response.statusCode, response]))
  return compileResponses(byStatus, new Map(), place)
}

const plans = compile(
  { statusCode: '200', selectionPattern: '' },
  { statusCode: '500', selectionPattern: '5\\d{2}' },
  { statusCode: '404', selectionPattern: '404|.*NotFound.*' },
  { statusCode: '400', selectionPattern: '4\\d{2}' },
)

const cases: { subject: string; want: number | undefined }[] = [
  { subject: '200', want: 200 },
  { subject: '', want: 200 },
  { subject: '404', want: 400 },
  { subject: '503', want: 500 },
  { subject: '5030', want: 200 },
  { subject: 'PetNotFound: 7', want: 404 },
  { subject: 'PetNotFound:\n7', want: 200 },
]

test('the first pattern that matches the whole subject decides, by status; else the one without a pattern', () => {
  for (const { subject, want } of cases) {
    assert.equal(plans.select(subject)?.status, want, subject)
    assert.equal(plans.select(subject)?.status, want, `${subject} again`)
  }
})

test('without a default, a subject that fits nothing has no response', () => {
  const only = compile({ statusCode: '200', selectionPattern: '2\\d{2}' })
  assert.equal(only.select('500'), undefined)
  assert.equal(only.select('a long message'), undefined)
  assert.equal(compileResponses(undefined, new Map(), place).select('200'), undefined)
})

test('a response keeps its mappings, its templates and how its body is handled', () => {
  const [plan] = compile({
    statusCode: '201',
    responseParameters: { 'method.response.header.X-A': "'a'" },
    responseTemplates: { 'application/json': '{}' },
    contentHandling: 'CONVERT_TO_TEXT',
  }).all
  assert.equal(plan?.status, 201)
  assert.deepEqual(
    plan?.parameters.map(parameter => parameter.name),
    ['X-A'],
  )
  assert.equal(plan?.templates.size, 1)
  assert.equal(plan?.contentHandling, 'CONVERT_TO_TEXT')
})

test('what cannot work is refused with method, path and status', () => {
  const bad: IntegrationResponse[] = [
    { statusCode: '200', selectionPattern: '(' },
    { statusCode: '200', selectionPattern: '(?=a)' },
    { statusCode: '99' },
    { statusCode: '200', responseParameters: { 'method.response.header.X': 'x' } },
  ]
  for (const response of bad) {
    assert.throws(
      () => compile(response),
      /^ProgramError: GET \/pets: .*(200|99)/,
      JSON.stringify(response),
    )
  }
})
