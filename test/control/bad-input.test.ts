/**
 * Bad input for every operation, made from the operation table: each is refused with a modelled 4xx that says something, and
 * changes nothing. The requests differ from a good one in one thing only, so that it is this thing that is refused.
 */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { restService } from '../../src/aws/services.ts'
import type { Member, Operation, Type } from '../../src/aws/table.ts'
import { type Harness, type RawReply, startControl } from './harness.ts'
import { contents, headers, populate, refusalProblem, type World } from './populated.ts'

interface Call {
  readonly labels: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: string | undefined
}

interface Case extends Call {
  readonly name: string
}

const operations = [...restService.model.operations.values()]
const long = 'x'.repeat(200_000)

/** Texts of any length, up to what a request may hold. */
const mayBeLong = new Set([
  'CreateDomainName.certificateChain',
  'TestInvokeMethod.body',
  'TestInvokeAuthorizer.body',
])

/** AWS takes these and does nothing with them. */
const withoutEffect = new Set(['GetTags.position', 'GetTags.limit'])

const wrongArns = ['x', 'arn:', 'arn:aws:apigateway', 'arn:::::::', 'arn:aws:\n']

function goodCall(operation: Operation, world: World): Call {
  const { name } = operation
  const body = world.bodies[name]
  const hasBody = body !== undefined || (operation.input?.body.length ?? 0) > 0
  return {
    labels: world.labels,
    query: world.queries[name] ?? {},
    body: world.payloads[name] ?? (hasBody ? JSON.stringify(body ?? {}) : undefined),
  }
}

function* badCalls(operation: Operation, world: World): Generator<Case> {
  const good = goodCall(operation, world)
  const { input, name } = operation
  if (input === null) return
  for (const label of input.path.keys()) {
    yield { name: `an unknown ${label}`, ...good, labels: { ...good.labels, [label]: 'nope' } }
    yield { name: `an empty ${label}`, ...good, labels: { ...good.labels, [label]: ' ' } }
  }
  for (const member of input.query) {
    if (!withoutEffect.has(`${name}.${member.name}`)) yield* badQueries(member, good)
  }
  if (input.body.length === 0) return
  for (const body of ['{', '[]', '"x"', '7', '{"a":1}}', '\u0000', '{"a":\ud800}']) {
    yield { name: `the body ${JSON.stringify(body)}`, ...good, body }
  }
  const values = (world.bodies[name] ?? {}) as Record<string, unknown>
  const withMember = (member: Member, value: unknown): Call => ({
    ...good,
    body: JSON.stringify({ ...values, [member.jsonName]: value }),
  })
  for (const member of input.body) {
    const called = member.jsonName
    if (member.isRequired) yield { name: `no ${called}`, ...withMember(member, undefined) }
    for (const [index, value] of wrongKinds(member.type).entries()) {
      yield { name: `${called} of a wrong kind (${index})`, ...withMember(member, value) }
    }
    if (member.type.type === 'string' && member.type.values) {
      yield { name: `${called} not in its enum`, ...withMember(member, 'WRONG') }
    }
    if (member.type.type === 'string' && !mayBeLong.has(`${name}.${called}`)) {
      yield { name: `${called} too long`, ...withMember(member, long) }
    }
    if (/arns?$|uri$/i.test(called)) {
      for (const arn of wrongArns) {
        const value = member.type.type === 'list' ? [arn] : arn
        yield { name: `${called} is ${JSON.stringify(arn)}`, ...withMember(member, value) }
      }
    }
  }
}

function* badQueries(member: Member, good: Call): Generator<Case> {
  const called = member.boundName
  const withValue = (value: string): Call => ({
    ...good,
    query: { ...good.query, [called]: value },
  })
  if (member.isRequired) {
    const { [called]: _, ...query } = good.query
    yield { name: `no ${called}`, ...good, query }
  }
  if (member.type.type === 'number' || member.type.type === 'boolean') {
    yield { name: `${called} is a word`, ...withValue('x') }
  }
  if (member.type.type === 'number') yield { name: `${called} is 0`, ...withValue('0') }
  if (member.type.type === 'string' && member.type.values) {
    yield { name: `${called} not in its enum`, ...withValue('WRONG') }
  }
  if (called === 'position') yield { name: 'a position that nobody gave', ...withValue('x!') }
}

/** Characters that neither a database nor UTF-8 likes. */
function* oddCalls(operation: Operation, world: World): Generator<Case> {
  const good = goodCall(operation, world)
  for (const { jsonName, type } of operation.input?.body ?? []) {
    for (const text of ['', ' ', 'a\u0000b', '\ud800', '__proto__', '../../x']) {
      const value = type.type === 'list' ? [text] : type.type === 'map' ? { [text]: text } : text
      const body = JSON.stringify({ ...world.bodies[operation.name], [jsonName]: value })
      yield { name: `${jsonName} is ${JSON.stringify(text)}`, ...good, body }
    }
  }
}

function wrongKinds(type: Type): readonly unknown[] {
  switch (type.type) {
    case 'string':
      return [1, true, {}, []]
    case 'number':
    case 'boolean':
    case 'time':
      return ['x', {}, []]
    case 'list':
      return ['x', 1, {}, [wrongKinds(type.of)[0]]]
    case 'map':
      return ['x', 1, [], { key: wrongKinds(type.of)[0] }]
    case 'structure':
      return ['x', 1, []]
    default:
      return []
  }
}

function pathOf(operation: Operation, { labels, query }: Call): string {
  const segments = operation.segments.map(segment =>
    segment.startsWith('{') ? encodeURIComponent(labels[segment.slice(1, -1)] ?? 'x') : segment,
  )
  const fixed = operation.fixedQuery === null ? [] : [operation.fixedQuery]
  const search = new URLSearchParams(
    Object.fromEntries([...fixed, ...Object.entries(query)]),
  ).toString()
  return `/${segments.join('/')}${search === '' ? '' : `?${search}`}`
}

interface Place {
  readonly control: Harness
  readonly world: World
  readonly contents: string
}

let place: Place | null = null

/** Everything is there, as at first: the place of the last test when that changed nothing. */
async function untouched(): Promise<Place> {
  if (place !== null && (await contents(place.control)) === place.contents) return place
  await place?.control[Symbol.asyncDispose]()
  const control = await startControl()
  const world = await populate(control)
  place = { control, world, contents: await contents(control) }
  return place
}

after(() => place?.control[Symbol.asyncDispose]())

for (const operation of operations) {
  test(`${operation.name} refuses bad input and changes nothing`, async () => {
    const { control, world, contents: before } = await untouched()
    const send = (call: Call, more: Record<string, string> = {}): Promise<RawReply> =>
      control.raw({
        method: operation.method,
        path: pathOf(operation, call),
        headers: { ...headers, ...more },
        ...(call.body === undefined ? {} : { body: call.body }),
      })
    const problems: string[] = []
    for (const bad of badCalls(operation, world)) {
      const problem = refusalProblem(await send(bad))
      if (problem !== undefined) problems.push(`${bad.name}: ${problem}`)
    }
    if ((await contents(control)) !== before) problems.push('the store has changed')
    assert.deepEqual(problems, [])

    // Whether these are right is for each to say; they are never a fault of ours.
    for (const odd of oddCalls(operation, world)) {
      const { status, body } = await send(odd)
      assert.ok(status < 500, `${odd.name}: ${status} ${body}`)
    }

    // The good one does what it should, whatever the content type and with names that nobody knows.
    const good = goodCall(operation, world)
    const takesNames = operation.input !== null && operation.input.body.length > 0
    const named = () => JSON.stringify({ ...JSON.parse(good.body ?? '{}'), zzz: {} })
    const call = takesNames ? { ...good, body: named() } : good
    const reply = await send(call, { 'content-type': 'application/x-www-form-urlencoded' })
    assert.ok(reply.status < 500, reply.body)
    if (reply.status >= 400) assert.equal(refusalProblem(reply), undefined)
  })
}
