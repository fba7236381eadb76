/**
 * TLS towards back ends: version 1.2 at least, the server's name in SNI and checked against its
 * certificate, sessions resumed, `http/1.1` offered by ALPN.
 *
 * `insecureSkipVerification` means what AWS means by it: an unknown authority is taken, but the
 * certificate's name and dates are still checked.
 * https://docs.aws.amazon.com/apigateway/latest/api/API_TlsConfig.html
 * AWS also wants a root certificate in the chain; that is not checked here.
 */
import { isIP, type OnReadOpts } from 'node:net'
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { ClientCertificate } from '../../messages/client-certificate.ts'
import type { HttpTarget } from './http-call.ts'
import type { Lookup } from './target-guard.ts'

/** What `insecureSkipVerification` forgives: everything about who signed the certificate. */
const unknownAuthority = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const maxSessions = 500
const maxContexts = 100

/** Opens TLS connections; keeps what they share. One per client. */
export class TlsDialer {
  readonly #authorities: readonly string[] | null
  /** By client certificate, '' for none: reading the system's authorities takes milliseconds. */
  readonly #contexts = new Map<string, SecureContext>()
  /** The latest session of each target, for the abbreviated handshake. */
  readonly #sessions = new Map<string, Buffer>()

  /** `authorities`: PEM certificates to trust besides the built-in ones; null for none. */
  constructor(authorities: readonly string[] | null) {
    this.#authorities = authorities
  }

  /** Starts connecting. Judge the certificate with `certificateProblem` at `secureConnect`. */
  connect(target: HttpTarget, lookup: Lookup, onread: OnReadOpts): TLSSocket {
    // A resumed session brings no certificate, and here it is we who judge it.
    const resumes = !target.insecureSkipVerification
    const session = resumes ? this.#sessions.get(target.key) : undefined
    const options: ConnectionOptions & { onread: OnReadOpts } = {
      host: target.host,
      port: target.port,
      // RFC 6066 section 3: no addresses in SNI.
      servername: isIP(target.serverName) === 0 ? target.serverName : '',
      secureContext: this.#contextFor(target.clientCertificate),
      rejectUnauthorized: !target.insecureSkipVerification,
      checkServerIdentity: (_, certificate) => checkServerIdentity(target.serverName, certificate),
      ALPNProtocols: ['http/1.1'],
      lookup,
      onread,
      ...(session === undefined ? null : { session }),
    }
    const socket = connect(options)
    if (resumes) {
      socket.on('session', (latest: Buffer) => {
        remember(this.#sessions, target.key, latest, maxSessions)
      })
    }
    return socket
  }

  /** Forgets the session of a target whose handshake failed. */
  forgetSession(target: HttpTarget): void {
    this.#sessions.delete(target.key)
  }

  #contextFor(certificate: ClientCertificate | null): SecureContext {
    const id = certificate === null ? '' : certificate.id
    const known = this.#contexts.get(id)
    if (known !== undefined) return known
    const context = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(certificate === null
        ? null
        : { cert: certificate.certificatePem, key: certificate.privateKeyPem }),
      // `ca` replaces the built-in authorities, so they are named again.
      ...(this.#authorities === null
        ? null
        : { ca: [...getCACertificates('default'), ...this.#authorities] }),
    })
    remember(this.#contexts, id, context, maxContexts)
    return context
  }
}

/** Why a finished handshake must not be used, or null. */
export function certificateProblem(socket: TLSSocket, target: HttpTarget): Error | null {
  if (!target.insecureSkipVerification) return null
  const { authorizationError } = socket
  const code = authorizationError ? codeOf(authorizationError) : ''
  if (code !== '' && !unknownAuthority.has(code)) return withCode(code, `Certificate: ${code}`)
  const certificate = socket.getPeerCertificate()
  if (certificate.valid_to === undefined) return withCode('NO_CERTIFICATE', 'No certificate')
  const now = Date.now()
  // Asked again because OpenSSL keeps one reason only, which may be the one that is forgiven.
  if (now < Date.parse(certificate.valid_from)) {
    return withCode('CERT_NOT_YET_VALID', 'Certificate not yet valid')
  }
  if (now > Date.parse(certificate.valid_to)) {
    return withCode('CERT_HAS_EXPIRED', 'Certificate expired')
  }
  return checkServerIdentity(target.serverName, certificate) ?? null
}

function codeOf(error: unknown): string {
  if (typeof error === 'string') return error
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message
  return 'UNKNOWN'
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}

function remember<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= max) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}
