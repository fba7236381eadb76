/**
 * Where options come from. Each source is read into the same shape: flag name -> the text that was given and the name
 * under which a complaint mentions it (`--port`, `PORTCULLIS_PORT`, `portcullis.yaml:3:7: port`).
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { variableOf } from './declare.ts'
import type { Kind } from './kinds.ts'
import { suggest } from './suggest.ts'

export interface Given {
  readonly text: string
  /** How the user wrote it. */
  readonly name: string
  /** What relative paths are relative to. */
  readonly folder: string
}

/** Flag name -> what was given. */
export type Source = ReadonlyMap<string, Given>

/** Flag name -> the shape of its value. */
export type Shapes = ReadonlyMap<string, Kind<unknown>['shape']>

export interface ReadSource {
  readonly given: Source
  readonly problems: readonly string[]
}

/** Read by the commands that talk to a running gateway, and by the choice of the file. */
export const clientVariables: readonly string[] = ['PORTCULLIS_ENDPOINT', 'PORTCULLIS_CONFIG']

/** What Kubernetes sets in every pod beside a Service that is called portcullis. */
const ofKubernetes = /^PORTCULLIS_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_\w+)$/

/** Values by flag name, already picked from the command line (or handed over by a program). */
export function fromFlags(
  values: ReadonlyMap<string, unknown>,
  names: readonly string[],
  cwd: string,
): ReadSource {
  const given = new Map<string, Given>()
  const problems: string[] = []
  for (const [flag, value] of values) {
    if (value === undefined) continue
    const name = `--${flag}`
    if (!names.includes(flag)) problems.push(unknown(name, names, known => `--${known}`))
    else given.set(flag, { text: textOf(value), name, folder: cwd })
  }
  return { given, problems }
}

/** `PORTCULLIS_…`; an empty variable counts as not set. */
export function fromEnvironment(
  env: NodeJS.ProcessEnv,
  names: readonly string[],
  cwd: string,
): ReadSource {
  const flagOf = new Map(names.map(flag => [variableOf(flag), flag]))
  const given = new Map<string, Given>()
  const problems: string[] = []
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('PORTCULLIS_') || !text || clientVariables.includes(name)) continue
    const flag = flagOf.get(name)
    if (flag !== undefined) given.set(flag, { text, name, folder: cwd })
    else if (!ofKubernetes.test(name)) problems.push(unknown(name, flagOf.keys(), known => known))
  }
  return { given, problems }
}

const fileLimitBytes = 65_536

/** The YAML file. `isOptional`: it is the default one, and may not be there. */
export function fromFile(
  file: string,
  shapes: Shapes,
  cwd: string,
  isOptional: boolean,
): ReadSource {
  const path = resolve(cwd, file)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && isOptional) return { given: new Map(), problems: [] }
    const why = code === 'ENOENT' ? 'there is no such file' : message
    return { given: new Map(), problems: [`--config ${file}: ${why}`] }
  }
  if (text.length > fileLimitBytes) {
    return { given: new Map(), problems: [`${file}: is larger than ${fileLimitBytes} bytes`] }
  }
  return readYaml(text, file, shapes, dirname(path))
}

function readYaml(text: string, file: string, shapes: Shapes, folder: string): ReadSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const given = new Map<string, Given>()
  const problems = document.errors.map(error => `${place(error.pos[0])}: ${error.message}`)
  const { contents } = document
  if (problems.length > 0 || contents === null) return { given, problems }
  if (!isMap(contents)) {
    problems.push(`${place(0)}: must be a list of "option: value" lines`)
    return { given, problems }
  }
  for (const { key, value } of contents.items) {
    if (!isScalar(key)) continue
    const flag = String(key.value)
    const where = place(key.range?.[0] ?? 0)
    const shape = shapes.get(flag)
    if (shape === undefined) {
      problems.push(`${where}: ${unknown(flag, shapes.keys(), known => known)}`)
      continue
    }
    const read = shape === 'pairs' && isMap(value) ? textOfPairs(value) : textOfNode(value)
    if (read === undefined) problems.push(`${where}: ${flag}: needs a plain value`)
    else if (read !== '') given.set(flag, { text: read, name: `${where}: ${flag}`, folder })
  }
  return { given, problems }
}

/** As it is written: `000000000000` is not the number 0. '' for nothing; undefined for maps and the like. */
function textOfNode(node: unknown): string | undefined {
  if (node === null) return ''
  if (isScalar(node)) return node.value === null ? '' : (node.source ?? String(node.value))
  if (!isSeq(node) || isAlias(node)) return undefined
  const items = node.items.map(item => textOfNode(item as Node))
  return items.includes(undefined) ? undefined : items.join(',')
}

/** `name: value` lines as `name=value`. */
function textOfPairs({ items }: YAMLMap): string | undefined {
  const pairs = items.map(({ key, value }) => {
    if (!isScalar(key) || !isScalar(value)) return undefined
    return `${textOfNode(key)}=${textOfNode(value)}`
  })
  return pairs.includes(undefined) ? undefined : pairs.join(',')
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value)
}

function unknown(name: string, known: Iterable<string>, write: (known: string) => string): string {
  const bare = name.replace(/^--/, '')
  const near = suggest(bare, known)
  const meant = near === undefined ? '' : `; did you mean ${write(near)}?`
  return `${name}: unknown option${meant}`
}
