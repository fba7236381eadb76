/**
 * An operation of a path -> a method of a resource.
 *
 *     in: path | query | header     requestParameters  method.request.{path|querystring|header}.{name}: required
 *     the body's content types      requestModels
 *     responses                     methodResponses, with their headers and models
 *     operationId                   operationName
 *
 * Sentences marked [A] are AWS's own, as users quote them.
 */
import { Fault } from '../aws/faults.ts'
import type { Integration, IntegrationResponse, Method, MethodResponse } from '../aws/rest-api.ts'
import { checkExtensions } from './extensions.ts'
import { readIntegration } from './integrations.ts'
import type { Models } from './models.ts'
import { variablesOf } from './paths.ts'
import type { Security } from './security.ts'
import type { Content, Context, Operation, Source } from './source.ts'
import { defined, isTree, type Tree, textOf } from './tree.ts'

/** A method whose validator and authorizer are still names: the caller knows their ids. */
export type ImportedMethod = Omit<Method, 'requestValidatorId' | 'authorizerId'> & {
  readonly requestValidatorName?: string
  readonly authorizerName?: string
}

/** What the control plane refuses of a method; each throws a Fault, whose message the import passes on. */
export interface MethodChecks {
  readonly integration?: (integration: Integration, method: ImportedMethod) => void
  readonly integrationResponse?: (response: IntegrationResponse, method: ImportedMethod) => void
}

/** The parts of the document that operations refer to. */
export interface Parts {
  readonly context: Context
  readonly source: Source
  readonly models: Models
  readonly security: Security
  readonly validatorNames: ReadonlySet<string>
  readonly checks: MethodChecks
}

const placeNames = { path: 'path', query: 'querystring', header: 'header' } as const

/** Where AWS's sentences say a method is: `'GET' on resource at path '/pets'`. */
export function placeOf(verb: string, path: string): string {
  return `'${verb}' on resource at path '${path}'`
}

/** Converts one operation; `shared` are the path item's parameters. */
export function readMethod(
  parts: Parts,
  path: string,
  verb: string,
  written: Tree,
  operation: Operation,
): ImportedMethod {
  const { context, security } = parts
  const at = placeOf(verb, path)
  checkExtensions(written, 'operation', `method ${at}`, context.found)
  const requestParameters = parametersOf(context, operation, path, at)
  const integration = written['x-amazon-apigateway-integration']
  const method = defined<ImportedMethod>({
    httpMethod: verb,
    ...security.demandOf(written, at),
    requestValidatorName: validatorOf(parts, written, at),
    operationName: textOf(written['operationId']),
    requestParameters,
    requestModels: modelsOf(parts, operation.body?.content ?? []),
    methodResponses: responsesOf(parts, operation),
    methodIntegration:
      integration === undefined
        ? undefined
        : readIntegration(context, integration, `'${verb}' for resource at path '${path}'`),
  })
  check(parts, method, `'${verb}' for resource at path '${path}'`)
  return method
}

function check({ context, checks }: Parts, method: ImportedMethod, at: string): void {
  const integration = method.methodIntegration
  if (integration === undefined) return
  passOn(`Unable to put integration on ${at}`, () => checks.integration?.(integration, method))
  for (const response of Object.values(integration.integrationResponses ?? {})) {
    passOn(`Unable to put integration response on ${at}`, () =>
      checks.integrationResponse?.(response, method),
    )
  }

  function passOn(action: string, look: () => void): void {
    try {
      look()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      context.found.fail(`${action}: ${error.message}`)
    }
  }
}

function parametersOf(
  { found }: Context,
  operation: Operation,
  path: string,
  at: string,
): Record<string, boolean> | undefined {
  const variables = variablesOf(path)
  const names = new Set<string>()
  const parameters: [string, boolean][] = []
  for (const parameter of operation.parameters) {
    const { name } = parameter
    if (!/^[a-zA-Z0-9._$-]+$/.test(name)) {
      found.fail(
        `Unable to put method ${at}: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Parameter name should match the following regular expression: ^[a-zA-Z0-9._$-]+$]`, // [A]
      )
    } else if (parameter.in === 'path' && !variables.has(name)) {
      found.warn(`Path parameter '${name}' of method ${at} is not in the path. Ignoring.`)
    } else if (names.has(name)) {
      found.fail(
        `Unable to put method ${at}: Parameter names must be unique across querystring, header and path`, // [A]
      )
    } else {
      names.add(name)
      parameters.push([`method.request.${placeNames[parameter.in]}.${name}`, parameter.required])
    }
  }
  return parameters.length === 0 ? undefined : Object.fromEntries(parameters)
}

function responsesOf(
  parts: Parts,
  operation: Operation,
): Record<string, MethodResponse> | undefined {
  if (operation.responses.length === 0) return undefined
  return Object.fromEntries(
    operation.responses.map(({ status, headers, content }) => {
      const names = headers.map(({ name }) => [`method.response.header.${name}`, false] as const)
      const response = defined<MethodResponse>({
        statusCode: status,
        responseParameters: names.length === 0 ? undefined : Object.fromEntries(names),
        responseModels: modelsOf(parts, content),
      })
      return [status, response]
    }),
  )
}

function modelsOf(
  { models }: Parts,
  content: readonly Content[],
): Record<string, string> | undefined {
  const names = content.flatMap(({ type, schema }) => {
    const name = models.nameFor(schema)
    return name === undefined ? [] : [[type, name] as const]
  })
  return names.length === 0 ? undefined : Object.fromEntries(names)
}

function validatorOf(parts: Parts, written: Tree, at: string): string | undefined {
  const extension = 'x-amazon-apigateway-request-validator'
  const name = textOf(written[extension] ?? parts.context.root[extension])
  if (name === undefined || parts.validatorNames.has(name)) return name
  // Ignoring it would let everything through. That AWS refuses it too is a guess.
  parts.context.found.fail(
    `Unable to put method ${at}: Invalid Request Validator identifier specified`,
  )
  return undefined
}

/** The operations of a path item by verb; `x-amazon-apigateway-any-method` is ANY, `trace` is left out. */
export function operationsOf(item: Tree): [verb: string, operation: Tree][] {
  return Object.entries(item).flatMap(([name, operation]) => {
    const verb = verbs[name.toLowerCase() as keyof typeof verbs]
    return verb !== undefined && isTree(operation) ? [[verb, operation] as [string, Tree]] : []
  })
}

const verbs = Object.freeze({
  __proto__: null,
  get: 'GET',
  put: 'PUT',
  post: 'POST',
  delete: 'DELETE',
  patch: 'PATCH',
  options: 'OPTIONS',
  head: 'HEAD',
  'x-amazon-apigateway-any-method': 'ANY',
})
