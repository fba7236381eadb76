/**
 * The model of an AWS service: the notation of the generated tables, and what it is compiled to.
 * The reader, the writer and the checks follow the compiled form; nothing in this folder knows a
 * single operation by name.
 *
 * Notation. An operation is `METHOD URI STATUS INPUT OUTPUT`, with `-` for nothing:
 *
 *     CreateStage: 'POST /restapis/{restApiId}/stages 201 CreateStageRequest Stage'
 *
 * A member is a type, `!` when it is required, then where it travels if not as itself in the body:
 *
 *     string! path          items: '[Stage] as:item'        tagKeys: '[string]! query:tagKeys'
 *
 *     types    string number boolean blob stream epochTime isoTime, [list], {map}, a shape, an enum
 *     places   path, query:name, restOfQuery, header:name, payload, status; as:name in the body
 *
 * Smithy's HTTP bindings: https://smithy.io/2.0/spec/http-bindings.html
 */

/** A service as generated from its SDK client. */
export interface OperationTable {
  readonly operations: Readonly<Record<string, string>>
  /** Each modelled error with its HTTP status; its members are the shape of the same name. */
  readonly errors: Readonly<Record<string, number>>
  readonly shapes: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The shapes of which exactly one member is set. */
  readonly unions: readonly string[]
  readonly enums: Readonly<Record<string, readonly string[]>>
}

/**
 * An input after `check`: the SDK's types say `| undefined` even for required members, here they are
 * there. Applies to nested structures too.
 */
export type Checked<T> = T extends Date | Uint8Array | string | number | boolean | undefined
  ? T
  : T extends readonly (infer E)[]
    ? Checked<E>[]
    : { [K in keyof T]: undefined extends T[K] ? CheckedMember<T, K> : Checked<T[K]> }

// An optional key keeps its undefined, a required one loses it.
type CheckedMember<T, K extends keyof T> =
  Record<never, never> extends Pick<T, K> ? Checked<T[K]> : Checked<Exclude<T[K], undefined>>

/** A type of the model. Times carry the text form that they have in a JSON body. */
export type Type =
  | {
      readonly type: 'string'
      readonly enumName: string
      readonly values: readonly string[] | null
    }
  | { readonly type: 'number' | 'boolean' | 'blob' | 'stream' }
  | { readonly type: 'time'; readonly format: 'epoch' | 'iso' }
  | { readonly type: 'list' | 'map'; readonly of: Type }
  | { readonly type: 'structure'; readonly shape: Shape }

export type Place = 'body' | 'path' | 'query' | 'restOfQuery' | 'header' | 'payload' | 'status'

export interface Member {
  readonly name: string
  /** The query parameter's or header's name where it is one; header names are lower-case. */
  readonly boundName: string
  /** The name in a JSON body. */
  readonly jsonName: string
  readonly type: Type
  readonly place: Place
  readonly isRequired: boolean
  /** Not to be logged. */
  readonly isSensitive: boolean
}

export interface Shape {
  readonly name: string
  readonly isUnion: boolean
  readonly members: readonly Member[]
}

/** The members of an operation's input or output, sorted by where they travel. */
export interface Bindings {
  readonly shape: Shape
  readonly path: ReadonlyMap<string, Member>
  readonly query: readonly Member[]
  readonly restOfQuery: Member | null
  readonly headers: readonly Member[]
  readonly payload: Member | null
  readonly status: Member | null
  readonly body: readonly Member[]
}

export interface Operation {
  readonly name: string
  readonly method: string
  /** The path's segments; a label is written `{Name}`. */
  readonly segments: readonly string[]
  /** The query parameter that tells two operations of one path apart: `['mode', 'import']`. */
  readonly fixedQuery: readonly [name: string, value: string] | null
  readonly status: number
  readonly input: Bindings | null
  readonly output: Bindings | null
}

export interface ModelledError {
  readonly name: string
  readonly status: number
  readonly shape: Shape
}

/** A table, compiled: references resolved, members sorted. */
export interface Model {
  readonly operations: ReadonlyMap<string, Operation>
  readonly errors: ReadonlyMap<string, ModelledError>
}

/** Compiles a table. Throws TypeError when the table refers to something that it does not hold. */
export function compileTable(table: OperationTable): Model {
  const shapes = new Map<string, Shape>()

  function shapeOf(name: string): Shape {
    const known = shapes.get(name)
    if (known) return known
    const source = table.shapes[name]
    if (!source) throw new TypeError(`no shape ${name}`)
    const members: Member[] = []
    const shape: Shape = { name, isUnion: table.unions.includes(name), members }
    shapes.set(name, shape) // before its members, which may refer back to it
    for (const [member, spec] of Object.entries(source)) members.push(memberOf(member, spec))
    return shape
  }

  function memberOf(name: string, spec: string): Member {
    const words = spec.split(' ')
    const typeWord = words[0] ?? ''
    const isRequired = typeWord.endsWith('!')
    const place = words.map(word => word.split(':')[0]).find(isPlace) ?? 'body'
    return {
      name,
      boundName: after(words, `${place}:`) ?? name,
      jsonName: after(words, 'as:') ?? name,
      type: typeOf(isRequired ? typeWord.slice(0, -1) : typeWord),
      place,
      isRequired,
      isSensitive: words.includes('sensitive'),
    }
  }

  function typeOf(word: string): Type {
    if (word.startsWith('[')) return { type: 'list', of: typeOf(word.slice(1, -1)) }
    if (word.startsWith('{')) return { type: 'map', of: typeOf(word.slice(1, -1)) }
    const simple = simpleTypes[word]
    if (simple) return simple
    const values = table.enums[word]
    if (values) return { type: 'string', enumName: word, values }
    return { type: 'structure', shape: shapeOf(word) }
  }

  function operationOf(name: string, spec: string): Operation {
    const [method = '', uri = '', status = '', input = '-', output = '-'] = spec.split(' ')
    const [path = '', query] = uri.split('?')
    const [queryName = '', queryValue = ''] = query?.split('=') ?? []
    return {
      name,
      method,
      segments: path.slice(1).split('/'),
      fixedQuery: query === undefined ? null : [queryName, queryValue],
      status: Number(status),
      input: input === '-' ? null : inputBindings(shapeOf(input)),
      output: output === '-' ? null : outputBindings(shapeOf(output)),
    }
  }

  return {
    operations: new Map(
      Object.entries(table.operations).map(([name, spec]) => [name, operationOf(name, spec)]),
    ),
    errors: new Map(
      Object.entries(table.errors).map(([name, status]) => [
        name,
        { name, status, shape: shapeOf(name) },
      ]),
    ),
  }
}

const simpleTypes: Readonly<Record<string, Type>> = {
  string: { type: 'string', enumName: '', values: null },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  blob: { type: 'blob' },
  stream: { type: 'stream' },
  epochTime: { type: 'time', format: 'epoch' },
  isoTime: { type: 'time', format: 'iso' },
}

const inputPlaces: readonly Place[] = ['path', 'query', 'restOfQuery', 'header', 'payload']
const outputPlaces: readonly Place[] = ['header', 'payload', 'status']

function inputBindings(shape: Shape): Bindings {
  return bindings(shape, inputPlaces)
}

/**
 * A place counts only in its direction: 19 list outputs of the REST API carry a query trait on
 * `position`, which nevertheless belongs in their body.
 */
function outputBindings(shape: Shape): Bindings {
  return bindings(shape, outputPlaces)
}

function bindings(shape: Shape, places: readonly Place[]): Bindings {
  const at = (place: Place) =>
    shape.members.filter(m => m.place === place && places.includes(place))
  return {
    shape,
    path: new Map(at('path').map(member => [member.name, member])),
    query: at('query'),
    restOfQuery: at('restOfQuery')[0] ?? null,
    headers: at('header'),
    payload: at('payload')[0] ?? null,
    status: at('status')[0] ?? null,
    body: shape.members.filter(member => !places.includes(member.place)),
  }
}

function isPlace(word: string | undefined): word is Place {
  return word === 'status' || inputPlaces.some(place => place === word)
}

function after(words: readonly string[], prefix: string): string | undefined {
  return words.find(word => word.startsWith(prefix))?.slice(prefix.length)
}
