/** The flags of `portcullis start`, made from the declarations in options.ts. */
import { Option } from 'commander'
import { variableOf } from '../options/declare.ts'
import { declarations, defaultFile, type Options } from '../options.ts'

const fields = Object.keys(declarations) as (keyof Options)[]

/** One commander option per declared option, in its group; switches get a `--no-…` too. */
export function startFlags(): Option[] {
  const flags = fields.flatMap(field => {
    const { flag, group, kind, meaning, defaultText } = declarations[field]
    const told = `${meaning} [${defaultText}]`
    const heading = `${group}:`
    if (kind.placeholder === '') {
      return [
        new Option(`--${flag}`, told).helpGroup(heading),
        new Option(`--no-${flag}`).hideHelp(),
      ]
    }
    const option = new Option(`--${flag} <${kind.placeholder}>`, told).helpGroup(heading)
    if (kind.shape !== 'value') option.argParser(collect)
    return [option]
  })
  const file = new Option(
    '--config <FILE>',
    `A YAML file with options. [${defaultFile}, if it is there]`,
  )
  return [file.helpGroup('Options:'), ...flags]
}

/**
 * What was given on the command line, by the fields of `Options`. `sourceOf` tells where commander has a value from:
 * its own defaults must not hide the environment.
 */
export function givenFlags(
  values: Readonly<Record<string, unknown>>,
  sourceOf: (attribute: string) => string | undefined,
): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const field of [...fields, 'config'] as const) {
    const flag = field === 'config' ? 'config' : declarations[field].flag
    const attribute = flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    if (sourceOf(attribute) === 'cli') given[field] = values[attribute]
  }
  return given
}

/** How an option is shown in `--help`: a switch with its opposite. */
export function optionTerm({ flags, long }: Option): string {
  const isSwitch = fields.some(field => {
    const { flag, kind } = declarations[field]
    return kind.placeholder === '' && long === `--${flag}`
  })
  return isSwitch ? flags.replace('--', '--[no-]') : flags
}

/** For the end of `--help`. */
export const sourcesText = `Every option can also be given as a variable (${variableOf('data-dir')}=/var/lib/portcullis)
or in ${defaultFile} (data-dir: /var/lib/portcullis). A flag wins over a variable, a variable over the file.`

function collect(value: string, before: unknown): string[] {
  return Array.isArray(before) ? [...before, value] : [value]
}
