/** `portcullis doctor`: what a running gateway knows will always be refused, is not live, or has no effect. */
import type { Finding, StageReport } from '../control/doctor/finding.ts'
import { type ControlClientSettings, messageIn, reachOwn } from './control-client.ts'
import { CommandFailure } from './failure.ts'
import type { Words } from './print.ts'

const labels: Readonly<Record<Finding['severity'], string>> = {
  refused: 'refused',
  undeployed: 'undeployed',
  'no-effect': 'no effect',
  unchecked: 'not checked',
}

/**
 * Prints what was found, stage by stage. Throws a `CommandFailure` with exit code 1 when requests are refused that nobody
 * meant to refuse, so that a script can stop there.
 */
export async function runDoctor(
  client: ControlClientSettings,
  asJson: boolean,
  words: Words,
): Promise<void> {
  const reports = await fetchReports(client)
  if (asJson) words.say(JSON.stringify(reports, null, 2))
  else print(reports, words)
  const refused = reports.flatMap(each => each.findings).filter(each => each.severity === 'refused')
  if (refused.length > 0 && !asJson) {
    throw new CommandFailure(`${counted(refused.length, 'finding')} by which requests are refused.`)
  }
  if (refused.length > 0) process.exitCode = 1
}

async function fetchReports(client: ControlClientSettings): Promise<readonly StageReport[]> {
  const response = await reachOwn(client, new URL('/_portcullis/doctor', client.endpoint))
  const text = await response.text()
  if (!response.ok) {
    throw new CommandFailure(`The gateway answered ${response.status}: ${messageIn(text)}`)
  }
  return (JSON.parse(text) as { stages: StageReport[] }).stages
}

function print(reports: readonly StageReport[], words: Words): void {
  const ill = reports.filter(each => each.findings.length > 0)
  for (const { apiName, apiId, stage, findings } of ill) {
    words.say(words.strong(`${apiName} (${apiId}), stage ${stage}`))
    for (const { severity, where, problem, advice } of findings) {
      words.say(`  ${labels[severity].padEnd(10)}  ${where === '' ? '' : `${where}: `}${problem}`)
      if (advice !== undefined) words.say(words.dim(`              ${advice}`))
    }
  }
  const well = reports.length - ill.length
  if (ill.length > 0) words.say('')
  words.say(`${counted(reports.length, 'stage')} looked at, ${well} without findings.`)
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
