/**
 * The request side of AWS's query protocol, which IAM and STS speak: an operation's name and its input as one flat form,
 * in the body of a POST or in the query of a GET.
 *
 *     Action=TagUser&Version=2010-05-08&UserName=bob&Tags.member.1.Key=team&Tags.member.1.Value=a
 *
 * The dotted names become a tree, and the model leads through it. Names that the model does not know are ignored. Every
 * byte is a stranger's; the only thing thrown is a Fault.
 *
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { SerializationException } from './faults.ts'
import { parseQuery } from './read.ts'
import { setOwn } from './read-json.ts'
import type { Member, Type } from './table.ts'
import { headerOf, type WireRequest } from './wire.ts'

/** The form of a request, name by name, as sent. The first value of a name counts (a guess). */
export type Form = ReadonlyMap<string, string>

/** More names than these are refused: the longest input of the two services has some hundreds. */
const maxNames = 2000
/** `PolicyArns.member.1.arn` has four steps. */
const maxSteps = 12

/** The form in the query and, when it is one, in the body. Throws SerializationException. */
export function readForm(request: WireRequest): Form {
  const form = new Map<string, string>()
  const add = (text: string) => {
    for (const [name, value] of parseQuery(text)) {
      if (!form.has(name)) form.set(name, value)
      if (form.size > maxNames) throw new SerializationException('The request has too many members')
    }
  }
  add(request.rawQuery)
  if (isForm(request)) add(textOf(request.body))
  return form
}

function isForm({ body, rawHeaders }: WireRequest): boolean {
  if (body.length === 0) return false
  const type = headerOf(rawHeaders, 'content-type') ?? 'application/x-www-form-urlencoded'
  return type.toLowerCase().startsWith('application/x-www-form-urlencoded')
}

function textOf(body: Uint8Array): string {
  try {
    return decoder.decode(body)
  } catch {
    throw new SerializationException('The request body is not UTF-8')
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** A step of the dotted names: its own text, and what lies under it. */
interface Node {
  text: string | undefined
  readonly under: Map<string, Node>
}

/** The input with these members. Throws SerializationException. */
export function readFormMembers(members: readonly Member[], form: Form): Record<string, unknown> {
  const root: Node = { text: undefined, under: new Map() }
  for (const [name, text] of form) {
    const steps = name.split('.', maxSteps + 1)
    if (steps.length > maxSteps)
      throw new SerializationException('The request is nested too deeply')
    let node = root
    for (const step of steps) node = child(node, step)
    node.text = text
  }
  return readStructure(members, root)
}

function child({ under }: Node, step: string): Node {
  const known = under.get(step)
  if (known !== undefined) return known
  const made: Node = { text: undefined, under: new Map() }
  under.set(step, made)
  return made
}

function readStructure(members: readonly Member[], node: Node): Record<string, unknown> {
  const structure: Record<string, unknown> = {}
  for (const member of members) {
    const found = node.under.get(member.jsonName)
    if (found !== undefined) structure[member.name] = readNode(member.type, found)
  }
  return structure
}

function readNode(type: Type, node: Node): unknown {
  switch (type.type) {
    case 'structure':
      return readStructure(type.shape.members, node)
    case 'list':
      return numbered(node.under.get('member')).map(item => readNode(type.of, item))
    case 'map': {
      const map: Record<string, unknown> = {}
      for (const entry of numbered(node.under.get('entry'))) {
        const value = entry.under.get('value')
        if (value !== undefined) {
          setOwn(map, entry.under.get('key')?.text ?? '', readNode(type.of, value))
        }
      }
      return map
    }
    default:
      return readText(type, node.text ?? '')
  }
}

/** What lies under 1, 2, 3 …: in the order of the numbers, gaps closed. */
function numbered(node: Node | undefined): Node[] {
  const items = [...(node?.under ?? [])].filter(([step]) => /^\d{1,9}$/.test(step))
  return items.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item)
}

// The words are guesses, after those of the services that speak JSON.
function readText(type: Type, text: string): unknown {
  switch (type.type) {
    case 'boolean':
      if (text === 'true') return true
      if (text === 'false') return false
      throw new SerializationException(`'${shortened(text)}' is not a valid boolean value`)
    case 'number':
      if (/^-?\d{1,15}$/.test(text)) return Number(text)
      throw new SerializationException(`'${shortened(text)}' is not a valid integer value`)
    case 'time': {
      const time = new Date(text)
      if (!Number.isNaN(time.getTime())) return time
      throw new SerializationException(`'${shortened(text)}' is not a valid timestamp`)
    }
    case 'blob':
    case 'stream':
      return new Uint8Array(Buffer.from(text, 'base64'))
    default:
      return text
  }
}

function shortened(text: string): string {
  return text.slice(0, 100)
}
