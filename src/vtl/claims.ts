/**
 * `$context.authorizer.claims`: AWS's documentation says that the claims are to be read one by one
 * and that the whole "returns null". So it prints nothing, while its members are there.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import type { Budget } from './budget.ts'
import { callMethod } from './methods/call.ts'
import type { HostObject } from './values.ts'

/** A map that prints nothing. */
export class Claims implements HostObject {
  readonly isHostObject = true
  readonly #members: Map<unknown, unknown>

  constructor(members: Map<unknown, unknown>) {
    this.#members = members
  }

  property(name: string): unknown {
    return this.#members.get(name)
  }

  call(name: string, args: readonly unknown[], budget: Budget): unknown {
    return name === 'toString' ? undefined : callMethod(this.#members, name, args, budget)
  }

  toString(): string {
    return ''
  }
}
