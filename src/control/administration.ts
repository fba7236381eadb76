/**
 * Whether a caller may make a call of the control plane: what each operation is called in policies, and on which resource.
 * Outside development every call is asked about; AssumeRole asks by itself, with the role's trust policy.
 *
 *     REST, HTTP APIs   apigateway:PATCH         on arn:aws:apigateway:eu-west-1::/restapis/a1b2c3
 *     Lambda            lambda:UpdateAlias       on arn:aws:lambda:eu-west-1:123456789012:function:f
 *     IAM               iam:AttachUserPolicy     on arn:aws:iam::123456789012:user/team/ann
 *
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html; refusals have
 * AWS's words, as in https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
import { functionArn, parseArn, parseFunctionName } from '../aws/arn.ts'
import { AccessDeniedException, UnrecognizedClientException } from '../aws/faults.ts'
import type { SigningIdentity } from '../aws/identity.ts'
import type { ContextValue } from '../aws/policy/verdict.ts'
import type { Service } from '../aws/services.ts'
import type { Clock } from '../base/clock.ts'
import type { Namespace, Store } from '../store/store.ts'
import { type CallFacts, callerKeys, requesterOf } from './caller-keys.ts'
import { partitionOf } from './context.ts'
import { type OwnerType, ownerArn } from './iam/names.ts'
import { ownerKinds } from './iam/owners.ts'
import { keyOf } from './iam/records.ts'
import { type RightsVerdict, rightsOf } from './identity-rights.ts'
import type { CheckPassRole } from './pass-role.ts'
import type { Caller } from './transactions.ts'

type Input = Readonly<Record<string, unknown>>

/** Operations that need no permission, or decide by themselves. */
const free: ReadonlySet<string> = new Set([
  'AssumeRole',
  'AssumeRoleWithWebIdentity',
  'GetCallerIdentity',
  'GetSessionToken',
])

/** Operations of IAM that are about the caller when they name nobody. */
const ofCaller: ReadonlySet<string> = new Set([
  'CreateAccessKey',
  'DeleteAccessKey',
  'DeleteLoginProfile',
  'GetLoginProfile',
  'GetUser',
  'ListAccessKeys',
  'ListMFADevices',
  'ListServiceSpecificCredentials',
  'ListSigningCertificates',
  'ListSSHPublicKeys',
  'UpdateAccessKey',
])

/** Throws `AccessDeniedException` unless the caller's policies allow the operation. */
export async function authorizeCall(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: Caller & { readonly identity: SigningIdentity },
  service: Service,
  operation: string,
  input: Input,
): Promise<void> {
  if (service.name === 'sts' && free.has(operation)) return
  const { identity, namespace, userAgent, sourceIp, isTls } = caller
  const isOfUser = identity.kind !== 'assumed-role' && identity.sessionToken !== null
  if (service.name === 'iam' && isOfUser) {
    // "You cannot call any IAM API operations unless MFA authentication information is included" (GetSessionToken).
    throw new UnrecognizedClientException('The security token included in the request is invalid')
  }
  const action = actionOf(service, operation, caller.method)
  const resource =
    service.name === 'iam' && ofCaller.has(operation) && input['UserName'] === undefined
      ? identity.arn
      : await resourceOf(store, caller, service, input)
  refuseUnlessAllowed(identity, action, resource, {
    clock,
    userAgent,
    sourceIp,
    isTls,
    region: service.query === null ? namespace.region : 'us-east-1',
  })
}

/** What asks before the caller puts a role into a record. */
export function passRoleCheck(
  { clock }: { readonly clock: Clock },
  {
    identity,
    namespace,
    userAgent,
    sourceIp,
    isTls,
  }: Caller & { readonly identity: SigningIdentity },
): CheckPassRole {
  const facts = { clock, userAgent, sourceIp, isTls, region: namespace.region }
  return (roleArn, service) => {
    if (parseArn(roleArn)?.account !== identity.account) {
      // Known from users' reports.
      throw new AccessDeniedException('Cross-account pass role is not allowed.')
    }
    refuseUnlessAllowed(identity, 'iam:PassRole', roleArn, facts, {
      'iam:passedtoservice': service,
    })
  }
}

/** Throws `AccessDeniedException` unless the identity's policies allow the action; `own` are the call's own condition keys. */
export function refuseUnlessAllowed(
  identity: SigningIdentity,
  action: string,
  resource: string,
  facts: CallFacts,
  own: Readonly<Record<string, ContextValue>> = {},
): void {
  const verdict = rightsOf(identity, {
    action,
    resource,
    requester: requesterOf(identity),
    service: null,
    valueFor: callerKeys(identity, facts, own),
  })
  if (verdict.decision !== 'allow') {
    throw new AccessDeniedException(refusalText(identity.arn, action, resource, verdict))
  }
}

/** `lambda:InvokeFunction` */
function actionOf({ name }: Service, operation: string, method: string): string {
  switch (name) {
    case 'api-gateway':
    case 'apigatewayv2':
      return `apigateway:${method}`
    case 'apigatewaymanagementapi':
      return 'execute-api:ManageConnections'
    case 'lambda':
      return `lambda:${lambdaActions[operation] ?? operation}`
    case 'iam':
    case 'sts':
      return `${name}:${operation}`
    default:
      return name satisfies never
  }
}

const lambdaActions: Readonly<Record<string, string>> = {
  Invoke: 'InvokeFunction',
  InvokeAsync: 'InvokeFunction',
  InvokeWithResponseStream: 'InvokeFunction',
}

async function resourceOf(
  store: Store,
  caller: Caller,
  { name }: Service,
  input: Input,
): Promise<string> {
  const { account, region } = caller.namespace
  const partition = partitionOf(region)
  switch (name) {
    case 'api-gateway':
      return routeArn(caller.namespace, caller.rawPath)
    case 'apigatewayv2': {
      const path = plainPath(caller.rawPath).replace(/^\/v2(?=\/|$)/, '')
      return `arn:${partition}:apigateway:${region}::${path}`
    }
    case 'apigatewaymanagementapi':
      return `arn:${partition}:execute-api:${region}:${account}:${plainPath(caller.rawPath).slice(1)}`
    case 'lambda':
      return lambdaResource(caller, partition, input)
    case 'iam':
      return iamResource(store, caller, partition, input)
    case 'sts':
      return '*'
    default:
      return name satisfies never
  }
}

/** `arn:aws:apigateway:eu-west-1::/restapis/a1b2c3` of a path of the control plane. */
export function routeArn({ region }: Namespace, rawPath: string): string {
  return `arn:${partitionOf(region)}:apigateway:${region}::${plainPath(rawPath)}`
}

/** One spelling for each path: another way to encode it must not lead around a policy. */
function plainPath(rawPath: string): string {
  const segments = rawPath.replace(/(?<=.)\/$/, '').split('/')
  return segments.map(segment => encodeURIComponent(decoded(segment))).join('/')
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function lambdaResource({ namespace }: Caller, partition: string, input: Input): string {
  const { account, region } = namespace
  const { FunctionName, Qualifier, Resource, Arn, LayerName, VersionNumber } = input
  if (typeof FunctionName === 'string') {
    const found = parseFunctionName(FunctionName)
    const qualifier = found?.qualifier ?? (typeof Qualifier === 'string' ? Qualifier : undefined)
    return functionArn(region, account, found?.name ?? FunctionName, qualifier)
  }
  if (typeof LayerName === 'string') {
    const layer = LayerName.startsWith('arn:')
      ? LayerName
      : `arn:${partition}:lambda:${region}:${account}:layer:${LayerName}`
    return VersionNumber === undefined ? layer : `${layer}:${VersionNumber}`
  }
  const named = Resource ?? Arn
  return typeof named === 'string' ? named : '*'
}

const ownerMembers: readonly (readonly [member: string, type: OwnerType])[] = [
  ['RoleName', 'role'],
  ['GroupName', 'group'],
  ['UserName', 'user'],
]

/** Users, groups and roles have a path in their ARN, which the request does not name. */
async function iamResource(
  store: Store,
  { namespace }: Caller,
  partition: string,
  input: Input,
): Promise<string> {
  const realm = { account: namespace.account, partition }
  for (const [member, type] of ownerMembers) {
    const name = input[member]
    if (typeof name !== 'string') continue
    const found = await store.read(namespace, tx => tx.get(ownerKinds[type], '', keyOf(name)))
    const path = found?.record.path ?? (typeof input['Path'] === 'string' ? input['Path'] : '/')
    return ownerArn(realm, type, { path, name: found?.record.name ?? name })
  }
  const { PolicyArn, OpenIDConnectProviderArn, PolicyName, Path = '/' } = input
  if (typeof PolicyArn === 'string') return PolicyArn
  if (typeof OpenIDConnectProviderArn === 'string') return OpenIDConnectProviderArn
  if (typeof PolicyName === 'string') {
    return `arn:${partition}:iam::${namespace.account}:policy${Path}${PolicyName}`
  }
  return '*'
}

function refusalText(
  caller: string,
  action: string,
  resource: string,
  verdict: Exclude<RightsVerdict, { decision: 'allow' }>,
): string {
  const { decision, policyType } = verdict
  const article = policyType === 'identity-based policy' ? 'an' : 'a'
  const because =
    decision === 'explicitDeny'
      ? `with an explicit deny in ${article} ${policyType}`
      : `because no ${policyType} allows the ${action} action`
  return `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ${because}`
}
