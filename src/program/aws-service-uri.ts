/**
 * The URI of an integration with an AWS service, taken apart once:
 *
 *     arn:aws:apigateway:us-east-1:dynamodb:action/PutItem            POST /?Action=PutItem at dynamodb.us-east-1…
 *     arn:aws:apigateway:us-east-1:sns:action/Publish&TopicArn=…      POST /?Action=Publish&TopicArn=…
 *     arn:aws:apigateway:us-east-1:s3:path/{bucket}/{key}             GET /photos/cat.png at s3.us-east-1…
 *     arn:aws:apigateway:us-east-1:runtime.sagemaker:path//endpoints  at runtime.sagemaker.us-east-1…
 *
 * "IntegrationUri" of PutIntegration in the API reference. That an action goes into the query, mapped parameters
 * behind it, is known from published execution logs (DynamoDB, EC2). Those of EventBridge users tell that a service
 * may want `X-Amz-Target` as well; we send it to every service that reads it, so that endpoints which know only the
 * header work (guess).
 */
import { encodeRfc3986 } from '../aws/sigv4-canonical.ts'
import { countDotSegments } from '../base/dot-segments.ts'
import {
  endpointPrefixes,
  globalServices,
  json10Targets,
  json11Targets,
  partitionDomains,
  queryVersions,
  signingNames,
} from './aws-service-table.ts'
import { encodeNonAscii, hasForbiddenCharacter, splitPlaceholders } from './endpoint.ts'
import type { AwsAction, AwsEndpoint } from './program.ts'

const shape =
  /^arn:(aws[a-z-]*):apigateway:([a-z0-9-]{1,32}):([A-Za-z0-9_.-]{1,190}):(path|action)\/(.*)$/
const label = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/
const actionShape = /^([A-Za-z][A-Za-z0-9]{0,127})(?:[?&](.*))?$/

/**
 * `uri`: stage variables filled in; `verb`: sent to the service, null for the client's own. Throws SyntaxError for a
 * URI that names no service.
 */
export function parseServiceUri(uri: string, verb: string | null): AwsEndpoint {
  if (hasForbiddenCharacter(uri)) {
    throw new SyntaxError('the URI has a space or a control character')
  }
  const parts = shape.exec(uri)
  if (parts === null) {
    throw new SyntaxError(
      `${uri} is not arn:aws:apigateway:{region}:{service}:path/… or …:action/…`,
    )
  }
  const [, partition = '', region = '', fullName = '', kind, rest = ''] = parts
  const { prefix, ...address } = addressOf(partition, region, fullName)
  const request = kind === 'action' ? actionRequest(rest, prefix) : pathRequest(rest, address.name)
  return Object.freeze({ method: verb, ...address, ...request })
}

/**
 * Percent-encodes all of a path but slashes and unreserved characters; escapes stay, in upper case. Such a path is
 * its own canonical form, so that signer and service agree on it whatever characters clients send.
 */
export function encodeServicePath(text: string): string {
  if (/^[A-Za-z0-9_.~/-]*$/.test(text)) return text
  return text.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9_.~/-]/gu, piece => {
    if (piece.length !== 3 || !piece.startsWith('%')) return encodeRfc3986(piece)
    const character = String.fromCharCode(Number.parseInt(piece.slice(1), 16))
    return /[A-Za-z0-9_.~-]/.test(character) ? character : piece.toUpperCase()
  })
}

/** `prefix`: the service's key in the tables. */
type Address = Omit<AwsEndpoint, 'method' | keyof RequestParts> & { readonly prefix: string }

function addressOf(partition: string, region: string, fullName: string): Address {
  const domain = Object.hasOwn(partitionDomains, partition) ? partitionDomains[partition] : ''
  if (!domain) throw new SyntaxError(`${partition} is not a partition of AWS`)
  if (!fullName.split('.').every(part => label.test(part))) {
    throw new SyntaxError(`${fullName} does not name a service`)
  }
  const dot = fullName.lastIndexOf('.')
  const name = fullName.slice(dot + 1).toLowerCase()
  const subdomain = dot < 0 ? '' : fullName.slice(0, dot)
  const isIotData = name === 'iotdata' || (name === 'iot' && subdomain !== '')
  // `streams.dynamodb` is a service of its own; any other subdomain is an account's or a bucket's.
  const prefix =
    subdomain !== '' && isKnown(fullName) ? fullName : (lookUp(endpointPrefixes, name) ?? name)
  const fixed = lookUp(globalServices[partition] ?? {}, prefix)
  const hostPrefix =
    subdomain === '' ? prefix : isIotData ? `${subdomain}.iot` : `${subdomain}.${name}`
  return {
    name,
    subdomain,
    prefix,
    host: fixed === undefined ? `${hostPrefix}.${region}.${domain}` : `${fixed[0]}.${domain}`,
    signingName: isIotData ? 'iotdata' : (lookUp(signingNames, prefix) ?? prefix),
    signingRegion: fixed === undefined ? region : fixed[1],
  }
}

function isKnown(fullName: string): boolean {
  return [json10Targets, json11Targets, signingNames].some(table => Object.hasOwn(table, fullName))
}

type RequestParts = Pick<AwsEndpoint, 'pathParts' | 'query' | 'action'>

function actionRequest(text: string, prefix: string): RequestParts {
  const parts = actionShape.exec(text)
  if (parts === null) throw new SyntaxError(`${text} does not name an action`)
  const [, name = '', parameters = ''] = parts
  const query = `Action=${name}`
  return {
    pathParts: Object.freeze(['/']),
    query: parameters === '' ? query : `${query}&${encodeNonAscii(parameters)}`,
    action: Object.freeze(actionOf(name, prefix)),
  }
}

function actionOf(name: string, prefix: string): AwsAction {
  const json10 = lookUp(json10Targets, prefix)
  const target = json10 ?? lookUp(json11Targets, prefix)
  const version = lookUp(queryVersions, prefix) ?? null
  const jsonType = `application/x-amz-json-${json10 === undefined ? '1.1' : '1.0'}`
  return {
    target: target === undefined ? null : `${target}.${name}`,
    version,
    contentType: target === undefined || version !== null ? null : jsonType,
  }
}

function pathRequest(text: string, service: string): RequestParts {
  const question = text.indexOf('?')
  const path = question < 0 ? text : text.slice(0, question)
  const pathParts = splitPlaceholders(path.startsWith('/') ? path : `/${path}`, encodeServicePath)
  // Some services resolve them, and others take them for names; nobody can mean both.
  if (countDotSegments(pathParts.filter((_, i) => i % 2 === 0).join('x')) > 0) {
    throw new SyntaxError(`the path ${path} of ${service} has a segment of dots`)
  }
  return {
    pathParts,
    query: question < 0 ? '' : encodeNonAscii(text.slice(question + 1)),
    action: null,
  }
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
