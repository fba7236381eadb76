/**
 * Queries that kysely builds once and runs often. Building and compiling one costs as much again as
 * running it (bench/micro/store.ts), so each query is compiled with named gaps, and a call only
 * fills the gaps:
 *
 *     const byId = prepare<{ id: string }, Row>(arg => db.selectFrom('record').where('id', '=', arg('id')))
 *     db.executeQuery(byId({ id: 'a1b2c3' }))
 */
import type { Compilable, CompiledQuery } from 'kysely'

/** Stands in a compiled query for the argument of that name. */
class Gap {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Gives a function from the arguments to the query, ready to run. Each argument may be used several times. */
export function prepare<Args extends object, Row>(
  build: (arg: <Name extends keyof Args & string>(name: Name) => Args[Name]) => Compilable<Row>,
): (args: Args) => CompiledQuery<Row> {
  // kysely hands values through untouched, so at build time a gap may stand where its type wants the value.
  const compiled = build(name => new Gap(name) as never).compile()
  const { parameters } = compiled
  return args => ({
    ...compiled,
    // Only gaps named by `keyof Args` were handed out.
    parameters: parameters.map(value =>
      value instanceof Gap ? args[value.name as keyof Args] : value,
    ),
  })
}
