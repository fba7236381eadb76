/**
 * Canary releases: a stage sends a part of its requests, chosen one by one, to another deployment ("Set up an API Gateway
 * canary release deployment" in the developer guide). The canary is the stage once more, with that deployment and with
 * its own values for some stage variables; so it is compiled as a program of its own.
 */
import type { ProgramSource } from './program.ts'

/** The canary as a source of its own; null: the stage sends no request to one. */
export function canarySource(source: ProgramSource): ProgramSource | null {
  const { stage, canary } = source
  const settings = stage.canarySettings
  if (settings === undefined || !((settings.percentTraffic ?? 0) > 0)) return null
  const variables = { ...stage.variables, ...settings.stageVariableOverrides }
  // Without a deployment of its own it differs from the stage in its variables only (guess).
  return { ...source, ...canary, stage: { ...stage, variables } }
}
