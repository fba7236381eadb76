/**
 * What STS needs beside the store: the key that sessions are sealed with, and something that verifies tokens of other
 * issuers. gateway.ts hands it over.
 */
import type { ControlContext } from '../context.ts'

/** What a token says, after its signature, issuer and times were verified. */
export interface WebClaims {
  readonly subject: string
  readonly audiences: readonly string[]
  /** `amr`; empty when there is none. */
  readonly methods: readonly string[]
}

/** Rejects with an Error named `TokenExpired`, `ProviderUnreachable` or anything else: the token is not valid. */
export type VerifyWebToken = (token: string, issuerUrl: string) => Promise<WebClaims>

export interface StsHost {
  /** 32 bytes; that of the identity snapshot. */
  readonly sessionKey: Buffer
  readonly isDevelopment: boolean
  /** null: web identities are refused. */
  readonly verifyWebToken: VerifyWebToken | null
}

/** What the handlers of STS are given. */
export interface StsContext extends ControlContext {
  readonly sts: StsHost
}
