/** The command line as a user meets it: help, mistakes, start, import, explain, and how it ends. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { declarations } from '../src/options.ts'
import { projectRoot } from './project-root.ts'
import { portcullis, runCommand, type Started, startGateway } from './started-gateway.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-cli-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A port on which nobody listens: it was just given back. */
const silent = 'http://127.0.0.1:1'

describe('without a gateway', () => {
  const cases: readonly {
    name: string
    args: string[]
    env?: Record<string, string>
    code: number
    out?: RegExp
    err?: RegExp
  }[] = [
    {
      name: 'help shows examples',
      args: ['--help'],
      code: 0,
      out: /Examples:\n {2}portcullis start/,
    },
    {
      name: 'the version is the package’s',
      args: ['--version'],
      code: 0,
      out: /^\d+\.\d+\.\d+\n$/,
    },
    { name: 'no command at all shows the help', args: [], code: 2, err: /Usage: portcullis/ },
    {
      name: 'a mistyped command is guessed',
      args: ['improt', 'x'],
      code: 2,
      err: /unknown command 'improt'; did you mean import\?/,
    },
    {
      name: 'a mistyped option is guessed',
      args: ['start', '--prot', '1'],
      code: 2,
      err: /--prot: unknown option; did you mean --port\?/,
    },
    {
      name: 'a wrong variable is named',
      args: ['start'],
      env: { PORTCULLIS_PORT: 'abc' },
      code: 2,
      err: /PORTCULLIS_PORT: "abc" is not a port \(0-65535\)/,
    },
    {
      name: 'other addresses need credentials',
      args: ['start', '--host', '0.0.0.0'],
      code: 2,
      err: /--admin-credentials KEY:SECRET/,
    },
    {
      name: 'explain says how to start a gateway',
      args: ['explain', 'x', '--endpoint', silent],
      code: 1,
      err: /No gateway answers at http:\/\/127\.0\.0\.1:1 .*\n.*portcullis start/,
    },
    {
      name: 'an endpoint that is no address is refused',
      args: ['explain', 'x', '--endpoint', 'here'],
      code: 2,
      err: /--endpoint: "here" is not an address such as/,
    },
    {
      name: 'a document that is not there is named',
      args: ['import', 'none.yaml', '--stage', 'dev'],
      code: 2,
      err: /Cannot read none\.yaml: there is no such file/,
    },
    {
      name: 'import needs a stage',
      args: ['import', 'none.yaml'],
      code: 2,
      err: /'--stage <NAME>' not specified/,
    },
  ]
  for (const { name, args, env = {}, code, out = /^$/, err = /^$/ } of cases) {
    test(name, async () => {
      const ended = await portcullis(args, { cwd: folder, env })
      assert.match(ended.out, out)
      assert.match(ended.err, err)
      assert.equal(ended.code, code)
    })
  }

  test('the help of start tells every option', async () => {
    const { out } = await portcullis(['start', '--help'])
    for (const { flag } of Object.values(declarations))
      assert.match(out, new RegExp(`\\]?${flag} `))
  })

  test('a document without a title needs a name', async () => {
    const input = 'openapi: 3.0.1\npaths: {}\n'
    const ended = await portcullis(['import', '-', '--stage', 'dev'], { input })
    assert.match(ended.err, /has no info\.title\. Add one, or give --name/)
  })

  test('a taken port is told, with what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const ended = await portcullis(['start', '--port', port, '--data-dir', join(folder, 'taken')])
    other.close()
    assert.match(ended.err, /is taken by another program\. Choose another with --port/)
    assert.equal(ended.code, 1)
  })
})

describe('with a gateway', () => {
  let gateway: Started
  before(async () => {
    gateway = await startGateway(['--no-example'])
  })
  after(() => gateway.stop())

  const document = (text: string) => `openapi: 3.0.1
info: { title: Talk, version: '1' }
paths:
  /word:
    get:
      responses: { '200': { description: ok } }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: '200', responseTemplates: { application/json: '${text}' } } }
`

  test('import creates an API whose curl line works, and updates it by its title', async () => {
    const env = { PORTCULLIS_ENDPOINT: gateway.url }
    for (const [did, text] of [
      ['Created', 'first'],
      ['Updated', 'second'],
    ] as const) {
      const file = join(folder, 'talk.yaml')
      writeFileSync(file, document(text))
      const { out, err, code } = await portcullis(['import', file, '--stage', 'dev'], { env })
      assert.equal(err, '')
      assert.equal(code, 0)
      assert.match(out, new RegExp(`^${did} Talk \\(\\w+\\) and deployed it to stage dev\\.\n`))
      const [, curl = ''] = /^ {2}(curl .*)$/m.exec(out) ?? []
      const answer = await runCommand('bash', ['-c', curl])
      assert.match(answer.out, /^HTTP\/1\.1 200 OK/)
      assert.match(answer.out, new RegExp(`${text}$`))
    }
    const apis = await (await signedGet(gateway.url, '/restapis')).json()
    assert.equal(Object(apis).item.length, 1)
  })

  test('a refusal of the control plane is told in its words', async () => {
    const input =
      "swagger: '2.0'\ninfo: { title: Odd }\npaths: { /x: { get: { parameters: [ { $ref: '#/nowhere' } ] } } }\n"
    const args = ['import', '-', '--stage', 'dev', '--endpoint', gateway.url, '--fail-on-warnings']
    const { err, code } = await portcullis(args, { input })
    assert.match(err, /^portcullis: BadRequestException: /)
    assert.equal(code, 1)
  })

  test('explain tells why, and the whole record as JSON', async () => {
    const answer = await fetch(`${gateway.url}/_aws/execute-api/nosuchapi0/dev/x`)
    const id = String(answer.headers.get('x-amzn-requestid'))
    const args = ['explain', id, '--endpoint', gateway.url]
    const { out, code } = await portcullis(args)
    assert.equal(code, 0)
    assert.match(out, /^403 Forbidden {3}GET /)
    const { record } = JSON.parse((await portcullis([...args, '--json'])).out)
    assert.equal(record.requestId, id)
  })

  test('explain of an unknown request says where the id is', async () => {
    const { err, code } = await portcullis(['explain', 'no-such-id', '--endpoint', gateway.url])
    assert.match(err, /The id is in the answer header x-amzn-RequestId/)
    assert.equal(code, 1)
  })

  test('the AWS CLI speaks to it, where it is installed', async t => {
    const version = await runCommand('bash', ['-c', 'aws --version'])
    if (version.code !== 0) return t.skip('no AWS CLI')
    const env = {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
    }
    const command = `aws --endpoint-url ${gateway.url} apigateway create-rest-api --name cli --output json`
    const { out, err, code } = await runCommand('bash', ['-c', command], { env })
    assert.equal(code, 0, err)
    assert.equal(JSON.parse(out).name, 'cli')
  })
})

test('SIGTERM stops cleanly, and a second start finds everything again', async () => {
  const first = await startGateway()
  const [, curl = ''] = /^ {2}(curl -i \S+\/pets)$/m.exec(first.text()) ?? []
  assert.equal(await first.stop({ keepData: true }), 0)
  const second = await startGateway([], first.dataDir)
  const path = curl.slice(curl.indexOf('/_aws'))
  const answer = await fetch(second.url + path)
  assert.equal(answer.status, 200)
  assert.ok(second.text().includes(`${second.url}${path}`), 'the example is told again')
  await second.stop()
})

test('with admin credentials only their owner changes APIs, and the example is there all the same', async () => {
  const gateway = await startGateway(['--admin-credentials', 'AKIDADMIN:a-long-enough-secret'])
  const args = ['import', '-', '--stage', 'dev', '--endpoint', gateway.url]
  const input = "openapi: 3.0.1\ninfo: { title: Guarded, version: '1' }\npaths: {}\n"
  const [stranger, thief, owner] = await Promise.all([
    portcullis(args, { input }),
    portcullis(args, { input, env: keys('AKIDADMIN', 'not-the-secret') }),
    portcullis(args, { input, env: keys('AKIDADMIN', 'a-long-enough-secret') }),
  ])
  await gateway.stop()
  assert.match(gateway.text(), /^ {2}curl -i \S+\/pets$/m)
  assert.match(stranger.err, /UnrecognizedClientException/)
  assert.match(thief.err, /InvalidSignatureException/)
  assert.ok(!thief.err.includes('a-long-enough-secret'))
  // A REST API without methods cannot be deployed: the owner got as far as that.
  assert.match(
    owner.err,
    /Created Guarded \(\w+\), but it could not be deployed to stage dev: .* any methods/,
  )
  assert.ok(!gateway.text().includes('a-long-enough-secret'))
})

function keys(id: string, secret: string): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret }
}

async function signedGet(endpoint: string, path: string): Promise<Response> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0'
  return fetch(endpoint + path, { headers: { authorization, 'x-amz-date': '20260101T000000Z' } })
}

describe('invoke', () => {
  let gateway: Started
  const source = `export const handler = async event => {
    console.log('saw', event?.n)
    if (event?.n === 0) throw new Error('zero')
    return { n: event?.n ?? null }
  }`
  before(async () => {
    gateway = await startGateway(['--no-example'])
    const code = join(folder, 'counting')
    mkdirSync(code)
    writeFileSync(join(code, 'index.mjs'), source)
    const client = new LambdaClient({
      endpoint: gateway.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    await client.send(
      new CreateFunctionCommand({
        FunctionName: 'counting',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/counting',
        Code: { S3Bucket: 'hot-reload', S3Key: code },
      }),
    )
    client.destroy()
    writeFileSync(join(folder, 'event.json'), '{"n":2}')
  })
  after(() => gateway.stop())

  const cases: {
    name: string
    args: string[]
    input?: string
    code: number
    out: string
    err?: RegExp
  }[] = [
    {
      name: 'prints what the function gives',
      args: ['--payload', '{"n":1}'],
      code: 0,
      out: '{"n":1}\n',
    },
    { name: 'sends an empty event without a payload', args: [], code: 0, out: '{"n":null}\n' },
    {
      name: 'reads the payload from a file',
      args: ['--payload', `@${join(folder, 'event.json')}`],
      code: 0,
      out: '{"n":2}\n',
    },
    {
      name: 'reads the payload from standard input',
      args: ['--payload', '@-'],
      input: '{"n":3}',
      code: 0,
      out: '{"n":3}\n',
    },
    {
      name: 'shows what was printed with --log',
      args: ['--payload', '{"n":4}', '--log'],
      code: 0,
      out: '{"n":4}\n',
      err: /saw 4/,
    },
    {
      name: 'takes a payload that is no JSON for a mistake',
      args: ['--payload', '{n:1}'],
      code: 2,
      out: '',
      err: /--payload is not JSON: .* A file is given as @file/,
    },
    {
      name: 'names a file that is not there',
      args: ['--payload', '@none.json'],
      code: 2,
      out: '',
      err: /Cannot read none\.json: ENOENT/,
    },
  ]
  for (const { name, args, input = '', code, out, err = /^$/ } of cases) {
    test(name, async () => {
      const given = ['invoke', 'counting', '--endpoint', gateway.url, ...args]
      const ended = await portcullis(given, { input })
      assert.match(ended.err, err)
      assert.deepEqual([ended.code, ended.out], [code, out])
    })
  }

  test('fails when the function fails, and prints its error all the same', async () => {
    const given = ['invoke', 'counting', '--payload', '{"n":0}', '--endpoint', gateway.url]
    const { code, out, err } = await portcullis(given)
    assert.equal(code, 1)
    assert.equal(JSON.parse(out).errorMessage, 'zero')
    assert.match(err, /counting failed \(Unhandled\); portcullis logs counting/)
  })

  test('a function that is not there is told in the words of the Lambda API', async () => {
    const { code, out, err } = await portcullis(['invoke', 'gone', '--endpoint', gateway.url])
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:/)
  })
})

test('the package’s command is the built one', async () => {
  const { out } = await runCommand(process.execPath, [
    '-p',
    `require(${JSON.stringify(join(projectRoot, 'package.json'))}).bin.portcullis`,
  ])
  assert.equal(out.trim(), 'dist/src/cli.js')
})

test('a reader that stops early is no error', async () => {
  const child = spawn(process.execPath, [join(projectRoot, 'dist/src/cli.js'), 'start', '--help'])
  child.stdout.destroy()
  let complaints = ''
  child.stderr.on('data', chunk => {
    complaints += chunk
  })
  const [code] = await once(child, 'close')
  assert.equal(complaints, '')
  assert.equal(code, 0)
})
