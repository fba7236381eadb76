/**
 * Both ends of the gateway as bare sockets: a back end that says byte for byte what a test wants, and a client that shows byte
 * for byte what it got and takes no more than the test lets it.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

export interface RawBackend {
  readonly url: string
  readonly port: number
  /** The connections that came, in order. */
  readonly sockets: Socket[]
  close(): Promise<void>
}

/** `serve` gets the connection with the head of each request, and what came of a body with it. `tls`: null for none. */
export async function startRawBackend(
  serve: (socket: Socket, request: string) => void,
  tls: TlsOptions | null = null,
): Promise<RawBackend> {
  const sockets: Socket[] = []
  const take = (socket: Socket): void => {
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
  }
  const server =
    tls === null
      ? createServer({ allowHalfOpen: true }, take)
      : createTlsServer({ ...tls, allowHalfOpen: true }, take)
  // Those whose handshake failed, too.
  const transports: Socket[] = []
  server.on('connection', (socket: Socket) => transports.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: tls === null ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    port,
    sockets,
    close: () =>
      new Promise(resolve => {
        for (const socket of transports) socket.destroy()
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
