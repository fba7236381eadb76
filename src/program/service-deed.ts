/**
 * What a request to an AWS service does, as IAM calls it: action and, where the request says so in its path, resource.
 *
 *     s3:path/{bucket}/{key}             GET -> s3:GetObject on arn:aws:s3:::bucket/key
 *     sqs:path/000000000000/orders       sqs:SendMessage, named in query or body, on the queue's ARN
 *     dynamodb:action/PutItem            dynamodb:PutItem; the table stands in the body, which is not read
 *     iotdata:path/topics/…              anything of iot
 *
 * What is not known is told as such (aws/policy/unknown-parts.ts). Actions and resources are those of the Service
 * Authorization Reference, https://docs.aws.amazon.com/service-authorization/latest/reference/.
 */
import type { Deed } from '../aws/acting-role.ts'
import { partitionOf } from '../aws/arn.ts'
import type { AwsEndpoint } from './program.ts'

/** A request as it will be sent to AWS: path encoded, without `?` before the query. */
export interface ServiceRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: Buffer | null
}

/** Made once for each integration. */
export function serviceDeed(
  endpoint: AwsEndpoint,
  account: string,
): (request: ServiceRequest) => Deed {
  const prefix = prefixOf(endpoint)
  if (endpoint.action !== null) {
    const name = /^Action=([^&]*)/.exec(endpoint.query)?.[1] ?? ''
    const deed = actionDeed(prefix, name)
    return () => deed
  }
  if (endpoint.name === 's3') return request => s3Deed(endpoint, request)
  if (endpoint.name === 'sqs') return request => queueDeed(endpoint, account, request)
  const anything: Deed = Object.freeze({ action: `${prefix}:*`, resource: '*', unknown: 'action' })
  return () => anything
}

/** Services whose actions have another prefix than their signatures. */
const prefixes: Readonly<Record<string, string>> = Object.freeze({
  email: 'ses',
  iotdata: 'iot',
  iotdevicegateway: 'iot',
  monitoring: 'cloudwatch',
  tagging: 'tag',
})

function prefixOf({ signingName }: AwsEndpoint): string {
  return (Object.hasOwn(prefixes, signingName) ? prefixes[signingName] : undefined) ?? signingName
}

/** Operations that need the right to another action; null: to those that their body names. */
const otherActions: Readonly<Record<string, string | null>> = Object.freeze({
  'dynamodb:BatchExecuteStatement': null,
  'dynamodb:ExecuteStatement': null,
  'dynamodb:ExecuteTransaction': null,
  'dynamodb:TransactGetItems': null,
  'dynamodb:TransactWriteItems': null,
  'lambda:Invoke': 'lambda:InvokeFunction',
  'lambda:InvokeAsync': 'lambda:InvokeFunction',
  'sns:PublishBatch': 'sns:Publish',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:SendMessageBatch': 'sqs:SendMessage',
})

function actionDeed(prefix: string, name: string): Deed {
  const asked = `${prefix}:${name}`
  const action = Object.hasOwn(otherActions, asked) ? otherActions[asked] : asked
  return Object.freeze(
    action === null || action === undefined
      ? { action: `${prefix}:*`, resource: '*', unknown: 'action' as const }
      : { action, resource: '*', unknown: 'resource' as const },
  )
}

function queueDeed(
  { signingRegion }: AwsEndpoint,
  account: string,
  { path, query, body }: ServiceRequest,
): Deed {
  const name = actionIn(query) ?? actionIn(body?.toString('latin1') ?? '')
  const { action, unknown } = name === undefined ? anyOfQueue : actionDeed('sqs', name)
  const [, owner = account, queue = ''] = path.split('/')
  if (queue === '' || unknown === 'action') return { action, resource: '*', unknown: 'action' }
  const arn = `arn:${partitionOf(signingRegion)}:sqs:${signingRegion}:${owner}:${decoded(queue)}`
  return { action, resource: arn }
}

const anyOfQueue: Deed = Object.freeze({ action: 'sqs:*', resource: '*', unknown: 'action' })

function actionIn(form: string): string | undefined {
  return /(?:^|&)Action=([A-Za-z]{1,64})(?:&|$)/.exec(form)?.[1]
}

type S3Actions = Readonly<Record<string, string | undefined>>

const ofObjects: S3Actions = {
  ...{ GET: 'GetObject', HEAD: 'GetObject', PUT: 'PutObject', POST: 'PutObject' },
  ...{ DELETE: 'DeleteObject', PATCH: undefined },
}
const ofBuckets: S3Actions = {
  ...{ GET: 'ListBucket', HEAD: 'ListBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' },
}
/** What a query makes of a request for an object, by the query's name. */
const subresources: Readonly<Record<string, S3Actions>> = {
  acl: { GET: 'GetObjectAcl', PUT: 'PutObjectAcl' },
  tagging: { GET: 'GetObjectTagging', PUT: 'PutObjectTagging', DELETE: 'DeleteObjectTagging' },
  versionId: { GET: 'GetObjectVersion', HEAD: 'GetObjectVersion', DELETE: 'DeleteObjectVersion' },
  uploads: { POST: 'PutObject' },
  partNumber: { PUT: 'PutObject' },
  uploadId: {
    ...{ GET: 'ListMultipartUploadParts', PUT: 'PutObject', POST: 'PutObject' },
    ...{ DELETE: 'AbortMultipartUpload' },
  },
}
/** Query names that change nothing: of lists, of answers' headers, of retries. */
const plainQuery =
  /^(?:list-type|prefix|delimiter|marker|start-after|max-keys|continuation-token|encoding-type|fetch-owner|response-[a-z-]+|x-id)$/

function s3Deed({ subdomain, signingRegion }: AwsEndpoint, request: ServiceRequest): Deed {
  const { method, path, query } = request
  const whole = subdomain === '' ? path.slice(1) : `${subdomain}/${path.slice(1)}`
  const slash = whole.indexOf('/')
  const bucket = decoded(slash < 0 ? whole : whole.slice(0, slash))
  const key = slash < 0 ? '' : decoded(whole.slice(slash + 1))
  if (bucket === '') return { action: 's3:ListAllMyBuckets', resource: '*' }
  const resource = `arn:${partitionOf(signingRegion)}:s3:::${key === '' ? bucket : `${bucket}/${key}`}`
  const action = s3Action(method, query, key === '')
  return action === undefined
    ? { action: 's3:*', resource: '*', unknown: 'action' }
    : { action: `s3:${action}`, resource }
}

function s3Action(method: string, query: string, isBucket: boolean): string | undefined {
  let actions = isBucket ? ofBuckets : ofObjects
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = ''] = pair.split('=')
    if (plainQuery.test(name)) continue
    const changed = !isBucket && Object.hasOwn(subresources, name) ? subresources[name] : undefined
    if (changed === undefined) return undefined
    actions = changed
  }
  return Object.hasOwn(actions, method) ? actions[method] : undefined
}

/** An escape that is none stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
