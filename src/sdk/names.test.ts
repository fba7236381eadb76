import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NamePool, operationNameFor, typeNameFor } from './names.ts'

// The first rows are functions of SDKs that AWS made.
const cases = [
  { path: '/', verb: 'GET', want: 'rootGet' },
  { path: '/pets/{petId}', verb: 'GET', want: 'petsPetIdGet' },
  { path: '/fhir/active-questionnaire', verb: 'OPTIONS', want: 'fhirActiveQuestionnaireOptions' },
  { path: '/addWord/{user_id}', verb: 'PUT', want: 'addWordUserIdPut' },
  { path: '/ZSCP_WF_SRV/getDataSet', verb: 'GET', want: 'zSCPWFSRVGetDataSetGet' },
  { path: '/auth-svc/api-docs/{proxy+}', verb: 'GET', want: 'authSvcApiDocsProxyGet' },
  { path: '/{proxy+}', verb: 'OPTIONS', want: 'proxyOptions' },
  { path: '/2024/report', verb: 'GET', want: '_2024ReportGet' },
  { path: '/pets', verb: 'GET', operationName: 'ListPets', want: 'ListPets' },
  { path: '/pets', verb: 'GET', operationName: 'list pets!', want: 'listPets' },
  { path: '/pets', verb: 'GET', operationName: '*/ alert(1)', want: 'alert1' },
  { path: '/pets', verb: 'GET', operationName: '…', want: 'operation' },
  { path: '/ä', verb: 'GET', want: 'rootGet' },
]

for (const { path, verb, operationName, want } of cases) {
  test(`${verb} ${path}${operationName ? ` (${operationName})` : ''} is called ${want}`, () => {
    assert.equal(operationNameFor(path, verb, operationName), want)
  })
}

test('any text gives an identifier', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, text, fc.option(text, { nil: undefined }), (path, verb, operationName) => {
      const identifier = /^[A-Za-z_$][\w$]*$/
      assert.match(operationNameFor(path, verb, operationName), identifier)
      assert.match(typeNameFor(path), identifier)
    }),
    { numRuns: 50 },
  )
})

test('a name that is taken gets a number, and so does the name that this makes', () => {
  const pool = new NamePool(['then'])
  const names = ['pet', 'pet', 'pet2', 'pet', 'then'].map(name => pool.take(name))
  assert.deepEqual(names, ['pet', 'pet2', 'pet22', 'pet3', 'then2'])
})
