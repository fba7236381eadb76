/**
 * A whole REST API as its clients see it, read with the SDK, in a form in which two APIs can be compared: what has an
 * id is known by its name or path instead.
 */
import {
  type APIGatewayClient,
  GetAuthorizersCommand,
  GetDocumentationPartsCommand,
  GetGatewayResponsesCommand,
  GetModelsCommand,
  GetRequestValidatorsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
} from '@aws-sdk/client-api-gateway'

/** Id -> what it stands for. */
export type Names = Map<string, string>

const limit = 500

/** Reads an API of at most 500 resources; `names` learns its ids and translates those that it knows already. */
export async function readApi(
  client: APIGatewayClient,
  restApiId: string,
  names: Names,
): Promise<unknown> {
  const page = { restApiId, limit }
  const [api, resources, models, validators, authorizers, responses, documentation] =
    await Promise.all([
      client.send(new GetRestApiCommand({ restApiId })),
      client.send(new GetResourcesCommand({ ...page, embed: ['methods'] })),
      client.send(new GetModelsCommand(page)),
      client.send(new GetRequestValidatorsCommand(page)),
      client.send(new GetAuthorizersCommand(page)),
      client.send(new GetGatewayResponsesCommand({ restApiId, limit })),
      client.send(new GetDocumentationPartsCommand(page)),
    ])
  const items = <T>(list: { items?: T[] | undefined }): T[] => list.items ?? []
  names.set(restApiId, 'API')
  for (const { id = '', path } of items(resources)) names.set(id, `resource ${path}`)
  for (const { id = '', name } of items(validators)) names.set(id, `validator ${name}`)
  for (const { id = '', name } of items(authorizers)) names.set(id, `authorizer ${name}`)
  for (const { id = '' } of [...items(models), ...items(documentation)]) names.set(id, '')

  const { $metadata: _, createdDate: __, warnings: ___, ...settings } = api
  return translated(
    {
      settings,
      resources: byText(items(resources)),
      models: byText(items(models).map(model => ({ ...model, schema: schemaOf(model.schema) }))),
      validators: byText(items(validators)),
      authorizers: byText(items(authorizers)),
      responses: byText(items(responses).filter(response => !response.defaultResponse)),
      documentation: byText(
        items(documentation).map(({ location, properties = '' }) => [
          location,
          JSON.parse(properties),
        ]),
      ),
    },
    names,
  )
}

/** OpenAPI has no place for `$schema`. */
function schemaOf(text = '{}'): unknown {
  const { $schema: _, ...schema } = JSON.parse(text)
  return schema
}

function byText<T>(list: readonly T[]): T[] {
  const key = (item: T) => {
    const { path, name, responseType } = item as Record<string, unknown>
    return JSON.stringify([path, name, responseType, Array.isArray(item) ? item : undefined])
  }
  return list.toSorted((one, other) => (key(one) < key(other) ? -1 : 1))
}

/** A copy in which every id is replaced, also within texts such as ARNs. */
function translated(value: unknown, names: Names): unknown {
  if (typeof value === 'string') {
    return value.replace(/[a-z0-9]{6,10}/g, word => names.get(word) ?? word)
  }
  if (Array.isArray(value)) return value.map(item => translated(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, translated(item, names)]),
  )
}
