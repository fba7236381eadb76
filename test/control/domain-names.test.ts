import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import test from 'node:test'
import {
  CreateDomainNameCommand,
  type CreateDomainNameCommandInput,
  DeleteDomainNameCommand,
  type DomainName,
  GetDomainNameCommand,
  GetDomainNamesCommand,
  GetTagsCommand,
  type PatchOperation,
  TagResourceCommand,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-api-gateway'
import { selfSignedCertificate } from '../../src/base/x509.ts'
import { uploadedCertificates } from '../../src/control/domain-records.ts'
import { answer, type Harness, refused, startControl } from './harness.ts'

const acm = (region = 'us-east-1', id = 'c-1') =>
  `arn:aws:acm:${region}:000000000000:certificate/${id}`
const certificateArn = acm()
const domainName = 'api.example.com'
const regional = {
  domainName,
  regionalCertificateArn: acm(),
  endpointConfiguration: { types: ['REGIONAL' as const] },
}
const privately = {
  domainName: 'private.example.com',
  certificateArn,
  endpointConfiguration: { types: ['PRIVATE' as const] },
}
const bad = ['BadRequestException', 400] as const
const missing = ['NotFoundException', 404, 'Invalid domain name identifier specified'] as const

const create = ({ client }: Harness, input: CreateDomainNameCommandInput) =>
  client.send(new CreateDomainNameCommand(input))
const get = ({ client }: Harness, name = domainName, domainNameId?: string) =>
  client.send(new GetDomainNameCommand({ domainName: name, domainNameId }))
const update = (
  { client }: Harness,
  patchOperations: PatchOperation[],
  name: { domainName: string; domainNameId?: string | undefined } = { domainName },
) => client.send(new UpdateDomainNameCommand({ ...name, patchOperations }))

test('an edge-optimized domain name is answered with its distribution', async () => {
  await using control = await startControl()
  const input = { domainName, certificateName: 'n', certificateArn, tags: { a: 'b' } }
  const made = answer(await create(control, input), 201)
  const { distributionDomainName } = made
  assert.match(distributionDomainName ?? '', /^d[a-z0-9]{13}\.cloudfront\.net$/)
  const want: DomainName = {
    domainName,
    domainNameArn: 'arn:aws:apigateway:us-east-1::/domainnames/api.example.com',
    certificateName: 'n',
    certificateArn,
    certificateUploadDate: new Date(Math.floor(control.clock.now() / 1000) * 1000),
    distributionDomainName,
    distributionHostedZoneId: 'Z2FDTNDATAQYW2',
    endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
    domainNameStatus: 'AVAILABLE',
    securityPolicy: 'TLS_1_2',
    routingMode: 'BASE_PATH_MAPPING_ONLY',
    tags: { a: 'b' },
  }
  assert.deepEqual(made, want)
  assert.deepEqual(answer(await get(control), 200), want)
  answer(await control.client.send(new DeleteDomainNameCommand({ domainName })), 202)
  await refused(get(control), ...missing)
  await refused(control.client.send(new DeleteDomainNameCommand({ domainName })), ...missing)
})

test('a regional domain name has an address and a zone of its region', async () => {
  await using control = await startControl()
  const client = control.clientWith({ region: 'eu-west-1' })
  const made = answer(
    await client.send(
      new CreateDomainNameCommand({
        ...regional,
        regionalCertificateArn: acm('eu-west-1'),
        endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'dualstack' },
        securityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09',
        endpointAccessMode: 'STRICT',
        routingMode: 'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
      }),
    ),
    201,
  )
  const { regionalDomainName } = made
  assert.match(regionalDomainName ?? '', /^d-[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com$/)
  assert.deepEqual(made, {
    domainName,
    domainNameArn: 'arn:aws:apigateway:eu-west-1::/domainnames/api.example.com',
    regionalDomainName,
    regionalHostedZoneId: 'ZLY8HYME6SFDD',
    regionalCertificateArn: acm('eu-west-1'),
    endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'dualstack' },
    domainNameStatus: 'AVAILABLE',
    securityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09',
    endpointAccessMode: 'STRICT',
    routingMode: 'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
  })
  client.destroy()
})

test('private domain names have an id, need not be unique, and are found by it only', async () => {
  await using control = await startControl()
  const statement = (resource: string) => ({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: [resource] },
    ],
  })
  const policy = JSON.stringify(statement('execute-api:/*'))
  const made = answer(await create(control, { ...privately, policy }), 201)
  const { domainNameId = '' } = made
  assert.match(domainNameId, /^[a-z0-9]{10}$/)
  const key = `private.example.com+${domainNameId}`
  assert.deepEqual(made, {
    domainName: 'private.example.com',
    domainNameId,
    domainNameArn: `arn:aws:apigateway:us-east-1:000000000000:/domainnames/${key}`,
    certificateArn,
    certificateUploadDate: made.certificateUploadDate,
    endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'dualstack' },
    domainNameStatus: 'AVAILABLE',
    securityPolicy: 'TLS_1_2',
    routingMode: 'BASE_PATH_MAPPING_ONLY',
    policy: JSON.stringify(
      statement(`arn:aws:execute-api:us-east-1:000000000000:/domainnames/${key}`),
    ),
  })
  assert.deepEqual(answer(await get(control, made.domainName, domainNameId), 200), {
    ...made,
    tags: {},
  })
  await refused(get(control, made.domainName), ...missing)
  await refused(get(control, made.domainName, 'nosuch'), ...missing)
  await refused(get(control, key), ...missing)

  const twin = await create(control, privately)
  const listed = await control.client.send(new GetDomainNamesCommand({}))
  const ids = listed.items?.map(each => each.domainNameId)
  assert.deepEqual(ids?.toSorted(), [domainNameId, twin.domainNameId].toSorted())

  const managementPolicy = JSON.stringify(statement('*'))
  const changed = await update(
    control,
    [{ op: 'replace', path: '/managementPolicy', value: managementPolicy }],
    { domainName: 'private.example.com', domainNameId },
  )
  assert.equal(changed.managementPolicy, managementPolicy)
  const gone = new DeleteDomainNameCommand({ domainName: privately.domainName, domainNameId })
  await control.client.send(gone)
  await refused(get(control, made.domainName, domainNameId), ...missing)
})

test('domain names are listed in pages, by owner', async () => {
  await using control = await startControl()
  const { client } = control
  for (const each of ['c', 'a', 'b']) {
    await create(control, { ...regional, domainName: `${each}.example.com` })
  }
  const first = await client.send(new GetDomainNamesCommand({ limit: 2, resourceOwner: 'SELF' }))
  const { position } = first
  const second = await client.send(new GetDomainNamesCommand({ limit: 2, position }))
  const names = [...(first.items ?? []), ...(second.items ?? [])].map(each => each.domainName)
  assert.deepEqual(names, ['a.example.com', 'b.example.com', 'c.example.com'])
  const others = new GetDomainNamesCommand({ resourceOwner: 'OTHER_ACCOUNTS' })
  assert.deepEqual(answer(await client.send(others), 200), { items: [] })
})

test('a domain name moves from EDGE to REGIONAL in two requests', async () => {
  await using control = await startControl()
  await create(control, { domainName, certificateArn })
  const path = '/endpointConfiguration/types'
  const both = await update(control, [
    { op: 'add', path, value: 'REGIONAL' },
    { op: 'add', path: '/regionalCertificateArn', value: acm() },
  ])
  assert.deepEqual(both.endpointConfiguration?.types, ['EDGE', 'REGIONAL'])
  assert.ok(both.distributionDomainName && both.regionalDomainName)
  assert.equal(both.regionalHostedZoneId, 'Z1UJRXOUMOOFQ8')
  await refused(
    update(control, [{ op: 'replace', path: '/securityPolicy', value: 'TLS_1_0' }]),
    ...bad,
    /multiple endpoint types/,
  )
  const moved = await update(control, [{ op: 'remove', path, value: 'EDGE' }])
  assert.deepEqual(moved.endpointConfiguration?.types, ['REGIONAL'])
  assert.equal(moved.regionalDomainName, both.regionalDomainName)
  for (const gone of ['certificateArn', 'distributionDomainName', 'certificateUploadDate']) {
    assert.ok(!Object.hasOwn(moved, gone), gone)
  }
  // The way of Terraform.
  const back = await update(control, [
    { op: 'replace', path: '/certificateArn', value: acm() },
    { op: 'replace', path: `${path}/0`, value: 'EDGE' },
  ])
  assert.deepEqual(back.endpointConfiguration?.types, ['EDGE'])
  assert.equal(back.regionalDomainName, undefined)
})

test('every member is patched as documented', async () => {
  await using control = await startControl()
  await create(control, regional)
  const steps: [PatchOperation, check: (domain: DomainName) => unknown, want: unknown][] = [
    [
      { op: 'replace', path: '/regionalCertificateArn', value: acm('us-east-1', 'c-2') },
      d => d.regionalCertificateArn,
      acm('us-east-1', 'c-2'),
    ],
    [
      { op: 'add', path: '/regionalCertificateName', value: 'n' },
      d => d.regionalCertificateName,
      'n',
    ],
    [{ op: 'remove', path: '/regionalCertificateName' }, d => d.regionalCertificateName, undefined],
    [
      { op: 'replace', path: '/endpointConfiguration/ipAddressType', value: 'dualstack' },
      d => d.endpointConfiguration?.ipAddressType,
      'dualstack',
    ],
    [
      { op: 'replace', path: '/securityPolicy', value: 'TLS_1_0' },
      d => d.securityPolicy,
      'TLS_1_0',
    ],
    [
      { op: 'replace', path: '/securityPolicy', value: 'TLS_1_2' },
      d => d.securityPolicy,
      'TLS_1_2',
    ],
    [
      { op: 'replace', path: '/routingMode', value: 'ROUTING_RULE_ONLY' },
      d => d.routingMode,
      'ROUTING_RULE_ONLY',
    ],
    [
      { op: 'add', path: '/mutualTlsAuthentication/truststoreUri', value: 's3://bucket/a.pem' },
      d => d.mutualTlsAuthentication,
      { truststoreUri: 's3://bucket/a.pem' },
    ],
    [
      { op: 'replace', path: '/mutualTlsAuthentication/truststoreVersion', value: 'v1' },
      d => d.mutualTlsAuthentication,
      { truststoreUri: 's3://bucket/a.pem', truststoreVersion: 'v1' },
    ],
    [
      { op: 'remove', path: '/mutualTlsAuthentication/truststoreVersion' },
      d => d.mutualTlsAuthentication,
      { truststoreUri: 's3://bucket/a.pem' },
    ],
    [
      { op: 'add', path: '/ownershipVerificationCertificateArn', value: acm() },
      d => d.ownershipVerificationCertificateArn,
      acm(),
    ],
    // The way of Terraform.
    [
      { op: 'replace', path: '/mutualTlsAuthentication/truststoreUri', value: '' },
      d => d.mutualTlsAuthentication,
      undefined,
    ],
    [
      { op: 'remove', path: '/ownershipVerificationCertificateArn' },
      d => d.ownershipVerificationCertificateArn,
      undefined,
    ],
  ]
  for (const [operation, check, want] of steps) {
    const after = answer(await update(control, [operation]), 200)
    assert.deepEqual(check(after), want, `${operation.path}`)
    assert.deepEqual(answer(await get(control), 200), after)
  }
  const enhanced = await update(control, [
    { op: 'replace', path: '/securityPolicy', value: 'SecurityPolicy_TLS13_1_2_PQ_2025_09' },
    { op: 'replace', path: '/endpointAccessMode', value: 'BASIC' },
  ])
  assert.equal(enhanced.endpointAccessMode, 'BASIC')
  const legacy = await update(control, [
    { op: 'replace', path: '/securityPolicy', value: 'TLS_1_2' },
    { op: 'replace', path: '/endpointAccessMode', value: '' },
  ])
  assert.equal(legacy.endpointAccessMode, undefined)
})

test('patches that AWS would not take are refused, and change nothing', async () => {
  await using control = await startControl()
  await create(control, regional)
  const before = answer(await get(control), 200)
  const types = '/endpointConfiguration/types'
  const cases: [PatchOperation[], message: string | RegExp][] = [
    [[{ op: 'replace', path: '/nosuch', value: 'x' }], 'Invalid patch path /nosuch'],
    [[{ op: 'add', path: '/securityPolicy', value: 'x' }], 'Invalid patch path /securityPolicy'],
    [[{ op: 'replace', path: types, value: 'EDGE' }], `Invalid patch path ${types}`],
    [[{ op: 'replace', path: '/domainName', value: 'x' }], 'Invalid patch path /domainName'],
    [
      [{ op: 'add', path: types, value: 'EDGE' }],
      'A certificate was not provided for the endpoint type EDGE.',
    ],
    [[{ op: 'remove', path: types, value: 'REGIONAL' }], /cannot be both DISABLED/],
    [[{ op: 'add', path: types, value: 'PRIVATE' }], /between public and private/],
    [[{ op: 'add', path: types, value: 'X' }], /Valid options are REGIONAL,EDGE,PRIVATE/],
    [
      [
        { op: 'add', path: types, value: 'EDGE' },
        { op: 'remove', path: types, value: 'REGIONAL' },
      ],
      /in the same request/,
    ],
    [
      [{ op: 'add', path: '/certificateArn', value: acm() }],
      'Cannot import certificates for EDGE while REGIONAL is active.',
    ],
    [
      [{ op: 'replace', path: '/regionalCertificateArn', value: acm('eu-west-1') }],
      `Invalid certificate ARN: ${acm('eu-west-1')}. Certificate must be in 'us-east-1'.`,
    ],
    [
      [{ op: 'replace', path: '/regionalCertificateArn', value: 'x' }],
      /^Invalid certificate ARN: x/,
    ],
    [
      [{ op: 'replace', path: '/endpointConfiguration/ipAddressType', value: 'ipv6' }],
      /ipv4 or dualstack/,
    ],
    [[{ op: 'replace', path: '/securityPolicy', value: 'TLS_9' }], /Invalid security policy/],
    [
      [{ op: 'replace', path: '/securityPolicy', value: 'SecurityPolicy_TLS13_1_3_2025_09' }],
      'Endpoint access mode is required for the specified security policy',
    ],
    [[{ op: 'replace', path: '/endpointAccessMode', value: 'BASIC' }], /not supported/],
    [[{ op: 'replace', path: '/routingMode', value: 'x' }], /Invalid routing mode/],
    [[{ op: 'replace', path: '/policy', value: '{}' }], '/policy Invalid request input'],
    [
      [{ op: 'replace', path: '/managementPolicy', value: '{}' }],
      '/managementPolicy Invalid request input',
    ],
    [[{ op: 'add', path: '/mutualTlsAuthentication/truststoreUri', value: 'http://x' }], /s3:/],
    [[{ op: 'add', path: '/mutualTlsAuthentication/truststoreVersion', value: '1' }], /s3:/],
  ]
  for (const [operations, message] of cases) {
    await refused(update(control, operations), ...bad, message)
  }
  assert.deepEqual(answer(await get(control), 200), before)
  await refused(update(control, [], { domainName: 'nosuch.example.com' }), ...missing)
})

test('with mutual TLS the endpoint access mode is fixed', async () => {
  await using control = await startControl()
  const truststoreUri = 's3://bucket/trust.pem'
  const made = await create(control, { ...regional, mutualTlsAuthentication: { truststoreUri } })
  assert.deepEqual(made.mutualTlsAuthentication, { truststoreUri })
  await refused(
    update(control, [{ op: 'replace', path: '/endpointAccessMode', value: 'BASIC' }]),
    ...bad,
    '/endpointAccessMode Invalid request input',
  )
})

test('a domain name that AWS would not make is refused', async () => {
  await using control = await startControl()
  const edge = { domainName, certificateArn }
  const mutualTlsAuthentication = { truststoreUri: 's3://bucket/key' }
  const nested = `{"Statement":[{"Resource":${'['.repeat(8000)}${']'.repeat(8000)}}]}`
  const cases: [CreateDomainNameCommandInput, message: string | RegExp][] = [
    [{ domainName }, 'A certificate was not provided for the endpoint type EDGE.'],
    [{ ...regional, regionalCertificateArn: undefined }, /endpoint type REGIONAL/],
    [{ ...privately, certificateArn: undefined }, /endpoint type PRIVATE/],
    [{ ...regional, certificateArn }, /for EDGE while REGIONAL is active/],
    [{ ...privately, regionalCertificateArn: acm() }, /for REGIONAL while PRIVATE is active/],
    [{ domainName, certificateArn: acm('eu-west-1') }, /Certificate must be in 'us-east-1'/],
    [{ domainName, certificateArn: 'arn:aws:s3:::x' }, /Invalid certificate ARN/],
    [{ ...edge, domainName: '' }, /Invalid domain name/],
    [{ ...edge, domainName: 'localhost' }, /Invalid domain name/],
    [{ ...edge, domainName: 'API.example.com' }, /Invalid domain name/],
    [{ ...edge, domainName: 'a..example.com' }, /Invalid domain name/],
    [{ ...edge, domainName: 'a+b.example.com' }, /Invalid domain name/],
    [{ ...edge, domainName: 'a.*.com' }, /Invalid domain name/],
    [{ ...edge, domainName: `${'a.'.repeat(2000)}com` }, /Invalid domain name/],
    [{ ...privately, domainName: '*.example.com' }, /Wildcard/],
    [{ ...edge, endpointConfiguration: { types: ['EDGE', 'REGIONAL'] } }, /multiple/],
    [{ ...edge, endpointConfiguration: { types: [] } }, /cannot be both DISABLED/],
    [{ ...edge, endpointConfiguration: { types: ['EDGE'], vpcEndpointIds: ['vpce-1'] } }, /VPC/],
    [
      { ...privately, endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'ipv4' } },
      'Only dualstack ipAddressType is supported for Private domain names.',
    ],
    [{ ...edge, securityPolicy: 'SecurityPolicy_TLS13_2025_EDGE' }, /access mode is required/],
    [{ ...regional, securityPolicy: 'SecurityPolicy_TLS13_2025_EDGE' }, /Invalid security policy/],
    [{ ...privately, securityPolicy: 'TLS_1_0' }, /Invalid security policy/],
    [{ ...edge, endpointAccessMode: 'BASIC' }, /not supported/],
    [{ ...edge, mutualTlsAuthentication }, /Regional/],
    [{ ...regional, securityPolicy: 'TLS_1_0', mutualTlsAuthentication }, /TLS_1_2/],
    [{ ...regional, mutualTlsAuthentication: {} }, /truststoreUri/],
    [{ ...edge, policy: '{"Statement":[]}' }, /private/],
    [{ ...privately, policy: 'not json' }, /Invalid policy document/],
    [{ ...privately, policy: '['.repeat(8000) + ']'.repeat(8000) }, /Invalid policy document/],
    [{ ...privately, policy: nested }, /Invalid policy document/],
    [{ ...edge, tags: { 'aws:x': '1' } }, /reserved/],
    [{ ...edge, certificateBody: 'x' }, 'Certificate name must be specified'],
    [{ domainName, certificateName: 'n', certificateBody: 'x' }, /not a valid pair/],
  ]
  for (const [input, message] of cases) await refused(create(control, input), ...bad, message)
  // The front door checks the enumerations.
  const call = create(control, { ...edge, securityPolicy: 'TLS_9' as 'TLS_1_2' })
  await refused(call, 'ValidationException', 400, /securityPolicy/)
  const listed = await control.client.send(new GetDomainNamesCommand({}))
  assert.deepEqual(listed.items, [])
})

test('a public name exists once in its region', async () => {
  await using control = await startControl()
  await create(control, regional)
  const again = 'The domain name you provided already exists.'
  await refused(create(control, regional), ...bad, again)
  const other = { accessKeyId: '111111111111', secretAccessKey: 'x' }
  const stranger = control.clientWith({ credentials: other })
  await refused(stranger.send(new CreateDomainNameCommand(regional)), ...bad, again)
  const abroad = control.clientWith({ region: 'eu-west-1' })
  const input = { ...regional, regionalCertificateArn: acm('eu-west-1') }
  answer(await abroad.send(new CreateDomainNameCommand(input)), 201)
  stranger.destroy()
  abroad.destroy()
})

test('an uploaded certificate is checked, kept, and never answered', async () => {
  await using control = await startControl()
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const notBeforeMs = Date.now()
  const certificateBody = selfSignedCertificate({
    ...{ ...keys, name: [['CN', domainName]], notBeforeMs, notAfterMs: notBeforeMs + 1e9 },
  })
  const pemOf = (key: typeof keys.privateKey) =>
    key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const certificatePrivateKey = pemOf(keys.privateKey)
  const input = { domainName, certificateName: 'n', certificateBody, certificatePrivateKey }
  const wrongKey = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
  const wrong = create(control, { ...input, certificatePrivateKey: wrongKey })
  await refused(wrong, ...bad, /not a valid pair/)
  const made = await create(control, input)
  assert.ok(!JSON.stringify(made).includes('PRIVATE KEY'))
  const [kept] = await control.store.scan(uploadedCertificates)
  assert.deepEqual(kept?.record, { certificateBody, certificatePrivateKey })
  await update(control, [{ op: 'replace', path: '/certificateArn', value: acm() }])
  assert.deepEqual(await control.store.scan(uploadedCertificates), [])
})

test('domain names carry tags, private ones by an ARN with the account in it', async () => {
  await using control = await startControl()
  for (const input of [regional, privately]) {
    const { domainNameArn: resourceArn } = await create(control, input)
    await control.client.send(new TagResourceCommand({ resourceArn, tags: { a: 'b' } }))
    const { tags } = await control.client.send(new GetTagsCommand({ resourceArn }))
    assert.deepEqual(tags, { a: 'b' })
  }
})

test('a request to a custom domain name is refused: they are not served yet', async () => {
  await using control = await startControl()
  await create(control, regional)
  const reply = await control.raw({ path: '/pets', headers: { host: domainName } })
  assert.equal(reply.status, 403)
})
