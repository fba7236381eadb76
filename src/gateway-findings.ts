/** What the doctor cannot see from the definitions: where VPC links lead, and what IAM knows of roles. */
import type { ActingParts } from './aws/acting-role.ts'
import type { Finding } from './control/doctor/finding.ts'
import type { PrivateNetwork } from './integrations/private-network.ts'
import { privateRemarks } from './private-remarks.ts'
import type { ProgramSource } from './program/program.ts'
import { roleRemarks } from './role-remarks.ts'

export function gatewayFindings(
  source: ProgramSource,
  network: PrivateNetwork,
  acting: ActingParts,
): Finding[] {
  const unconnected = privateRemarks(source, network).map(
    (problem): Finding => ({ severity: 'refused', where: '', problem }),
  )
  const roles = roleRemarks(source, acting).map(
    ({ type, where, text }): Finding => ({ severity: type, where, problem: text, advice }),
  )
  return [...unconnected, ...roles]
}

const advice =
  'Create the role with a trust policy for apigateway.amazonaws.com (iam create-role), and give it the right to call the back end.'
