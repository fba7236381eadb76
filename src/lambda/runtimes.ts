/**
 * The runtimes that Lambda knows, and which of them run here. All Node.js runtimes run on the Node.js that runs
 * the gateway; the number in the id only decides how the handler is called (callbacks until nodejs22.x).
 * See https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
import { RuntimeUnsupported } from './refusals.ts'

/** How the functions of a runtime are run. */
export interface Runtime {
  readonly type: 'node'
  /** 22 in `nodejs22.x`. */
  readonly major: number
}

const nodeRuntime = /^nodejs(\d{1,2})\.x$/
const oldestNode = 12
const newestNode = 24
const otherRuntime = /^(?:python|java|dotnet|dotnetcore|ruby|go|provided)(?:[\d.]|$)/

/** What runs functions of the runtime `id`; throws `RuntimeUnsupported` with a sentence for the user. */
export function runtimeOf(id: string): Runtime {
  const major = Number(nodeRuntime.exec(id)?.[1])
  if (major >= oldestNode && major <= newestNode && major % 2 === 0) return { type: 'node', major }
  throw new RuntimeUnsupported(
    otherRuntime.test(id)
      ? `Functions of the runtime ${id} cannot be run here yet; nodejs18.x to nodejs24.x can.`
      : `There is no runtime ${id}; nodejs18.x to nodejs24.x can be run here.`,
  )
}
