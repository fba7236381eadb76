/**
 * The records of client certificates. The private key lies in a record of its own, under the same id, so that
 * nothing that answers or lists certificates ever holds it; the data plane reads it to show the certificate to back ends.
 * It is encrypted in the store's files.
 */
import type { ProgramSource } from '../program/program.ts'
import { kind, type Reader } from '../store/store.ts'
import type { Tags } from './tags.ts'

export interface ClientCertificateRecord {
  clientCertificateId: string
  description?: string
  pemEncodedCertificate: string
  createdDate: number
  expirationDate: number
  tags?: Tags
}

export const clientCertificates = kind<ClientCertificateRecord>('rest-client-certificate')
/** By the certificate's id. PKCS #8, PEM. */
export const clientCertificateKeys = kind<{ privateKeyPem: string }>(
  'rest-client-certificate-key',
  { secrets: ['privateKeyPem'] },
)

/** What a stage that names the certificate shows to back ends; nothing when it names none, or one that is not here. */
export async function readClientCertificate(
  tx: Reader,
  id: string | undefined,
): Promise<Pick<ProgramSource, 'clientCertificate'>> {
  if (!id) return {}
  const certificate = await tx.get(clientCertificates, '', id)
  const key = await tx.get(clientCertificateKeys, '', id)
  if (!certificate || !key) return {}
  const certificatePem = certificate.record.pemEncodedCertificate
  return { clientCertificate: { id, certificatePem, privateKeyPem: key.record.privateKeyPem } }
}
