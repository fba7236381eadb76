/**
 * Makes self-signed X.509 certificates, which node:crypto can read and check but not write. Certificates are
 * ASN.1 structures in DER: every value is a tag, a length and the contents, contents being values again:
 *
 *     30 0d               SEQUENCE, 13 bytes
 *        06 09 2a 86 …    OBJECT IDENTIFIER: sha256WithRSAEncryption
 *        05 00            NULL
 *
 * Only what is needed here: RSA keys, SHA-256, a name of few attributes, and the identifier of the key as the
 * one extension. RFC 5280 (certificates), RFC 4055 (RSA with SHA-256), X.690 (DER).
 */
import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A name: its attributes from the widest to the narrowest, in printable ASCII. */
export type DistinguishedName = readonly (readonly [attribute: Attribute, value: string])[]

type Attribute = 'C' | 'O' | 'L' | 'CN'

export interface CertificateSettings {
  /** Subject and issuer. */
  readonly name: DistinguishedName
  /** An RSA key pair. */
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  /** Milliseconds since 1970; certificates count whole seconds. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** A self-signed certificate as PEM, with a random serial number. Throws `TypeError` for keys that are not RSA. */
export function selfSignedCertificate(settings: CertificateSettings): string {
  const { publicKey, privateKey } = settings
  if (publicKey.asymmetricKeyType !== 'rsa') throw new TypeError('Only RSA keys are supported')
  const name = nameOf(settings.name)
  const keyInfo = publicKey.export({ type: 'spki', format: 'der' })
  const content = sequence(
    tagged(0xa0, version3),
    integer(serialNumber()),
    sha256WithRsa,
    name,
    sequence(time(settings.notBeforeMs), time(settings.notAfterMs)),
    name,
    keyInfo,
    tagged(0xa3, sequence(keyIdentifier(publicKey))),
  )
  const signature = sign('sha256', content, privateKey)
  return pem(sequence(content, sha256WithRsa, bitString(signature)))
}

function serialNumber(): Buffer {
  const bytes = randomBytes(8)
  // Positive, and never zero.
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40
  return bytes
}

// The SHA-1 of the bare key: method 1 of RFC 5280, section 4.2.1.2. A name, not a protection.
function keyIdentifier(publicKey: KeyObject): Buffer {
  const key = publicKey.export({ type: 'pkcs1', format: 'der' })
  const digest = createHash('sha1').update(key).digest()
  return sequence(objectId('551d0e'), octetString(octetString(digest)))
}

function nameOf(name: DistinguishedName): Buffer {
  return sequence(
    ...name.map(([attribute, value]) =>
      tagged(0x31, sequence(attributeIds[attribute], printableString(value))),
    ),
  )
}

// Years before 2050 have two digits and the tag of UTCTime (RFC 5280, section 4.1.2.5).
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  const isShort = new Date(ms).getUTCFullYear() < 2050
  return isShort ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text))
}

function printableString(value: string): Buffer {
  if (!/^[A-Za-z0-9 '()+,./:=?-]+$/.test(value)) throw new TypeError(`Not printable: ${value}`)
  return tagged(0x13, Buffer.from(value))
}

function sequence(...values: readonly Buffer[]): Buffer {
  return tagged(0x30, ...values)
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes)
}

function octetString(bytes: Buffer): Buffer {
  return tagged(0x04, bytes)
}

// The first byte says how many bits of the last one don't count.
function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.of(0), bytes)
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'))
}

/** Tag, length, contents. From 128 bytes on, the length has its own length in front. */
function tagged(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.of(tag, 0x80 | digits.length), digits, content])
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

const version3 = integer(Buffer.of(2))
const sha256WithRsa = sequence(objectId('2a864886f70d01010b'), Buffer.of(0x05, 0x00))
const attributeIds: Readonly<Record<Attribute, Buffer>> = {
  C: objectId('550406'),
  O: objectId('55040a'),
  L: objectId('550407'),
  CN: objectId('550403'),
}
