/**
 * The client's request as the rest of the pipeline sees it: a `MethodRequest` over node's flat header list.
 * Nothing is parsed before somebody asks; most requests never ask for their query.
 */
import type { HeaderList, MethodRequest } from '../messages/messages.ts'
import { isHiddenFromMapping } from '../program/header-rules.ts'
import { parseQuery } from './query.ts'

export class ClientRequest implements MethodRequest {
  readonly method: string
  readonly path: string
  readonly rawQuery: string
  readonly headers: HeaderList
  readonly body: Buffer | null
  readonly pathParameters: Readonly<Record<string, string>>
  #query: ReadonlyMap<string, readonly string[]> | null

  constructor(
    method: string,
    path: string,
    rawQuery: string,
    headers: HeaderList,
    body: Buffer | null,
    pathParameters: Readonly<Record<string, string>>,
  ) {
    this.method = method
    this.path = path
    this.rawQuery = rawQuery
    this.headers = headers
    this.body = body
    this.pathParameters = pathParameters
    this.#query = null
  }

  /** The same request with another body. */
  withBody(body: Buffer): ClientRequest {
    const { method, path, rawQuery, headers, pathParameters } = this
    return new ClientRequest(method, path, rawQuery, headers, body, pathParameters)
  }

  /** The same request without a header. */
  withoutHeader(lowerName: string): ClientRequest {
    const { method, path, rawQuery, body, pathParameters } = this
    const headers: string[] = []
    for (let i = 0; i < this.headers.length; i += 2) {
      const name = this.headers[i] as string
      if (name.length === lowerName.length && name.toLowerCase() === lowerName) continue
      headers.push(name, this.headers[i + 1] as string)
    }
    return new ClientRequest(method, path, rawQuery, headers, body, pathParameters)
  }

  get query(): ReadonlyMap<string, readonly string[]> {
    this.#query ??= parseQuery(this.rawQuery)
    return this.#query
  }

  header(name: string): string | undefined {
    if (isHiddenFromMapping(name.toLowerCase())) return undefined
    const headers = this.headers
    for (let i = headers.length - 2; i >= 0; i -= 2) if (headers[i] === name) return headers[i + 1]
    return undefined
  }

  headerValues(name: string): readonly string[] {
    const values: string[] = []
    if (isHiddenFromMapping(name.toLowerCase())) return values
    const headers = this.headers
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i] === name) values.push(headers[i + 1] as string)
    }
    return values
  }

  headerNoCase(lowerName: string): string | undefined {
    const headers = this.headers
    for (let i = headers.length - 2; i >= 0; i -= 2) {
      const name = headers[i] as string
      if (name.length === lowerName.length && name.toLowerCase() === lowerName)
        return headers[i + 1]
    }
    return undefined
  }
}
