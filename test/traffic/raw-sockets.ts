/**
 * Both ends of the gateway as bare sockets: a back end that says byte for byte what a test wants, and a client that shows byte
 * for byte what it got and takes no more than the test lets it.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface RawBackend {
  readonly url: string
  /** The connections that came, in order. */
  readonly sockets: Socket[]
  close(): Promise<void>
}

/** `serve` gets the connection with the head of each request, and what came of a body with it. */
export async function startRawBackend(
  serve: (socket: Socket, request: string) => void,
): Promise<RawBackend> {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket)
    let text = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!/^[A-Z]+ \/[\s\S]*\r\n\r\n/.test(text)) return
      const request = text
      text = ''
      serve(socket, request)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    sockets,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** A client on a bare socket. */
export class RawClient {
  readonly socket: Socket
  #text = ''
  #isClosed = false
  #error: NodeJS.ErrnoException | null = null
  #wake: (() => void) | null = null

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.on('data', chunk => {
      this.#text += chunk.toString('latin1')
      this.#wake?.()
    })
    this.socket.on('error', error => {
      this.#error = error
    })
    for (const event of ['end', 'close']) {
      this.socket.on(event, () => {
        this.#isClosed = true
        this.#wake?.()
      })
    }
  }

  /** What came so far. */
  get text(): string {
    return this.#text
  }

  get error(): NodeJS.ErrnoException | null {
    return this.#error
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes)
  }

  /** Waits until the text that came fits, and gives it; rejects when the connection ended before. */
  async until(fits: (text: string) => boolean): Promise<string> {
    while (!fits(this.#text)) {
      if (this.#isClosed) throw new Error(`The connection ended after ${this.#text.slice(0, 2000)}`)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    return this.#text
  }

  /** Waits for the end of the connection and gives all that came. */
  async untilClosed(): Promise<string> {
    while (!this.#isClosed) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    return this.#text
  }

  close(): void {
    this.socket.destroy()
  }
}

/** A request as it goes over the wire; `lines` are whole header lines. */
export function requestText(
  apiId: string,
  line: string,
  lines: readonly string[] = [],
  body = '',
): string {
  const headers = [`Host: ${apiId}.execute-api.localhost`, ...lines]
  return `${line}\r\n${headers.join('\r\n')}\r\n\r\n${body}`
}
