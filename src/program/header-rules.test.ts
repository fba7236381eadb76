import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IntegrationType } from '../aws/rest-api.ts'
import {
  isHiddenFromMapping,
  isIllegalMappedHeader,
  remappedHeaderName,
  requestHeaderRule,
  responseHeaderRule,
} from './header-rules.ts'

const types: readonly IntegrationType[] = ['MOCK', 'HTTP', 'HTTP_PROXY', 'AWS', 'AWS_PROXY']

test('headers of the connection go to no back end and into no mapping', () => {
  for (const name of [
    'connection',
    'content-length',
    'transfer-encoding',
    'te',
    'upgrade',
    'server',
  ]) {
    assert.equal(isHiddenFromMapping(name), true, name)
    for (const type of types) assert.equal(requestHeaderRule(type, name), 'drop', `${type} ${name}`)
  }
})

test("the client's other headers go on, with exceptions for each kind of integration", () => {
  const drops: [IntegrationType, string][] = [
    ['HTTP_PROXY', 'host'],
    ['HTTP_PROXY', 'content-encoding'],
    ['HTTP_PROXY', 'x-http-method-override'],
    ['AWS', 'referer'],
    ['HTTP', 'via'],
  ]
  for (const [type, name] of drops)
    assert.equal(requestHeaderRule(type, name), 'drop', `${type} ${name}`)
  for (const name of ['accept', 'authorization', 'content-type', 'cookie', 'x-api-key', 'date']) {
    for (const type of types) assert.equal(requestHeaderRule(type, name), 'pass', `${type} ${name}`)
  }
  assert.equal(requestHeaderRule('AWS_PROXY', 'host'), 'pass')
})

test('mappings may not set what frames the request, and for AWS less still', () => {
  for (const type of ['HTTP', 'HTTP_PROXY', 'AWS', 'AWS_PROXY'] as const) {
    for (const name of ['content-length', 'transfer-encoding', 'x-amzn-trace-id']) {
      assert.equal(isIllegalMappedHeader(type, name), true, `${type} ${name}`)
    }
    assert.equal(isIllegalMappedHeader(type, 'authorization'), type.startsWith('AWS'), type)
    assert.equal(isIllegalMappedHeader(type, 'content-md5'), false, type)
  }
})

test("an answer's headers are handed on, renamed or dropped", () => {
  assert.equal(responseHeaderRule('mapped', 'server'), 'remap')
  assert.equal(responseHeaderRule('mapped', 'content-type'), 'pass')
  assert.equal(responseHeaderRule('mapped', 'transfer-encoding'), 'drop')
  assert.equal(responseHeaderRule('proxy-backend', 'date'), 'remap')
  assert.equal(responseHeaderRule('proxy-backend', 'content-length'), 'remap')
  assert.equal(responseHeaderRule('proxy-backend', 'transfer-encoding'), 'drop')
  assert.equal(responseHeaderRule('proxy-backend', 'set-cookie'), 'pass')
  assert.equal(remappedHeaderName('Server'), 'x-amzn-Remapped-Server')
})
