/**
 * Weighing policies: what an IAM-protected method costs beside its signature. The aim is 300,000 evaluations a second on
 * one core.
 *
 *     node bench/micro/policy.ts
 */
import { bench, run } from 'mitata'
import { compilePolicyText } from '../../src/aws/policy/compile.ts'
import type { PolicyRequest } from '../../src/aws/policy/verdict.ts'

const account = '111122223333'
const request: PolicyRequest = {
  action: 'execute-api:Invoke',
  resource: `arn:aws:execute-api:eu-west-1:${account}:a1b2c3d4e5/dev/GET/pets/7/toys`,
  requester: {
    account,
    arn: `arn:aws:iam::${account}:user/ann`,
    roleArn: null,
    userId: 'AIDAANN',
    boundary: null,
  },
  service: null,
  valueFor: key =>
    key === 'aws:sourceip' ? '10.1.2.3' : key === 'aws:username' ? 'ann' : undefined,
}

const allow = { Effect: 'Allow', Action: 'execute-api:Invoke' }
const identity = compilePolicyText(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { ...allow, Resource: `arn:aws:execute-api:*:${account}:a1b2c3d4e5/dev/GET/pets/*` },
      { ...allow, Action: 's3:*', Resource: '*' },
      { ...allow, Effect: 'Deny', Resource: 'arn:aws:execute-api:*:*:*/dev/DELETE/*' },
    ],
  }),
  'identity',
  'identity',
)
const resource = compilePolicyText(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { ...allow, Principal: '*', Resource: `arn:aws:execute-api:*:*:a1b2c3d4e5/*` },
      {
        ...allow,
        Effect: 'Deny',
        Principal: '*',
        Resource: `arn:aws:execute-api:*:*:a1b2c3d4e5/*`,
        Condition: { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.168.0.0/16'] } },
      },
    ],
  }),
  'resource',
  'resource',
)
const filled = compilePolicyText(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ ...allow, Resource: 'arn:aws:execute-api:*:*:*/users/${aws:username}/*' }],
  }),
  'identity',
  'filled',
)
const many = compilePolicyText(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: Array.from({ length: 60 }, (_, i) => ({
      ...allow,
      Resource: `arn:aws:execute-api:*:*:a1b2c3d4e5/dev/GET/p${i}/*`,
    })),
  }),
  'identity',
  'many',
)

bench('identity policy, three statements', () => identity.weigh(request))
bench('resource policy with address ranges', () => resource.weigh(request))
bench('both, as for an IAM-protected method', () => {
  identity.weigh(request)
  return resource.weigh(request)
})
bench('a variable in the resource', () => filled.weigh(request))
bench('sixty statements, none fits', () => many.weigh(request))
await run()
