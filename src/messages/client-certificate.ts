/** A certificate with its key, which the gateway shows to back ends: mutual TLS. */
export interface ClientCertificate {
  /** Identifies the pair; a renewed certificate needs another id. */
  readonly id: string
  readonly certificatePem: string
  readonly privateKeyPem: string
}
