import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { isLoopback } from './options/contradictions.ts'
import { OptionError, type Options, readOptions } from './options.ts'

const cwd = mkdtempSync(join(tmpdir(), 'portcullis-options-'))
after(() => rmSync(cwd, { recursive: true, force: true }))

const cloudMap = 'arn:aws:servicediscovery:eu-west-1:000000000000:service/srv-1?stage=dev'

function read(
  flags: Record<string, unknown> = {},
  env: Record<string, string> = {},
  yaml?: string,
): Options {
  const file = join(cwd, 'given.yaml')
  if (yaml !== undefined) writeFileSync(file, yaml)
  return readOptions({ flags: yaml === undefined ? flags : { ...flags, config: file }, env, cwd })
}

function problemsOf(...given: Parameters<typeof read>): readonly string[] {
  try {
    read(...given)
  } catch (error) {
    assert.ok(error instanceof OptionError)
    return error.problems.map(problem => problem.replace(join(cwd, 'given.yaml'), 'given.yaml'))
  }
  assert.fail('nothing was wrong')
}

test('without anything the defaults hold', () => {
  const { threads, ...rest } = read()
  assert.ok(threads >= 1 && threads <= 4)
  assert.deepEqual(rest, {
    host: '127.0.0.1',
    port: 4566,
    dataDir: join(cwd, '.portcullis'),
    example: true,
    account: '000000000000',
    region: 'us-east-1',
    limits: 'aws',
    bodyLimitBytes: 10_485_760,
    headTimeoutMs: 30_000,
    requestTimeoutMs: 300_000,
    streamRate: 2 * 1024 ** 2,
    streamIdleTimeoutMs: null,
    answerLimitBytes: 10_485_760,
    integrationTimeoutMs: 29_000,
    connectTimeoutMs: 5_000,
    cacheBytes: 67_108_864,
    recordsKept: 10_000,
    adminCredentials: null,
    unknownRoles: 'allow',
    masterKey: null,
    masterKeyFile: null,
    masterKeyOld: null,
    issuers: new Map(),
    devIssuer: 'off',
    authorizerBytes: 16_777_216,
    allowTargets: [],
    awsEndpoints: new Map(),
    awsCredentials: null,
    vpcLinks: new Map(),
    vpcEndpoints: new Map(),
    vpcs: new Map(),
    listeners: new Map(),
    functionEnvironments: 10,
    functionIdleMs: 600_000,
    functions: new Map(),
    deadLetters: null,
    nodePath: null,
    pythonPath: 'python3',
    isolate: false,
    isolateNetwork: false,
    logLevel: 'info',
    logFormat: 'text',
  })
})

test('a flag wins over a variable, a variable over the file, the file over the default', () => {
  const yaml = 'port: 1\nthreads: 1\naccount: 000000000012\n'
  const env = { PORTCULLIS_PORT: '2', PORTCULLIS_THREADS: '2' }
  const { port, threads, account } = read({ port: '3' }, env, yaml)
  assert.deepEqual({ port, threads, account }, { port: 3, threads: 2, account: '000000000012' })
})

describe('values are read', () => {
  const cases: readonly [name: string, flags: Record<string, unknown>, want: Partial<Options>][] = [
    ['a number as a number', { port: 0 }, { port: 0 }],
    ['a size with its unit', { bodyLimitBytes: '20MB' }, { bodyLimitBytes: 20_971_520 }],
    ['a size in lower case', { bodyLimitBytes: '64kb' }, { bodyLimitBytes: 65_536 }],
    ['a size in bytes', { answerLimitBytes: 2048 }, { answerLimitBytes: 2048 }],
    ['a time with its unit', { connectTimeoutMs: '500ms' }, { connectTimeoutMs: 500 }],
    ['a switch', { example: false }, { example: false }],
    ['a relative folder', { dataDir: 'x/y' }, { dataDir: join(cwd, 'x/y') }],
    [
      'a repeated flag',
      { allowTargets: ['169.254.1.1', 'fe80::1'] },
      { allowTargets: ['169.254.1.1', 'fe80::1'] },
    ],
    [
      'no limits of AWS',
      { limits: 'none' },
      { bodyLimitBytes: 1_073_741_824, integrationTimeoutMs: 900_000 },
    ],
    [
      'a longer time for integrations',
      { integrationTimeoutMs: '2m' },
      { integrationTimeoutMs: 120_000 },
    ],
    [
      'a limit of its own without those of AWS',
      { limits: 'none', bodyLimitBytes: '1MB' },
      { bodyLimitBytes: 1_048_576 },
    ],
    [
      'a secret with colons, for all addresses',
      { host: '0.0.0.0', adminCredentials: 'AKIAADMIN:a:b:c:d:e' },
      { adminCredentials: { accessKeyId: 'AKIAADMIN', secretAccessKey: 'a:b:c:d:e' } },
    ],
    [
      'endpoints of AWS services',
      { awsEndpoints: ['dynamodb=http://127.0.0.1:8000', 'S3=https://[::1]/'] },
      {
        awsEndpoints: new Map([
          ['dynamodb', 'http://127.0.0.1:8000'],
          ['s3', 'https://[::1]'],
        ]),
      },
    ],
    [
      'addresses of VPC links',
      { vpcLinks: ['abc123=127.0.0.1:8080', 'd-4=[::1]:1, e5=pets.internal'] },
      {
        vpcLinks: new Map([
          ['abc123', { host: '127.0.0.1', port: 8080 }],
          ['d-4', { host: '[::1]', port: 1 }],
          ['e5', { host: 'pets.internal', port: null }],
        ]),
      },
    ],
    [
      'addresses of listeners and of what they are like',
      { listeners: ['arn:aws:x:::listener/a=http://127.0.0.1:80', `${cloudMap}=https://pets/`] },
      {
        listeners: new Map([
          ['arn:aws:x:::listener/a', { host: '127.0.0.1', port: 80 }],
          [cloudMap, { host: 'pets', port: null }],
        ]),
      },
    ],
    [
      'credentials for AWS',
      { awsCredentials: 'AKIA:secret/+' },
      { awsCredentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret/+' } },
    ],
    [
      'credentials for AWS that expire',
      { awsCredentials: 'AKIA:secret:to:ken==' },
      {
        awsCredentials: {
          accessKeyId: 'AKIA',
          secretAccessKey: 'secret',
          sessionToken: 'to:ken==',
        },
      },
    ],
  ]
  for (const [name, flags, want] of cases) {
    test(name, () => {
      const options = read(flags)
      for (const [field, value] of Object.entries(want)) {
        assert.deepEqual(options[field as keyof Options], value)
      }
    })
  }
})

describe('a mistake says what is wrong and what was meant', () => {
  const cases: readonly [given: Parameters<typeof read>, want: string][] = [
    [[{ prot: 1 }], '--prot: unknown option; did you mean --port?'],
    [[{ qqqqqqqqqqqq: 1 }], '--qqqqqqqqqqqq: unknown option'],
    [[{}, { PORTCULLIS_PORT: 'abc' }], 'PORTCULLIS_PORT: "abc" is not a port (0-65535)'],
    [
      [{}, { PORTCULLIS_PRT: '1' }],
      'PORTCULLIS_PRT: unknown option; did you mean PORTCULLIS_PORT?',
    ],
    [[{ port: 65_536 }], '--port: "65536" is not a port (0-65535)'],
    [[{ limits: 'AWS' }], '--limits: "AWS" is not one of aws, none'],
    [
      [{ connectTimeoutMs: '5' }],
      '--connect-timeout: "5" is not a time with its unit, such as 500ms or 5s (1 ms to 10 m)',
    ],
    [[{}, {}, 'port: 1\nprot: 2\n'], 'given.yaml:2:1: prot: unknown option; did you mean port?'],
    [[{}, {}, '\n port: x\n'], 'given.yaml:2:2: port: "x" is not a port (0-65535)'],
    [[{}, {}, 'port: {a: 1}\n'], 'given.yaml:1:1: port: needs a plain value'],
    [[{}, {}, '- port\n'], 'given.yaml:1:1: must be a list of "option: value" lines'],
    [[{ config: 'none.yaml' }], '--config none.yaml: there is no such file'],
    [
      [{ adminCredentials: 'hush' }],
      '--admin-credentials: the value is not of the form KEY:SECRET',
    ],
    [
      [{ awsCredentials: 'hush' }],
      '--aws-credentials: the value is not of the form KEY:SECRET[:TOKEN]',
    ],
    ...[
      'sqs',
      'sqs=localhost:1',
      'sqs=http://u:p@host',
      'sqs=http://host/path',
      'sqs=http://host:0',
      'sqs=http://host:99999',
    ].map((text): [Parameters<typeof read>, string] => [
      [{ awsEndpoints: text }],
      `--aws-endpoint: "${text}" is not a list such as dynamodb=http://127.0.0.1:8000, each service once`,
    ]),
    ...[
      'abc123',
      'abc123=',
      'abc123=http://127.0.0.1:8080',
      'abc123=127.0.0.1:0',
      'abc123=127.0.0.1:65536',
      'abc123=[::1',
      'abc123=1.2.3.999:80',
      'a b=127.0.0.1:80',
      'abc123=127.0.0.1:80/path',
      'abc123=127.0.0.1:80,abc123=127.0.0.1:81',
    ].map((text): [Parameters<typeof read>, string] => [
      [{ vpcLinks: text }],
      `--vpc-link: "${text}" is not a list such as abc123=127.0.0.1:8080, each link once`,
    ]),
    ...[
      'arn:aws:x:::listener/a',
      'arn:aws:x:::listener/a=127.0.0.1:80',
      'listener/a=http://127.0.0.1',
      'arn:aws:x:::listener/a=http://127.0.0.1/path',
    ].map((text): [Parameters<typeof read>, string] => [
      [{ listeners: text }],
      `--listener: "${text}" is not a list such as arn:aws:elasticloadbalancing:…:listener/…=http://127.0.0.1:8080, each ARN once`,
    ]),
    [[{}, {}, 'vpc-link: {a: {b: 1}}\n'], 'given.yaml:1:1: vpc-link: needs a plain value'],
    [
      [{}, {}, 'vpc-link: {abc123: nowhere:x}\n'],
      'given.yaml:1:1: vpc-link: "abc123=nowhere:x" is not a list such as abc123=127.0.0.1:8080, each link once',
    ],
  ]
  for (const [given, want] of cases)
    test(want, () => assert.deepEqual(problemsOf(...given), [want]))

  test('all mistakes are told at once', () => {
    assert.equal(problemsOf({ port: -1, threads: 0 }, { PORTCULLIS_REGION: 'moon!' }).length, 3)
  })

  test('a file that is no YAML is refused with the place', () => {
    assert.match(String(problemsOf({}, {}, 'port: [1\n')[0]), /^given\.yaml:\d+:\d+: /)
  })

  test('other machines may connect only when callers must prove who they are', () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'gateway.example']) {
      assert.match(String(problemsOf({ host })), /--admin-credentials KEY:SECRET/)
    }
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) assert.ok(isLoopback(host))
  })
})

test('pairs are given in a flag, a variable, a YAML list or a YAML map', () => {
  const want = new Map([
    ['a', { host: '127.0.0.1', port: 1 }],
    ['b', { host: 'pets', port: 2 }],
  ])
  for (const yaml of [
    'vpc-link: {a: "127.0.0.1:1", b: pets:2}\n',
    'vpc-link:\n  a: 127.0.0.1:1\n  b: pets:2\n',
    'vpc-link:\n  - a=127.0.0.1:1\n  - b=pets:2\n',
    'vpc-link: a=127.0.0.1:1,b=pets:2\n',
  ]) {
    assert.deepEqual(read({}, {}, yaml).vpcLinks, want, yaml)
  }
  assert.deepEqual(read({}, { PORTCULLIS_VPC_LINK: 'a=127.0.0.1:1,b=pets:2' }).vpcLinks, want)
  const arn = 'arn:aws:elasticloadbalancing:eu-west-1:000000000000:listener/app/pets/1/2'
  const { listeners } = read({}, {}, `listener:\n  ${arn}: http://127.0.0.1:1\n`)
  assert.deepEqual(listeners, new Map([[arn, { host: '127.0.0.1', port: 1 }]]))
})

test('the environment of other AWS programs gives the credentials for AWS, if it gives a pair', () => {
  const pair = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' }
  const given = (env: Record<string, string>) => read({}, env).awsCredentials
  assert.deepEqual(given(pair), { accessKeyId: 'AKIA', secretAccessKey: 'secret' })
  assert.equal(given({ ...pair, AWS_SESSION_TOKEN: 'token' })?.sessionToken, 'token')
  assert.equal(given({ AWS_ACCESS_KEY_ID: 'AKIA' }), null)
  const own = { ...pair, PORTCULLIS_AWS_CREDENTIALS: 'MINE:own' }
  assert.equal(given(own)?.accessKeyId, 'MINE')
})

test('variables that Kubernetes sets for a service of our name are no mistake', () => {
  const env = {
    PORTCULLIS_SERVICE_HOST: '10.0.0.1',
    PORTCULLIS_PORT_4566_TCP: 'tcp://10.0.0.1:4566',
  }
  assert.equal(read({}, env).port, 4566)
})

test('whatever is given, the answer is options or an OptionError, and no secret is repeated', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  fc.assert(
    fc.property(fc.dictionary(text, text), text, text, (flags, yaml, secret) => {
      const hidden = `S3cr3t${secret}`
      try {
        read({ ...flags, adminCredentials: hidden }, {}, yaml)
      } catch (error) {
        assert.ok(error instanceof OptionError)
        assert.ok(!error.message.includes('S3cr3t'))
      }
    }),
    { numRuns: 200 },
  )
})
