/**
 * AWS's own managed policies, as far as gateways and their functions use them: what Terraform, SAM, CDK and the Serverless
 * Framework attach to roles. The documents are those that AWS publishes in
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ (without the actions of services that no gateway has).
 */
import { createHash } from 'node:crypto'
import type { ManagedPolicyRecord } from './records.ts'

interface Published {
  readonly path: string
  readonly allows: readonly { readonly actions: readonly string[]; readonly on?: string }[]
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
    allows: [{ actions: ['lambda:*', 'logs:DescribeLogGroups', 'iam:GetPolicy', 'iam:GetRole'] }],
  },
  AWSLambda_ReadOnlyAccess: { path: '/', allows: [{ actions: ['lambda:Get*', 'lambda:List*'] }] },
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
  IAMFullAccess: { path: '/', allows: [{ actions: ['iam:*'] }] },
  IAMReadOnlyAccess: { path: '/', allows: [{ actions: ['iam:Get*', 'iam:List*'] }] },
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
    Statement: allows.map(({ actions, on = '*' }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: on,
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
