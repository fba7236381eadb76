/**
 * Writes src/aws/operations.*.ts: for each AWS service that we serve one flat table of operations,
 * shapes, enums and errors, and one map of types. Source: the schema tuples that the AWS SDK clients
 * export as `Name$`, read through `NormalizedSchema` of @smithy/core, and for the enum of a member
 * (which the tuples lack) the client's own type declarations.
 *
 * The services of the query protocol (IAM, STS) have no HTTP bindings: everything is a form posted to `/`. Of their many
 * operations only those that are served come with their shapes; the others are named, so that they can be refused by name.
 *
 *   node scripts/generate-operations.ts            write the files
 *   node scripts/generate-operations.ts --check    exit 1 when a committed file differs
 *
 * A trait or kind that the reader and writer don't know stops the generator: a new SDK release must
 * not be misread in silence. The notation of the tables is described in src/aws/table.ts.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NormalizedSchema } from '@smithy/core/schema'
import { servedOfIam, servedOfSts } from './query-operations.ts'

interface Target {
  readonly client: string
  readonly file: string
  readonly prefix: string
  readonly namespace: string
  /** For the query protocol: the operations that come with their shapes. */
  readonly query?: readonly string[]
}

const targets: readonly Target[] = [
  { client: 'api-gateway', file: 'v1', prefix: 'Rest', namespace: 'V1' },
  { client: 'apigatewayv2', file: 'v2', prefix: 'Http', namespace: 'V2' },
  {
    client: 'apigatewaymanagementapi',
    file: 'management',
    prefix: 'Management',
    namespace: 'Management',
  },
  { client: 'lambda', file: 'lambda', prefix: 'Lambda', namespace: 'Lambda' },
  { client: 'iam', file: 'iam', prefix: 'Iam', namespace: 'Iam', query: servedOfIam },
  { client: 'sts', file: 'sts', prefix: 'Sts', namespace: 'Sts', query: servedOfSts },
]

/** The first element of a tuple says what it describes. */
const operationTuple = 9
const errorTuple = -3
const unionTuple = 4

const require = createRequire(import.meta.url)
const outputFolder = join(dirname(fileURLToPath(import.meta.url)), '../src/aws')

type Tuple = readonly unknown[]
type Traits = Readonly<Record<string, unknown>>

interface Operation {
  readonly line: string
  /** null: the operation is only named. */
  readonly types: string | null
}

/** Everything that one file is made of. */
interface Tables {
  readonly operations: Map<string, Operation>
  readonly errors: Map<string, number>
  readonly shapes: Map<string, Map<string, string>>
  readonly unions: Set<string>
  readonly enums: Map<string, readonly string[]>
}

/** Reads one client package into tables. */
function readClient(target: Target): Tables {
  const packageName = `@aws-sdk/client-${target.client}`
  const sdk = require(packageName) as Record<string, unknown>
  const memberTypes = readMemberTypes(packageName)
  const tables: Tables = {
    operations: new Map(),
    errors: new Map(),
    shapes: new Map(),
    unions: new Set(),
    enums: new Map(),
  }

  for (const exported of Object.values(sdk)) {
    if (!Array.isArray(exported)) continue
    const tuple = exported as Tuple
    if (tuple[0] === errorTuple) addError(tuple)
    else if (tuple[0] === operationTuple) addOperation(tuple)
  }
  return tables

  function addError(tuple: Tuple): void {
    const { httpError: status, awsQueryError } = tuple[3] as {
      httpError?: number
      awsQueryError?: [code: string, status: number]
    }
    if (status === undefined) return // the client's own base class
    if (target.query === undefined) {
      tables.errors.set(String(tuple[2]), status)
      addShape(schemaOf(tuple))
      return
    }
    // On the wire a query error has a code of its own and nothing but its message.
    const code = awsQueryError?.[0] ?? String(tuple[2])
    tables.errors.set(code, status)
    tables.shapes.set(code, new Map([['message', 'string']]))
  }

  function addOperation(tuple: Tuple): void {
    const name = String(tuple[2])
    const traits = tuple[3] === 0 ? {} : (tuple[3] as { http?: [string, string, number] })
    const { http = ['POST', '/', 200], ...rest } = traits
    refuseUnknown(name, Object.keys(rest), [])
    const [method, uri, status] = http
    if (target.query?.includes(name) === false) {
      tables.operations.set(name, { line: `${method} ${uri} ${status} - -`, types: null })
      return
    }
    const input = schemaOf(tuple[4])
    const output = schemaOf(tuple[5])
    const inputName = input.isStructSchema() ? addShape(input) : '-'
    const outputName = output.isStructSchema() ? addShape(output) : '-'
    tables.operations.set(name, {
      line: `${method} ${uri} ${status} ${inputName} ${outputName}`,
      types: `{ input: ${inputType(inputName)}; output: ${outputType(outputName)} }`,
    })
  }

  function inputType(shapeName: string): string {
    if (shapeName === '-') return 'object'
    const sdkType = `${target.namespace}.${shapeName}`
    const streams = [...(tables.shapes.get(shapeName) ?? [])].filter(([, m]) => isStream(m))
    if (streams.length === 0) return `Checked<${sdkType}>`
    // A client may hand over a stream; a handler gets the bytes.
    const names = streams.map(([member]) => `'${member}'`).join(' | ')
    const bytes = streams.map(([member]) => `${member}: Uint8Array`).join('; ')
    return `Checked<Omit<${sdkType}, ${names}> & { ${bytes} }>`
  }

  function outputType(shapeName: string): string {
    if (shapeName === '-') return 'void'
    return `${target.namespace}.${shapeName}`
  }

  function addShape(schema: NormalizedSchema): string {
    const name = schema.getName() ?? fail('a structure without a name')
    if (tables.shapes.has(name)) return name
    if (tables.enums.has(name)) fail(`${name} is both a shape and an enum`)
    const members = new Map<string, string>()
    tables.shapes.set(name, members)
    const tuple = schema.getSchema() as Tuple
    if (tuple[0] === unionTuple) tables.unions.add(name)
    const requiredCount = Number(tuple[6] ?? 0)
    for (const [memberName, member] of schema.structIterator()) {
      const isRequired = members.size < requiredCount
      const type = typeOf(member, memberTypes.get(`${name}.${memberName}`))
      const words = [isRequired ? `${type}!` : type, ...placeOf(name, memberName, member)]
      members.set(memberName, words.join(' '))
    }
    return name
  }

  function typeOf(schema: NormalizedSchema, declared: string | undefined): string {
    if (schema.isListSchema()) return `[${typeOf(schema.getValueSchema(), declared)}]`
    if (schema.isMapSchema()) return `{${typeOf(schema.getValueSchema(), declared)}}`
    if (schema.isStructSchema()) return addShape(schema)
    if (schema.isTimestampSchema()) return schema.getSchema() === 5 ? 'isoTime' : 'epochTime'
    if (schema.isBlobSchema()) return schema.isStreaming() ? 'stream' : 'blob'
    if (schema.isBooleanSchema()) return 'boolean'
    if (schema.isNumericSchema()) return 'number'
    if (!schema.isStringSchema()) return fail(`unknown kind ${JSON.stringify(schema.getSchema())}`)
    return declared === undefined ? 'string' : addEnum(declared)
  }

  function addEnum(declared: string): string {
    const values = sdk[declared]
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return 'string'
    tables.enums.set(declared, Object.values(values).map(String))
    return declared
  }
}

/** Where a member travels, as the words that follow its type. */
function placeOf(shapeName: string, memberName: string, member: NormalizedSchema): string[] {
  const traits: Traits = member.getMergedTraits()
  refuseUnknown(`${shapeName}.${memberName}`, Object.keys(traits), [
    ...['httpLabel', 'httpQuery', 'httpQueryParams', 'httpHeader', 'httpPayload'],
    ...['httpResponseCode', 'jsonName', 'sensitive', 'eventPayload'],
    // Without meaning for a server that speaks JSON:
    ...['idempotencyToken', 'streaming', 'xmlName', 'error', 'httpError'],
  ])
  const words: string[] = []
  if (traits['httpLabel']) words.push('path')
  else if (traits['httpQuery']) words.push(`query:${traits['httpQuery']}`)
  else if (traits['httpQueryParams']) words.push('restOfQuery')
  else if (traits['httpHeader']) words.push(`header:${String(traits['httpHeader']).toLowerCase()}`)
  else if (traits['httpPayload'] || traits['eventPayload']) words.push('payload')
  else if (traits['httpResponseCode']) words.push('status')
  if (traits['jsonName'] && traits['jsonName'] !== memberName)
    words.push(`as:${traits['jsonName']}`)
  if (traits['sensitive']) words.push('sensitive')
  return words
}

function refuseUnknown(where: string, found: readonly string[], known: readonly string[]): void {
  const unknown = found.filter(trait => !known.includes(trait))
  if (unknown.length > 0) fail(`${where} has traits that nobody reads: ${unknown.join(', ')}`)
}

/**
 * `Shape.member` -> the one name in its declared type that may be an enum: `EndpointType` in
 * `types?: EndpointType[] | undefined`. The declarations are themselves generated, one member a line.
 */
function readMemberTypes(packageName: string): Map<string, string> {
  const folder = join(dirname(require.resolve(packageName)), '../dist-types/models')
  const types = new Map<string, string>()
  for (const file of readdirSync(folder).filter(name => name.endsWith('.d.ts'))) {
    let shape = ''
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const declaration = /^export (?:interface|declare class) (\w+)/.exec(line)
      if (declaration?.[1]) shape = declaration[1]
      const member = /^ {4}(\w+)\??: (?:Record<string, )?(\w+)>?(?:\[\])* \| undefined;$/.exec(line)
      if (member?.[1] && member[2]) types.set(`${shape}.${member[1]}`, member[2])
    }
  }
  return types
}

/** Renders one file; the same input gives the same text on every machine. */
function render(target: Target, tables: Tables): string {
  const { prefix, namespace } = target
  const sortedShapes = sorted(tables.shapes)
  const lines = [
    `// Generated by scripts/generate-operations.ts from @aws-sdk/client-${target.client}. Do not edit.`,
    `import type * as ${namespace} from '@aws-sdk/client-${target.client}'`,
    `import type { Checked, OperationTable } from './table.ts'`,
    '',
    `export const ${prefix.toLowerCase()}Table: OperationTable = {`,
    '  operations: {',
    ...sorted(tables.operations).map(([name, { line }]) => `    ${name}: '${line}',`),
    '  },',
    '  errors: {',
    ...sorted(tables.errors).map(([name, status]) => `    ${name}: ${status},`),
    '  },',
    '  shapes: {',
    ...sortedShapes.map(([name, members]) => `    ${name}: ${renderMembers(members)},`),
    '  },',
    `  unions: [${[...tables.unions].sort().map(quote).join(', ')}],`,
    '  enums: {',
    ...sorted(tables.enums).map(
      ([name, values]) => `    ${name}: [${values.map(quote).join(', ')}],`,
    ),
    '  },',
    '}',
    '',
    `export interface ${prefix}Operations {`,
    ...sorted(tables.operations)
      .filter(([, { types }]) => types !== null)
      .map(([name, { types }]) => `  ${name}: ${types}`),
    '}',
    '',
  ]
  return lines.join('\n')
}

function renderMembers(members: ReadonlyMap<string, string>): string {
  if (members.size === 0) return '{}'
  return `{ ${[...members].map(([name, spec]) => `${name}: ${quote(spec)}`).join(', ')} }`
}

function isStream(member: string): boolean {
  return /^stream\b/.test(member)
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}

function schemaOf(value: unknown): NormalizedSchema {
  // The tuples are typed as a union that the package keeps to itself.
  return NormalizedSchema.of(value as Parameters<typeof NormalizedSchema.of>[0])
}

function fail(reason: string): never {
  throw new Error(`generate-operations: ${reason}`)
}

const isCheck = process.argv.includes('--check')
const stale: string[] = []
for (const target of targets) {
  const name = `operations.${target.file}.ts`
  const path = join(outputFolder, name)
  const text = render(target, readClient(target))
  if (!isCheck) writeFileSync(path, text)
  else if (readIfThere(path) !== text) stale.push(`src/aws/${name}`)
}
if (stale.length > 0) {
  console.error(`Not what the installed AWS SDK clients say: ${stale.join(', ')}`)
  console.error('Run: node scripts/generate-operations.ts')
  process.exitCode = 1
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
