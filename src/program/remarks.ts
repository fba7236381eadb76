/**
 * What whoever deploys should be told, besides that it worked: what is configured and refuses requests because this version
 * cannot enforce it, and what has no effect here. Logged at deployment.
 */
import type { Program } from './program.ts'

export function remarksOn(program: Program): string[] {
  const remarks: string[] = []
  if (program.obstacle !== null) {
    remarks.push(`every request is refused: ${program.obstacle.reason}`)
  }
  for (const { obstacle, httpMethod, resourcePath } of program.routes.all) {
    if (obstacle === null) continue
    remarks.push(`${httpMethod} ${resourcePath} refuses every request: ${obstacle.reason}`)
  }
  const ofCanary = program.canary === null ? [] : remarksOn(program.canary.program)
  return [...remarks, ...program.notices, ...ofCanary.map(remark => `its canary: ${remark}`)]
}
