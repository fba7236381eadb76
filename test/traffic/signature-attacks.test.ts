/**
 * What somebody tries who has seen a signed request, or signs one himself: each row is a request that a real signer made, is
 * changed, and sent byte for byte to a whole gateway. It must be refused in AWS's words, and the owner must find out why.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { api, mock, startGateway, type TestGateway } from './harness.ts'
import { explained, hostOf, send } from './raw-call.ts'
import { type Signing, signed } from './signed-call.ts'

let t: TestGateway
/** Signed calls only. */
let locked = ''
/** The same once more. */
let twin = ''

const iam = { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }
const who = { ...mock('$context.httpMethod $context.identity.userArn'), ...iam }

before(async () => {
  t = await startGateway()
  const document = api({ '/who': { get: who, post: who, delete: who }, '/{rest+}': { get: who } })
  locked = await t.deploy(document)
  twin = await t.deploy(document)
})
after(() => t.close())

const key = { accessKeyId: 'test', secretAccessKey: 'test' }

interface Sent {
  line: string
  lines: string[]
  body: string
}

/** A request of `/who` that a real signer signed, ready to be changed. */
async function signedRequest(
  init: { method?: string; headers?: string[]; body?: string; target?: string } = {},
  signing: Signing = {},
): Promise<Sent> {
  const { method = 'GET', target = '/who', body, headers = [] } = init
  const given = { method, headers, ...(body === undefined ? {} : { body }) }
  const made = await signed(locked, target, given, { credentials: key, ...signing })
  const lines = [`Host: ${hostOf(locked)}`]
  for (let i = 0; i < made.headers.length; i += 2) {
    lines.push(`${made.headers[i]}: ${made.headers[i + 1]}`)
  }
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return { line: `${method} /test${made.target}`, lines, body: body ?? '' }
}

function change(request: Sent, name: RegExp, to: (line: string) => string): void {
  request.lines = request.lines.map(line => (name.test(line) ? to(line) : line))
}

const minutes = (count: number): Date => new Date(Date.now() + count * 60_000)
const mismatch = /^The request signature we calculated does not match the signature you provided\./
const incomplete = 'IncompleteSignatureException'
const invalid = 'InvalidSignatureException'
const post = { method: 'POST', body: '{"a":1}', headers: ['content-type', 'application/json'] }

interface Attack {
  readonly name: string
  readonly init?: Parameters<typeof signedRequest>[0]
  readonly signing?: Signing
  readonly change?: (request: Sent) => void
  readonly errorType: string
  readonly message: RegExp
  /** What the owner is told, when it is more than the client. */
  readonly reason?: RegExp
}

const lineOf = (from: string | RegExp, to: string) => (request: Sent) => {
  request.line = request.line.replace(from, to)
}
const authorization = (from: RegExp, to: string) => (request: Sent) =>
  change(request, /^authorization:/i, line => line.replace(from, to))
const adding = (line: string) => (request: Sent) => {
  request.lines.push(line)
}

const attacks: readonly Attack[] = [
  {
    name: 'nothing is signed',
    change: request => request.lines.splice(1),
    errorType: 'MissingAuthenticationTokenException',
    message: /^Missing Authentication Token$/,
    reason: /the method asks for a signature \(AWS_IAM\) and the request has none/,
  },
  {
    name: 'another path',
    change: lineOf('/who', '/whom'),
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'another query',
    init: { target: '/who?a=1' },
    change: lineOf('a=1', 'a=2'),
    errorType: invalid,
    message: mismatch,
  },
  { name: 'another verb', change: lineOf('GET', 'DELETE'), errorType: invalid, message: mismatch },
  {
    name: 'another verb by an override that nobody signed',
    change: adding('X-HTTP-Method-Override: DELETE'),
    errorType: invalid,
    message: /^'X-HTTP-Method-Override' must be a 'SignedHeader' in the AWS Authorization\. $/,
  },
  {
    name: 'another host, and the signed one in the Host header',
    change: lineOf('/test', 'http://ELSEWHERE/test'),
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'another body',
    init: post,
    change: request => {
      request.body = '{"a":2}'
    },
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'another body, whose hash is the one that was signed',
    init: { ...post, headers: [...post.headers, 'x-amz-content-sha256', 'f'.repeat(64)] },
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'a body that is said not to be signed afterwards',
    init: post,
    change: request => {
      change(request, /^x-amz-content-sha256/i, () => 'x-amz-content-sha256: UNSIGNED-PAYLOAD')
      request.body = '{"a":2}'
    },
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'chunks that are signed one by one, as in S3',
    init: {
      ...post,
      headers: ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
    },
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'two Authorization headers',
    change: request =>
      request.lines.push(String(request.lines.find(line => /^authorization/i.test(line)))),
    errorType: incomplete,
    message: /^Only one authentication mechanism is allowed$/,
  },
  {
    name: 'a token before the signature',
    change: request => request.lines.splice(1, 0, 'Authorization: Bearer x'),
    errorType: incomplete,
    message: /^Only one authentication mechanism is allowed$/,
  },
  {
    name: 'an Authorization header and one in the query',
    signing: { presigned: true },
    change: adding('Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y'),
    errorType: incomplete,
    message: /^Only one authentication mechanism is allowed$/,
  },
  {
    name: 'two credentials in one header',
    change: authorization(/Credential=/, 'Credential=AKIAOTHER/1/2/3/4, Credential='),
    errorType: incomplete,
    message: /^'Credential' is there twice in the AWS Authorization\.$/,
  },
  {
    name: 'a header that is named as signed a thousand times',
    change: request => {
      authorization(/SignedHeaders=/, `SignedHeaders=${'x;'.repeat(1000)}`)(request)
      request.lines.push(`x: ${'y'.repeat(9000)}`)
    },
    errorType: incomplete,
    message: /^'SignedHeaders' is there twice in the AWS Authorization\.$/,
  },
  {
    name: 'a signed header that is gone',
    init: { headers: ['x-team', 'red'] },
    change: request => {
      request.lines = request.lines.filter(line => !line.startsWith('x-team'))
    },
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'a signed header twice',
    init: { headers: ['x-team', 'red'] },
    change: adding('X-Team: blue'),
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'the host not among the signed headers',
    change: authorization(/SignedHeaders=host;/, 'SignedHeaders='),
    errorType: invalid,
    message: /^'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization\. $/,
  },
  {
    name: 'the host in capital letters among them',
    change: authorization(/SignedHeaders=host/, 'SignedHeaders=Host'),
    errorType: invalid,
    message: /^'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization\. $/,
  },
  {
    name: 'six minutes ago',
    signing: { date: minutes(-6) },
    errorType: invalid,
    message: /^Signature expired: \S+ is now earlier than \S+ \(\S+ - 5 min\.\)$/,
  },
  {
    name: 'six minutes ahead',
    signing: { date: minutes(6) },
    errorType: invalid,
    message: /^Signature not yet current: \S+ is still later than \S+ \(\S+ \+ 5 min\.\)$/,
  },
  {
    name: 'an old one with the date of now',
    signing: { date: minutes(-6) },
    change: request =>
      change(
        request,
        /^x-amz-date/i,
        () => `x-amz-date: ${minutes(0).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`,
      ),
    errorType: invalid,
    message: /./,
  },
  {
    name: 'the scope of another day',
    change: authorization(/\/\d{8}\//, '/20200101/'),
    errorType: invalid,
    message: /^Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date/,
  },
  {
    name: 'another region',
    signing: { region: 'eu-west-1' },
    errorType: invalid,
    message: /^Credential should be scoped to a valid Region, not 'eu-west-1'\. $/,
  },
  {
    name: 'another service',
    signing: { service: 'apigateway' },
    errorType: invalid,
    message: /^Credential should be scoped to correct service: 'execute-api'\. $/,
  },
  {
    name: 'regions by version 4A that leave this one out',
    signing: { version: '4A', region: 'eu-*,us-east-2' },
    errorType: invalid,
    message: /^Credential should be scoped to a valid Region/,
  },
  {
    name: 'a region set of version 4A that was widened',
    signing: { version: '4A', region: 'eu-west-1' },
    change: request => change(request, /^x-amz-region-set/i, () => 'x-amz-region-set: *'),
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'a key that nobody has',
    signing: { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'test' } },
    errorType: 'UnrecognizedClientException',
    message: /^The security token included in the request is invalid\.$/,
    reason: /nobody here has this access key/,
  },
  {
    name: 'a session token with a long-term key',
    signing: { credentials: { ...key, sessionToken: 'made-up' } },
    errorType: 'UnrecognizedClientException',
    message: /^The security token included in the request is invalid\.$/,
    reason: /the session token is not that of the key/,
  },
  {
    name: 'an empty session token',
    change: adding('X-Amz-Security-Token:'),
    errorType: 'UnrecognizedClientException',
    message: /^The security token included in the request is invalid\.$/,
    reason: /the session token is not that of the key/,
  },
  {
    name: 'a wrong secret',
    signing: { credentials: { ...key, secretAccessKey: 'tset' } },
    errorType: invalid,
    message: mismatch,
  },
  {
    name: 'presigned, with a query that nobody signed behind a second signature',
    signing: { presigned: true },
    change: request => {
      request.line = request.line.replace('X-Amz-Signature', 'X-Amz-Signature=x;admin=true&$&')
    },
    errorType: incomplete,
    message: /^'X-Amz-Signature' is there twice in the AWS Authorization\.$/,
  },
  {
    name: 'presigned, with a query that nobody signed behind the signature',
    signing: { presigned: true },
    change: request => {
      request.line += ';admin=true'
    },
    errorType: invalid,
    message: /./,
  },
  ...['0', '-1', '604801', '1e3', '900.5', ''].map(seconds => ({
    name: `presigned for ${JSON.stringify(seconds)} seconds`,
    signing: { presigned: true },
    change: lineOf(/X-Amz-Expires=\d+/, `X-Amz-Expires=${seconds}`),
    errorType: incomplete,
    message: /^X-Amz-Expires must be between 1 and 604800 seconds$/,
  })),
  {
    name: 'presigned for longer than was signed',
    signing: { presigned: true },
    change: lineOf(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800'),
    errorType: invalid,
    message: mismatch,
  },
]

const firstLine = (text: string) => text.split('\n', 1)[0]?.trim().replaceAll(/\s+/g, ' ') ?? ''

describe('a signature', () => {
  test('passes as it was made, and again within its time', async () => {
    for (const init of [{}, post]) {
      const request = await signedRequest(init)
      for (const _ of [1, 2]) {
        const answer = await send(t.gateway.port, request.line, request.lines, request.body)
        assert.match(answer.message, /^(?:GET|POST) arn:aws:iam::000000000000:root$/)
      }
    }
  })

  test('covers an override that was signed', async () => {
    const request = await signedRequest({ headers: ['X-HTTP-Method-Override', 'DELETE'] })
    const answer = await send(t.gateway.port, request.line, request.lines)
    assert.equal(answer.message, 'DELETE arn:aws:iam::000000000000:root')
  })

  for (const attack of attacks) {
    test(attack.name, async () => {
      const request = await signedRequest(attack.init, attack.signing)
      attack.change?.(request)
      request.line = request.line.replace('ELSEWHERE', hostOf(twin))
      const answer = await send(t.gateway.port, request.line, request.lines, request.body)
      assert.deepEqual([answer.status, answer.errorType], [403, attack.errorType])
      assert.match(answer.message, attack.message)
      const text = await explained(t.gateway.port, answer)
      if (attack.reason) assert.match(text, attack.reason)
      else assert.ok(text.includes(firstLine(answer.message)), text)
    })
  }
})
