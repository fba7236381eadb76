/**
 * Random REST API definitions that AWS would take, each written as OpenAPI 3.0 or as Swagger 2.0. Between them they use
 * every extension and every member of an integration. What neither format can say, or only one of them, is not generated:
 * Swagger has one schema for all content types of a body.
 */
import fc from 'fast-check'
import { integration, template, text, word } from './integration-arbitraries.ts'

export type Format = 'oas30' | 'swagger'

type Json = Record<string, unknown>

const gatewayTemplates = fc.dictionary(fc.constant('application/json'), template)
const modelNames = ['Pet', 'Owner', 'Ring'] as const
const paths = ['/', '/pets', '/pets/{id}', '/pets/{id}/toys', '/files/{rest+}'] as const

/** All that refers to something must find it declared, so parameters and headers always have these names. */
const parameter = fc.record({
  name: fc.constantFrom('limit', 'colour'),
  in: fc.constantFrom('query', 'header'),
  required: fc.boolean(),
  description: fc.option(text, { nil: undefined }),
})

interface Method {
  readonly operation: Json
  readonly parameters: readonly Json[]
  readonly bodyModel: string | undefined
  readonly types: readonly string[]
  readonly responses: readonly { status: string; headers: readonly string[]; model?: string }[]
}

function method(path: string): fc.Arbitrary<Method> {
  const own = /\{(\w+)\+?\}/.exec(path)?.[1]
  const inPath = own === undefined ? [] : [{ name: own, in: 'path', required: true }]
  return fc
    .record({
      parameters: fc.uniqueArray(parameter, { selector: ({ name }) => name, maxLength: 2 }),
      bodyModel: fc.option(fc.constantFrom(...modelNames), { nil: undefined }),
      types: fc.subarray(['application/json', 'text/csv'], { minLength: 1 }),
      responses: fc.uniqueArray(
        fc.record(
          {
            status: fc.constantFrom('201', '400', '500'),
            headers: fc.subarray(['X-One', 'Y']),
            // Swagger's `produces` holds for all responses of an operation.
            model: fc.constantFrom(...modelNames),
          },
          { requiredKeys: ['status', 'headers', 'model'] },
        ),
        { selector: ({ status }) => status, maxLength: 2 },
      ),
    })
    .chain(({ parameters, responses, ...rest }) => {
      const all = [...responses, { status: '200', headers: ['X-One'], model: 'Pet' }]
      const sources = [...inPath, ...parameters].map(({ in: place, name }) =>
        place === 'query' ? `querystring.${name}` : `${place}.${name}`,
      )
      const withOne = all.filter(({ headers }) => headers.includes('X-One'))
      const declared = { sources, statuses: withOne.map(({ status }) => status) }
      return fc
        .record(
          {
            operationId: word,
            summary: text,
            description: text,
            tags: fc.array(word, { minLength: 1, maxLength: 2 }),
            security: fc.constantFrom(
              [{ pool: ['a', 'b'] }],
              [{ token: [] }, { api_key: [] }],
              [{ request: [] }],
              [{ iam: [] }],
              [{ api_key: [] }],
            ),
            'x-amazon-apigateway-auth': fc.constantFrom({ type: 'AWS_IAM' }, { type: 'NONE' }),
            'x-amazon-apigateway-request-validator': fc.constantFrom('all', 'none'),
            'x-amazon-apigateway-integration': integration(declared),
          },
          { requiredKeys: ['x-amazon-apigateway-integration'] },
        )
        .map(operation => ({
          operation,
          ...rest,
          parameters: [...inPath, ...parameters] as Json[],
          responses: all,
        }))
    })
}

const header = { type: 'apiKey', in: 'header' }
const authorizerUri =
  'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:f/invocations'

const schemes = fc.record({
  api_key: fc.constant({ ...header, name: 'x-api-key' }),
  iam: fc.constant({
    ...header,
    name: 'Authorization',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  }),
  pool: scheme(
    {
      type: fc.constant('cognito_user_pools'),
      providerARNs: fc.constant(['arn:aws:cognito-idp:x']),
    },
    'cognito_user_pools',
  ),
  token: scheme(
    {
      type: fc.constant('token'),
      authorizerUri: fc.constant(authorizerUri),
      identityValidationExpression: fc.constant('^x-[a-z]+'),
    },
    'custom',
  ),
  request: scheme(
    {
      type: fc.constant('request'),
      authorizerUri: fc.constant(authorizerUri),
      authorizerCredentials: fc.constant('arn:aws:iam::123456789012:role/r'),
      identitySource: fc.constant('method.request.header.A, context.identity.sourceIp'),
    },
    'custom',
  ),
})

function scheme(
  members: Record<string, fc.Arbitrary<unknown>>,
  authType: string,
): fc.Arbitrary<Json> {
  const ttl = { authorizerResultTtlInSeconds: fc.integer({ min: 0, max: 3600 }) }
  const all: Record<string, fc.Arbitrary<unknown>> = { ...members, ...ttl }
  const requiredKeys = Object.keys(members).filter(name => !/Expression|Credentials/.test(name))
  return fc.record(all, { requiredKeys }).map(extension => ({
    ...header,
    name: 'X-Token',
    'x-amazon-apigateway-authtype': authType,
    'x-amazon-apigateway-authorizer': extension,
  }))
}

const root = fc.record(
  {
    'x-amazon-apigateway-api-key-source': fc.constantFrom('HEADER', 'AUTHORIZER'),
    'x-amazon-apigateway-binary-media-types': fc.subarray(['*/*', 'image/png'], { minLength: 1 }),
    'x-amazon-apigateway-minimum-compression-size': fc.integer({ min: 0, max: 10_485_760 }),
    'x-amazon-apigateway-security-policy': fc.constant('SecurityPolicy_TLS13_1_3_2025_09'),
    'x-amazon-apigateway-endpoint-access-mode': fc.constantFrom('BASIC', 'STRICT'),
    'x-amazon-apigateway-policy': fc.constant({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: ['execute-api:/*'],
        },
      ],
    }),
    'x-amazon-apigateway-gateway-responses': fc.dictionary(
      fc.constantFrom('DEFAULT_4XX', 'THROTTLED', 'UNAUTHORIZED'),
      fc.record(
        {
          statusCode: fc.integer({ min: 400, max: 599 }),
          responseParameters: fc.dictionary(
            fc.constant('gatewayresponse.header.A'),
            fc.constant("'a'"),
          ),
          responseTemplates: gatewayTemplates,
        },
        { requiredKeys: [] },
      ),
      { minKeys: 1 },
    ),
    'x-amazon-apigateway-documentation': fc.record({
      version: fc.constant('1'),
      documentationParts: fc.uniqueArray(
        fc.record({
          location: fc.constantFrom<Json>(
            { type: 'RESOURCE', path: '/pets' },
            { type: 'METHOD', path: '/pets' },
            { type: 'RESPONSE', statusCode: '400' },
            { type: 'QUERY_PARAMETER', path: '/pets', name: 'limit' },
            { type: 'AUTHORIZER', name: 'token' },
          ),
          properties: fc.record(
            { description: text, 'x-own': word, own: fc.integer() },
            { requiredKeys: ['description'] },
          ),
        }),
        { selector: ({ location }) => JSON.stringify(location), minLength: 1, maxLength: 4 },
      ),
    }),
    tags: fc.uniqueArray(fc.record({ name: word, 'x-amazon-apigateway-tag-value': text }), {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
)

const endpoint = fc.record(
  {
    disableExecuteApiEndpoint: fc.boolean(),
    vpcEndpointIds: fc.constantFrom(['vpce-1'], ['vpce-1', 'vpce-2']),
  },
  { requiredKeys: ['disableExecuteApiEndpoint'] },
)

/** Documents of a format. */
export function documents(format: Format): fc.Arbitrary<Json> {
  const items = fc.record(
    Object.fromEntries(
      paths.map(path => [
        path,
        fc.dictionary(
          fc.constantFrom('get', 'post', 'x-amazon-apigateway-any-method'),
          method(path).map(one => (format === 'oas30' ? asOpenapi(one) : asSwagger(one))),
          { maxKeys: 2 },
        ),
      ]),
    ),
    { requiredKeys: [] },
  )
  const info = fc.record(
    { title: word, version: fc.constantFrom('1.0', '2012-10-17', 'no'), description: text },
    { requiredKeys: ['title', 'version'] },
  )
  const schemasAt = format === 'oas30' ? '#/components/schemas/' : '#/definitions/'
  // A deployment wants a method.
  const first = method('/').map(one => (format === 'oas30' ? asOpenapi(one) : asSwagger(one)))
  return fc
    .record({ info, items, first, schemes, root, endpoint })
    .map(({ info, items, first, schemes, root, endpoint }) => {
      const paths = { ...items, '/first': { put: first } }
      const validators = {
        'x-amazon-apigateway-request-validators': {
          all: { validateRequestBody: true, validateRequestParameters: true },
          none: { validateRequestBody: false, validateRequestParameters: false },
        },
      }
      const configuration = { 'x-amazon-apigateway-endpoint-configuration': endpoint }
      const schemas = schemasUnder(schemasAt)
      return format === 'oas30'
        ? {
            openapi: '3.0.1',
            info,
            paths,
            servers: [{ url: 'https://example.com/', ...configuration }],
            components: { schemas, securitySchemes: schemes },
            ...root,
            ...validators,
          }
        : {
            swagger: '2.0',
            info,
            paths,
            definitions: schemas,
            securityDefinitions: schemes,
            ...configuration,
            ...root,
            ...validators,
          }
    })
}

/** One with a model within, one that is a list, and two that go round in a circle. */
function schemasUnder(at: string): Json {
  return {
    Pet: {
      type: 'object',
      description: 'A pet',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1 },
        owner: { $ref: `${at}Owner` },
        mother: { $ref: `${at}Pet` },
      },
    },
    Owner: { type: 'array', items: { $ref: `${at}Pet` } },
    Ring: { type: 'object', properties: { next: { $ref: `${at}Owner` } } },
  }
}

function asOpenapi({ operation, parameters, bodyModel, types, responses }: Method): Json {
  const content = (model: string) =>
    Object.fromEntries(
      types.map(type => [type, { schema: { $ref: `#/components/schemas/${model}` } }]),
    )
  return {
    ...operation,
    parameters: parameters.map(one => ({ ...one, schema: { type: 'string' } })),
    ...(bodyModel === undefined ? {} : { requestBody: { content: content(bodyModel) } }),
    responses: Object.fromEntries(
      responses.map(({ status, headers, model }) => [
        status,
        {
          description: `${status} response`,
          headers: Object.fromEntries(headers.map(name => [name, { schema: { type: 'string' } }])),
          ...(model === undefined ? {} : { content: content(model) }),
        },
      ]),
    ),
  }
}

function asSwagger({ operation, parameters, bodyModel, types, responses }: Method): Json {
  const schema = (model: string) => ({ schema: { $ref: `#/definitions/${model}` } })
  const body = bodyModel && [{ in: 'body', name: 'body', ...schema(bodyModel) }]
  return {
    ...operation,
    consumes: types,
    produces: types,
    parameters: [...parameters.map(one => ({ ...one, type: 'string' })), ...(body || [])],
    responses: Object.fromEntries(
      responses.map(({ status, headers, model }) => [
        status,
        {
          description: `${status} response`,
          headers: Object.fromEntries(headers.map(name => [name, { type: 'string' }])),
          ...(model === undefined ? {} : schema(model)),
        },
      ]),
    ),
  }
}
