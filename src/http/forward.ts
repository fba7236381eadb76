/**
 * Hands a request that is not for an API to the main thread, which has the control plane, over its Unix socket. The bytes
 * and the headers go through as they are, Host included, because the signature covers them.
 */
import { Agent, type IncomingMessage, request as open, type ServerResponse } from 'node:http'
import { clientHeader, clientSchemeHeader, isClientHeader } from '../base/client-headers.ts'
import type { Cancel } from '../messages/messages.ts'
import { plainAddress } from './client-address.ts'
import { promiseKeepAlive } from './write-answer.ts'

export class ControlForwarder {
  readonly #socketPath: string
  /** As many connections as there are requests: slow uploads must not keep others out. The control server times them. */
  readonly #agent = new Agent({ keepAlive: true })

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  forward(request: IncomingMessage, response: ServerResponse, client: Cancel): void {
    const onward = open({
      socketPath: this.#socketPath,
      agent: this.#agent,
      method: request.method,
      path: request.url,
      headers: onwardHeaders(request),
    })
    onward.on('response', answer => {
      const headers = answer.rawHeaders.filter(isKept)
      promiseKeepAlive(response, headers, answer.headers['content-length'] !== undefined)
      response.writeHead(answer.statusCode ?? 502, headers)
      // Of a stream the first bytes may be long in coming.
      if (answer.headers['content-length'] === undefined) response.flushHeaders()
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    onward.on('error', () => {
      if (response.headersSent) response.destroy()
      else unavailable(response)
    })
    client.onAbort(() => onward.destroy())
    // One without a body has no stream that could end it.
    if (request.readableEnded) onward.end()
    else request.pipe(onward)
  }

  close(): void {
    this.#agent.destroy()
  }
}

function onwardHeaders(request: IncomingMessage): string[] {
  const headers: string[] = []
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string
    const lowerName = name.toLowerCase()
    // Who the client is, only we say.
    if (isClientHeader(lowerName)) continue
    if (!hopByHop.has(lowerName)) headers.push(name, request.rawHeaders[i + 1] as string)
  }
  headers.push(clientHeader, plainAddress(request.socket.remoteAddress ?? ''))
  headers.push(clientSchemeHeader, 'encrypted' in request.socket ? 'https' : 'http')
  if (request.headers['transfer-encoding'] !== undefined)
    headers.push('Transfer-Encoding', 'chunked')
  return headers
}

/** RFC 9110 §7.6.1. node refuses to send some of them where they do not fit. */
const hopByHop = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Drops connection-level headers from a flat list: of a name the value behind it goes too. */
function isKept(_: string, index: number, all: readonly string[]): boolean {
  const name = all[index - (index % 2)] as string
  return !hopByHop.has(name.toLowerCase())
}

function unavailable(response: ServerResponse): void {
  const headers = ['Content-Type', 'application/json']
  headers.push('x-amzn-ErrorType', 'ServiceUnavailableException')
  promiseKeepAlive(response, headers, false)
  response.writeHead(503, headers)
  response.end(
    JSON.stringify({ message: 'The control plane is not available; APIs are served on.' }),
  )
}
