import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import test from 'node:test'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { type CertificateSettings, selfSignedCertificate } from './x509.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const day = 86_400_000
const wish: CertificateSettings = {
  name: [
    ['C', 'US'],
    ['L', 'Seattle'],
    ['CN', 'ApiGateway'],
  ],
  publicKey,
  privateKey,
  notBeforeMs: Date.now() - day,
  notAfterMs: Date.now() + day,
}

test("node's parser reads everything that was written", () => {
  const certificate = new X509Certificate(
    selfSignedCertificate({
      ...wish,
      notBeforeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      notAfterMs: Date.UTC(2049, 11, 31, 23, 59, 59),
    }),
  )
  assert.equal(certificate.subject, 'C=US\nL=Seattle\nCN=ApiGateway')
  assert.equal(certificate.issuer, certificate.subject)
  assert.equal(certificate.validFromDate.toISOString(), '2026-01-02T03:04:05.000Z')
  assert.equal(certificate.validToDate.toISOString(), '2049-12-31T23:59:59.000Z')
  assert.match(certificate.serialNumber, /^[4-7][0-9A-F]{15}$/)
  assert.equal(certificate.signatureAlgorithm, 'sha256WithRSAEncryption')
  assert.ok(certificate.publicKey.equals(publicKey))
  assert.ok(certificate.checkPrivateKey(privateKey))
  assert.ok(certificate.verify(publicKey))
  assert.ok(certificate.checkIssued(certificate))
})

test('years from 2050 on are written in four digits', () => {
  const notAfterMs = Date.UTC(2050, 0, 1)
  const certificate = new X509Certificate(selfSignedCertificate({ ...wish, notAfterMs }))
  assert.equal(certificate.validToDate.getTime(), notAfterMs)
})

test('two certificates of one key differ in their serial numbers', () => {
  const [a, b] = [selfSignedCertificate(wish), selfSignedCertificate(wish)]
  assert.notEqual(new X509Certificate(a).serialNumber, new X509Certificate(b).serialNumber)
})

test('a TLS server that trusts the certificate takes it from a client', async () => {
  const cert = selfSignedCertificate(wish)
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const server = createServer({ key, cert, ca: [cert], requestCert: true }, socket =>
    socket.end(String(socket.authorized)),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const client: TLSSocket = connect({
    ...{ host: '127.0.0.1', port, key, cert, ca: [cert] },
    checkServerIdentity: () => undefined,
  })
  let said = ''
  for await (const chunk of client.setEncoding('utf8')) said += chunk
  assert.equal(said, 'true')
  assert.ok(client.authorized)
  server.close()
})

test('what it cannot write is refused', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  assert.throws(() => selfSignedCertificate({ ...wish, ...ec }), TypeError)
  assert.throws(() => selfSignedCertificate({ ...wish, name: [['CN', 'é']] }), TypeError)
})
