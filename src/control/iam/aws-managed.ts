/**
 * AWS's own managed policies, as far as gateways and their functions use them: what Terraform, SAM, CDK and the Serverless
 * Framework attach to roles. Each allows what the document allows that AWS publishes in
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/, or less, never more. Statements are not those of AWS word for
 * word: Sids are left out. These allow less, only what is listed here:
 *
 *     ReadOnlyAccess               of a hundred services: API Gateway, Lambda, IAM, STS and logs
 *     CloudWatchLogsFullAccess     what it has for other services: cloudwatch:GenerateQuery only
 *     AWSXrayWriteOnlyAccess       not the reading of sampling rules
 */
import { createHash } from 'node:crypto'
import type { ManagedPolicyRecord } from './records.ts'

interface Published {
  readonly path: string
  readonly allows: readonly {
    readonly actions: readonly string[]
    readonly on?: string
    readonly condition?: object
  }[]
}

const service = '/service-role/'
const logs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']
const interfaces = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]
const queues = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
const tables = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
]
const streams = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
  'kinesis:ListStreams',
  'kinesis:SubscribeToShard',
]
/** What the Lambda console shows beside a function. */
const besideFunctions = [
  ...['cloudformation:DescribeStacks', 'cloudformation:ListStackResources'],
  ...['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
  ...['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs', 'kms:ListAliases'],
  ...['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:GetRole', 'iam:GetRolePolicy'],
  ...['iam:ListAttachedRolePolicies', 'iam:ListRolePolicies', 'iam:ListRoles'],
  ...['logs:DescribeLogGroups', 'states:DescribeStateMachine', 'states:ListStateMachines'],
  ...['tag:GetResources', 'xray:GetTraceSummaries', 'xray:BatchGetTraces'],
]
const logsOfFunctions = 'arn:aws:logs:*:*:log-group:/aws/lambda/*'
const tailing = [
  ...['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'],
  ...['logs:StartLiveTail', 'logs:StopLiveTail'],
]
const querying = [
  ...['logs:StartQuery', 'logs:StopQuery', 'logs:DescribeQueries', 'logs:GetLogGroupFields'],
  ...['logs:GetLogRecord', 'logs:GetQueryResults'],
]
const ofOrganizations = [
  ...['DescribeAccount', 'DescribeOrganization', 'DescribeOrganizationalUnit', 'DescribePolicy'],
  ...['ListChildren', 'ListParents', 'ListPoliciesForTarget', 'ListRoots', 'ListPolicies'],
  'ListTargetsForPolicy',
].map(action => `organizations:${action}`)

const published: Readonly<Record<string, Published>> = {
  AdministratorAccess: { path: '/', allows: [{ actions: ['*'] }] },
  AmazonAPIGatewayAdministrator: {
    path: '/',
    allows: [{ actions: ['apigateway:*'], on: 'arn:aws:apigateway:*::/*' }],
  },
  AmazonAPIGatewayInvokeFullAccess: {
    path: '/',
    allows: [
      {
        actions: ['execute-api:Invoke', 'execute-api:ManageConnections'],
        on: 'arn:aws:execute-api:*:*:*',
      },
    ],
  },
  AmazonAPIGatewayPushToCloudWatchLogs: {
    path: service,
    allows: [
      {
        actions: [
          'logs:CreateLogGroup',
          'logs:CreateLogStream',
          'logs:DescribeLogGroups',
          'logs:DescribeLogStreams',
          'logs:PutLogEvents',
          'logs:GetLogEvents',
          'logs:FilterLogEvents',
        ],
      },
    ],
  },
  AWSLambdaBasicExecutionRole: { path: service, allows: [{ actions: logs }] },
  AWSLambdaDynamoDBExecutionRole: { path: service, allows: [{ actions: [...tables, ...logs] }] },
  AWSLambdaKinesisExecutionRole: { path: service, allows: [{ actions: [...streams, ...logs] }] },
  AWSLambdaRole: { path: service, allows: [{ actions: ['lambda:InvokeFunction'] }] },
  AWSLambdaSQSQueueExecutionRole: { path: service, allows: [{ actions: [...queues, ...logs] }] },
  AWSLambdaVPCAccessExecutionRole: {
    path: service,
    allows: [{ actions: [...logs, ...interfaces] }],
  },
  AWSLambda_FullAccess: {
    path: '/',
    allows: [
      { actions: ['lambda:*', ...besideFunctions] },
      {
        actions: ['iam:PassRole'],
        condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      },
      { actions: tailing, on: logsOfFunctions },
    ],
  },
  AWSLambda_ReadOnlyAccess: {
    path: '/',
    allows: [
      {
        actions: ['lambda:Get*', 'lambda:List*', 'cloudformation:ListStacks', ...besideFunctions],
      },
      { actions: [...tailing, ...querying], on: logsOfFunctions },
    ],
  },
  AWSXRayDaemonWriteAccess: {
    path: '/',
    allows: [
      {
        actions: [
          'xray:PutTraceSegments',
          'xray:PutTelemetryRecords',
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          'xray:GetSamplingStatisticSummaries',
        ],
      },
    ],
  },
  AWSXrayWriteOnlyAccess: {
    path: '/',
    allows: [{ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] }],
  },
  CloudWatchLogsFullAccess: {
    path: '/',
    allows: [{ actions: ['logs:*', 'cloudwatch:GenerateQuery'] }],
  },
  IAMFullAccess: { path: '/', allows: [{ actions: ['iam:*', ...ofOrganizations] }] },
  IAMReadOnlyAccess: {
    path: '/',
    allows: [
      {
        actions: [
          ...['iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails'],
          ...['iam:Get*', 'iam:List*', 'iam:SimulateCustomPolicy', 'iam:SimulatePrincipalPolicy'],
        ],
      },
    ],
  },
  ReadOnlyAccess: {
    path: '/',
    allows: [
      {
        actions: [
          ...['apigateway:GET', 'lambda:Get*', 'lambda:List*', 'iam:Get*', 'iam:List*'],
          ...['logs:Describe*', 'logs:Get*', 'logs:FilterLogEvents', 'sts:GetCallerIdentity'],
        ],
      },
    ],
  },
}

/** When AWS published the oldest of them; the exact days are not kept. */
const publishedMs = Date.UTC(2015, 1, 6)

const records = new Map(
  Object.entries(published).map(([name, policy]) => [
    `${policy.path}${name}`,
    recordOf(name, policy),
  ]),
)

/** AWS's policy with this ARN, as a record; undefined: it is not known here. */
export function awsPolicy(partition: string, arn: string): ManagedPolicyRecord | undefined {
  const prefix = prefixOf(partition)
  return arn.startsWith(prefix) ? records.get(arn.slice(prefix.length)) : undefined
}

export function awsPolicies(
  partition: string,
): { readonly arn: string; readonly record: ManagedPolicyRecord }[] {
  return [...records].map(([place, record]) => ({ arn: prefixOf(partition) + place, record }))
}

function prefixOf(partition: string): string {
  return `arn:${partition}:iam::aws:policy`
}

function recordOf(name: string, { path, allows }: Published): ManagedPolicyRecord {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: allows.map(({ actions, on = '*', condition }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: on,
      ...(condition && { Condition: condition }),
    })),
  })
  // The same on every machine; AWS's own ids are not kept.
  const id = createHash('sha256').update(name).digest('hex').slice(0, 17).toUpperCase()
  return {
    name,
    path,
    id: `ANPA${id}`,
    createdMs: publishedMs,
    updatedMs: publishedMs,
    versions: [{ id: 'v1', document, createdMs: publishedMs }],
    defaultVersion: 'v1',
    newestVersion: 1,
  }
}
