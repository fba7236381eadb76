/**
 * Random integrations that AWS would take, in the form of a document: each type, and between them every member.
 */
import fc from 'fast-check'

type Json = Record<string, unknown>

/** A name. */
export const word = fc.string({ unit: fc.constantFrom(...'abcXY19'), minLength: 1, maxLength: 5 })
/** Texts that YAML and templates could mistake for something. */
export const text = fc.string({
  unit: fc.constantFrom(...'aB9 :#"\'{}$-\n'),
  minLength: 1,
  maxLength: 8,
})
/** Any text without `$` and `#` is a template. */
export const template = text.map(value => value.replace(/[$#]/g, '-'))
/** By content type; null passes the body through. */
const templates = fc.dictionary(
  fc.constantFrom('application/json', 'text/xml'),
  fc.option(template),
  { maxKeys: 2 },
)

/** What a method declares, which its integration may refer to. */
export interface Declared {
  /** `querystring.limit` */
  readonly sources: readonly string[]
  readonly statuses: readonly string[]
}

/** `x-amazon-apigateway-integration` of any type, with any of its members. */
export function integration({ sources, statuses }: Declared): fc.Arbitrary<Json> {
  const source = fc.constantFrom(
    ...sources.flatMap(name => [
      `method.request.${name}`,
      ...(name.startsWith('path') ? [] : [`method.request.multivalue${name}`]),
    ]),
    "'constant'",
    'context.requestId',
    'method.request.body.name',
  )
  const response = fc.record(
    {
      statusCode: fc.constantFrom(...statuses),
      responseTemplates: templates,
      responseParameters: fc.dictionary(
        fc.constant('method.response.header.X-One'),
        fc.constantFrom(
          'integration.response.header.One',
          "'fixed'",
          'integration.response.body.a',
        ),
      ),
      contentHandling: fc.constantFrom('CONVERT_TO_TEXT', 'CONVERT_TO_BINARY'),
    },
    { requiredKeys: ['statusCode'] },
  )
  const responses = fc
    .uniqueArray(fc.tuple(fc.constantFrom('default', '5..', '.*bad.*'), response), {
      selector: ([pattern]) => pattern,
      maxLength: 3,
    })
    .map(list => Object.fromEntries(list.filter(([, own], at) => firstOf(list, own) === at)))
  const common = {
    timeoutInMillis: fc.integer({ min: 50, max: 29_000 }),
    passthroughBehavior: fc.constantFrom('never', 'when_no_match', 'when_no_templates'),
    contentHandling: fc.constantFrom('CONVERT_TO_TEXT', 'CONVERT_TO_BINARY'),
    requestTemplates: templates,
    requestParameters: fc.dictionary(
      fc.constantFrom('integration.request.header.A', 'integration.request.querystring.b'),
      source,
    ),
    cacheNamespace: word,
    cacheKeyParameters: fc.subarray(sources.map(name => `method.request.${name}`)),
    responses,
  }
  const role = fc.constant('arn:aws:iam::123456789012:role/caller')
  const called = { httpMethod: fc.constantFrom('GET', 'POST', 'ANY') }
  const http = {
    ...common,
    ...called,
    uri: fc.constantFrom('https://example.com/a', 'http://${stageVariables.host}/b'),
    connection: fc.constantFrom({}, { connectionType: 'VPC_LINK', connectionId: 'link1' }),
    tlsConfig: fc.record({ insecureSkipVerification: fc.boolean() }),
    integrationTarget: fc.constant(
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/x',
    ),
  }
  const proxy = { responseTransferMode: fc.constantFrom('BUFFERED', 'STREAM') }
  const lambda = 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/f/invocations'
  const kinds: [
    type: string,
    members: Record<string, fc.Arbitrary<unknown>>,
    required: string[],
  ][] = [
    ['mock', common, []],
    ['http', http, ['httpMethod', 'uri']],
    ['http_proxy', { ...http, ...proxy }, ['httpMethod', 'uri']],
    [
      'aws',
      {
        ...common,
        ...called,
        credentials: role,
        uri: fc.constant('arn:aws:apigateway:eu-west-1:sqs:path/123456789012/q'),
      },
      ['httpMethod', 'uri', 'credentials'],
    ],
    [
      'aws_proxy',
      { ...common, ...called, ...proxy, credentials: role, uri: fc.constant(lambda) },
      ['httpMethod', 'uri'],
    ],
  ]
  return fc.oneof(
    ...kinds.map(([type, members, requiredKeys]) =>
      fc
        .record(members, { requiredKeys })
        .map(({ connection = {}, ...rest }) => ({ type, ...rest, ...(connection as Json) })),
    ),
  )
}

/** Integration responses are kept by status code: the first of each. */
function firstOf(list: readonly [string, Json][], response: Json): number {
  return list.findIndex(([, other]) => other['statusCode'] === response['statusCode'])
}
