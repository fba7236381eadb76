/**
 * The contract between the wire and the control plane: one handler per operation, typed by the
 * generated maps. `{ … } satisfies Handlers<RestOperations, Context>` does not compile while an
 * operation is missing, misspelt, or answers the wrong shape.
 *
 * An operation that is not built yet is `notYet('CreatePortal')`: it answers 501, and because it is marked,
 * `notBuilt` can list it for docs/reference/compatibility.md.
 */
import { NotImplementedFault } from './faults.ts'

/** A generated map of operations: name -> input and output. */
export type OperationMap<Operations> = {
  [N in keyof Operations]: { input: object; output: unknown }
}

/** A handler for each operation of a map. Handlers throw a `Fault` to refuse. */
export type Handlers<Operations extends OperationMap<Operations>, Context> = {
  readonly [N in keyof Operations]: Handler<Operations[N], Context>
}

/** One operation's handler. */
export type Handler<Operation extends { input: object; output: unknown }, Context> = (
  context: Context,
  input: Operation['input'],
) => Operation['output'] | Promise<Operation['output']>

const marked = new WeakSet<object>()

/** A handler that refuses with a `NotImplementedFault` (501) and is listed as not built. */
export function notYet(operation: string): () => never {
  const handler = () => {
    throw new NotImplementedFault(operation)
  }
  marked.add(handler)
  return handler
}

/** Whether a handler was made by `notYet`. */
export function isNotYet(handler: unknown): boolean {
  return typeof handler === 'function' && marked.has(handler)
}

/** The names of the operations that are not built, in the table's order. */
export function notBuilt(
  operations: Iterable<string>,
  handlers: Readonly<Record<string, unknown>>,
): string[] {
  return [...operations].filter(name => !Object.hasOwn(handlers, name) || isNotYet(handlers[name]))
}
