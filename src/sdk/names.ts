/**
 * Names for generated source. Whatever comes in, what goes out is an identifier of ASCII letters and digits that
 * nothing else in its scope has.
 *
 *     GET /pets/{petId}            petsPetIdGet
 *     GET /                        rootGet
 *     GET /ZSCP_SRV/getData        zSCPSRVGetDataGet
 *     GET /auth-svc/docs/{proxy+}  authSvcDocsProxyGet
 *
 * The form is AWS's, as observed in JavaScript SDKs that people have published: each run of letters and digits
 * begins with a capital, the whole with a small letter, and the verb comes last.
 */

/** Hands out names that differ; a second `pet` is `pet2`. */
export class NamePool {
  readonly #taken: Set<string>
  readonly #next = new Map<string, number>()

  /** The reserved ones are never handed out. */
  constructor(reserved: Iterable<string> = []) {
    this.#taken = new Set(reserved)
  }

  /** The name itself, or with the first free number. */
  take(name: string): string {
    let free = name
    let number = this.#next.get(name) ?? 2
    while (this.#taken.has(free)) free = `${name}${number++}`
    this.#next.set(name, number)
    this.#taken.add(free)
    return free
  }
}

/** The name of the function that calls a method. */
export function operationNameFor(
  path: string,
  verb: string,
  operationName: string | undefined,
): string {
  // "You can, and should, override the default SDK method names" (developer guide, simple-calc-lambda-api). That a
  // name which is no identifier is made one by the rule for paths is a guess.
  if (operationName !== undefined && operationName !== '') {
    if (/^[A-Za-z_$][\w$]{0,127}$/.test(operationName)) return operationName
    return startingWithLetter(uncapitalized(joined(operationName)), 'operation')
  }
  return startingWithLetter(`${uncapitalized(joined(path)) || 'root'}${joined(verb.toLowerCase())}`)
}

/** A name for a type: `pet-list` becomes `PetList`. */
export function typeNameFor(text: string): string {
  return startingWithLetter(joined(text), 'Model')
}

/** Names are no longer than this, but for the number that sets two apart. */
const longest = 128

function joined(text: string): string {
  const runs = text.slice(0, 4 * longest).match(/[A-Za-z0-9]+/g) ?? []
  return runs
    .map(run => run[0]?.toUpperCase() + run.slice(1))
    .join('')
    .slice(0, longest)
}

function uncapitalized(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}

function startingWithLetter(name: string, ifEmpty = ''): string {
  return /^\d/.test(name) ? `_${name}` : name || ifEmpty
}
