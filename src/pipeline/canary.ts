/**
 * Chooses between a stage and its canary, anew for each request. Both were loaded together, so that one assignment
 * replaces both.
 */
import type { LoadedProgram } from './load.ts'

/** `random` gives numbers from 0 to below 1. */
export function programFor(stage: LoadedProgram, random: () => number): LoadedProgram {
  const { canary } = stage
  if (canary === null) return stage
  return random() * 100 < canary.percentTraffic ? canary.loaded : stage
}
