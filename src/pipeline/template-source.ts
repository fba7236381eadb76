/**
 * What mapping templates read of a request, made only when a template names it: most templates look at a few parameters and
 * nothing else.
 */
import type { Context } from '../messages/variables.ts'
import { isHiddenFromMapping } from '../program/header-rules.ts'
import type { GatewayScopeInput } from '../vtl/scope.ts'
import type { Content } from './content.ts'
import type { Exchange } from './exchange.ts'

export class TemplateSource implements GatewayScopeInput {
  readonly #x: Exchange
  readonly #content: Content

  constructor(x: Exchange, content: Content) {
    this.#x = x
    this.#content = content
  }

  /** Bytes that are no text are seen as base64. */
  get body(): string {
    return this.#content.bytes.toString(this.#content.isText ? 'utf8' : 'base64')
  }

  get context(): Context {
    return this.#x.context
  }

  get stageVariables(): Readonly<Record<string, string>> {
    return this.#x.stageVariables
  }

  /** Single values, the last one where there are several. */
  get params(): GatewayScopeInput['params'] {
    const request = this.#x.methodRequest
    const querystring: Record<string, string> = Object.create(null)
    for (const [name, values] of request.query) {
      querystring[name] = values[values.length - 1] as string
    }
    const header: Record<string, string> = Object.create(null)
    for (let i = 0; i < request.headers.length; i += 2) {
      const name = request.headers[i] as string
      if (!isHiddenFromMapping(name.toLowerCase())) header[name] = request.headers[i + 1] as string
    }
    return { path: request.pathParameters, querystring, header }
  }
}
