/**
 * Opens sockets to back ends, plain or TLS, and reads them without a stream: `onread` hands every
 * read to the connection in a buffer that is used again (measured in bench/micro/http-client.ts).
 */
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { HttpTarget } from './http-call.ts'
import { type AllowTarget, forbiddenTarget, guardedLookup, type Lookup } from './target-guard.ts'
import { certificateProblem, TlsDialer } from './tls.ts'

const plainReadBytes = 64 * 1024
/** What node:tls decrypts at a time. */
const tlsReadBytes = 16 * 1024

/**
 * One buffer for all plain connections of the thread: the bytes are used up before `onread` returns,
 * and on Unix a read begins and ends in one step of the event loop. On Windows a read is started
 * ahead of its data, and TLS may read while it is written to, so there each connection has its own.
 */
let sharedBuffer: Buffer | null = null

function plainBuffer(): Buffer {
  if (process.platform === 'win32') return Buffer.allocUnsafeSlow(plainReadBytes)
  sharedBuffer ??= Buffer.allocUnsafeSlow(plainReadBytes)
  return sharedBuffer
}

/** Takes each read; false pauses the socket until `resume()`. */
export type OnRead = (length: number, bytes: Buffer) => boolean

/** How a client opens connections. */
export interface DialOptions {
  readonly allowTargets: AllowTarget
  /** PEM certificates to trust besides the built-in ones. */
  readonly authorities: readonly string[] | null
  /** In place of the system's resolver. */
  readonly lookup?: Lookup
}

/** Opens sockets for one client. */
export class Dialer {
  readonly #allow: AllowTarget
  readonly #lookup: Lookup
  readonly #tls: TlsDialer

  constructor(options: DialOptions) {
    this.#allow = options.allowTargets
    this.#lookup = guardedLookup(options.allowTargets, options.lookup)
    this.#tls = new TlsDialer(options.authorities)
  }

  /** The reason not to connect to a target that is named by its address, else null: names are judged when resolved. */
  problemWith(target: HttpTarget): Error | null {
    if (isIP(target.host) === 0 || this.#allow(target.host)) return null
    return forbiddenTarget(target.host)
  }

  /** Starts connecting; the socket is ready at `connect`, or `secureConnect` if the target is secure. */
  open(target: HttpTarget, onRead: OnRead): Socket {
    const buffer = target.secure ? Buffer.allocUnsafeSlow(tlsReadBytes) : plainBuffer()
    // node hands back the very buffer that it was given.
    const onread: OnReadOpts = { buffer, callback: length => onRead(length, buffer) }
    if (!target.secure) {
      const { host, port } = target
      return connect({ host, port, noDelay: true, lookup: this.#lookup, onread })
    }
    const socket = this.#tls.connect(target, this.#lookup, onread)
    socket.setNoDelay(true)
    return socket
  }

  /** The reason not to use a socket that has connected, else null. */
  problemWithPeer(target: HttpTarget, socket: Socket): Error | null {
    // Secure targets get a TLSSocket in `open`.
    return target.secure ? certificateProblem(socket as TLSSocket, target) : null
  }

  /** A handshake failed: whatever was remembered for it is dropped. */
  noteFailure(target: HttpTarget): void {
    if (target.secure) this.#tls.forgetSession(target)
  }
}
