/**
 * Bytes -> document tree. JSON is read by the engine, everything else as YAML 1.2 with the core schema
 * (1.1 would turn a policy's `2012-10-17` into a date). Both end in the same tree (tree.ts).
 *
 * Bounds: bytes, depth, and the number of values with every alias counted as often as it is used, so that a
 * short text cannot stand for a huge document ("billion laughs"). An anchor is known only after its value
 * ends, so a value can never contain itself.
 */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml'
import { invalidDocument } from './import-error.ts'
import { isTree, type Tree } from './tree.ts'

/** AWS's limit on an imported file, bytes. */
const maxBytes = 6 * 1024 * 1024
const maxDepth = 200
const maxValues = 2_000_000
/** Members whose text matters even where it looks like a number: `version: 1.0` is not `1`. */
const versions = new Set(['version', 'openapi', 'swagger'])

/** Replaces the AWS variables in a text of the document. */
export type Substitute = (text: string) => string

/** Reads JSON or YAML, with `substitute` applied to every text value; throws ImportError. */
export function readDocument(document: Buffer, substitute: Substitute): Tree {
  if (document.length > maxBytes) throw invalidDocument(`more than ${maxBytes} bytes`)
  const text = decode(document)
  const root = /^\s*\{/.test(text) ? fromJson(text, substitute) : fromYaml(text, substitute)
  if (!isTree(root)) throw invalidDocument('the document is not an object')
  return root
}

function decode(document: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(document)
  } catch {
    throw invalidDocument('the document is not UTF-8')
  }
}

function fromJson(text: string, substitute: Substitute): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A YAML document may begin with a brace too.
    return fromYaml(text, substitute)
  }
  return copy(value, 0)

  function copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return substitute(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > maxDepth) throw tooDeep()
    if (Array.isArray(value)) return value.map(item => copy(item, depth + 1))
    const tree = Object.create(null) as Record<string, unknown>
    for (const [name, item] of Object.entries(value)) {
      if (name !== '__proto__') tree[name] = copy(item, depth + 1)
    }
    return tree
  }
}

function fromYaml(text: string, substitute: Substitute): unknown {
  const document = parse(text)
  const fault = document.errors[0]
  if (fault !== undefined) throw invalidDocument(fault.message)
  /** What an anchor stands for, and how many values that is. */
  const anchors = new Map<string, { value: unknown; values: number }>()
  let values = 0
  return document.contents === null ? null : convert(document.contents as Node, 0)

  function convert(node: Node | null, depth: number, name = ''): unknown {
    if (depth > maxDepth) throw tooDeep()
    count(1)
    if (node === null) return null
    if (isAlias(node)) return follow(node)
    const before = values
    const value = contents(node, depth, name)
    const anchor = 'anchor' in node ? node.anchor : undefined
    if (typeof anchor === 'string') anchors.set(anchor, { value, values: values - before })
    return value
  }

  function contents(node: Node, depth: number, name: string): unknown {
    if (isSeq<Node | null>(node)) return node.items.map(item => convert(item, depth + 1))
    if (isMap<Node, Node | null>(node)) return members(node.items, depth)
    if (isScalar(node)) return scalar(node.value, node.source, name)
    throw invalidDocument('a YAML node of an unknown kind')
  }

  function members(pairs: readonly { key: Node; value: Node | null }[], depth: number): Tree {
    const tree = Object.create(null) as Record<string, unknown>
    const merged: unknown[] = []
    for (const pair of pairs) {
      if (!isScalar(pair.key)) throw invalidDocument('a key that is not a scalar')
      const name = String(pair.key.source ?? pair.key.value)
      const value = convert(pair.value, depth + 1, name)
      if (name === '<<' && pair.key.type === 'PLAIN') merged.push(value)
      else if (name in tree) throw invalidDocument(`the key ${name} is there twice`)
      else if (name !== '__proto__') tree[name] = value
    }
    for (const source of merged.flat()) {
      for (const [name, value] of Object.entries(isTree(source) ? source : {})) {
        if (!(name in tree)) tree[name] = value
      }
    }
    return tree
  }

  function follow(alias: Alias): unknown {
    const target = anchors.get(alias.source)
    if (target === undefined) throw invalidDocument(`the alias ${alias.source} stands for nothing`)
    count(target.values)
    return target.value
  }

  function count(more: number): void {
    values += more
    if (values > maxValues) throw invalidDocument(`more than ${maxValues} values`)
  }

  function scalar(value: unknown, source: string | undefined, name: string): unknown {
    if (typeof value === 'string') return substitute(value)
    if (typeof value === 'number' && source !== undefined) {
      if (versions.has(name) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
        return source
      }
    }
    return value
  }
}

function parse(text: string) {
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      // Its own check compares each key with every other one; ours looks the key up.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    })
  } catch (error) {
    // Nesting too deep for the stack is the only thing that makes it throw.
    throw invalidDocument(error instanceof Error ? error.message : 'not YAML')
  }
}

function tooDeep(): Error {
  return invalidDocument(`nested more than ${maxDepth} deep`)
}
