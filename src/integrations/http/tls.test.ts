import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TLSSocket, TlsOptions } from 'node:tls'
import type { HttpClient, HttpClientOptions } from './client.ts'
import { callTo, clientWith, openStream, Recorder, rejection } from './fixtures/calls.ts'
import {
  expiredCertificate,
  expiredKey,
  localhostCertificate,
  localhostKey,
} from './fixtures/certificates.ts'
import { answerText, type RawBackEnd, type Seen, startRawBackEnd } from './fixtures/raw-back-end.ts'
import type { TargetParts } from './http-call.ts'

const valid: TlsOptions = { cert: localhostCertificate, key: localhostKey }
const expired: TlsOptions = { cert: expiredCertificate, key: expiredKey }
const answerOk = ({ socket }: Seen): unknown => socket.write(answerText('ok'))

const cases: {
  name: string
  tls?: TlsOptions
  target?: Partial<TargetParts>
  client?: HttpClientOptions
  want: string
}[] = [
  { name: 'an unknown authority', want: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  {
    name: 'an unknown authority, not minded',
    target: { insecureSkipVerification: true },
    want: 'ok',
  },
  { name: 'a known authority', client: { authorities: [localhostCertificate] }, want: 'ok' },
  {
    name: 'a name',
    target: { host: 'localhost' },
    client: { authorities: [localhostCertificate] },
    want: 'ok',
  },
  {
    name: 'another name',
    target: { serverName: 'other.test' },
    client: { authorities: [localhostCertificate] },
    want: 'ERR_TLS_CERT_ALTNAME_INVALID',
  },
  {
    name: 'another name, authority not minded',
    target: { serverName: 'other.test', insecureSkipVerification: true },
    want: 'ERR_TLS_CERT_ALTNAME_INVALID',
  },
  {
    name: 'an expired certificate',
    tls: expired,
    client: { authorities: [expiredCertificate] },
    want: 'CERT_HAS_EXPIRED',
  },
  {
    name: 'an expired certificate, authority not minded',
    tls: expired,
    target: { insecureSkipVerification: true },
    want: 'CERT_HAS_EXPIRED',
  },
  {
    name: 'TLS 1.1',
    tls: { ...valid, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' },
    target: { insecureSkipVerification: true },
    want: 'refused',
  },
  {
    name: 'TLS 1.2',
    tls: { ...valid, maxVersion: 'TLSv1.2' },
    target: { insecureSkipVerification: true },
    want: 'ok',
  },
  {
    name: 'a client certificate that is asked for',
    tls: { ...valid, ca: [localhostCertificate], requestCert: true, rejectUnauthorized: true },
    target: {
      insecureSkipVerification: true,
      clientCertificate: {
        id: 'a',
        certificatePem: localhostCertificate,
        privateKeyPem: localhostKey,
      },
    },
    want: 'ok',
  },
  {
    name: 'a client certificate that is none',
    target: { clientCertificate: { id: 'b', certificatePem: 'x', privateKeyPem: 'y' } },
    want: 'refused',
  },
]

for (const { name, tls = valid, target = {}, client: options = {}, want } of cases) {
  test(`a secure target with ${name}: ${want}`, async () => {
    const backEnd = await startRawBackEnd(answerOk, { tls, target })
    const client = clientWith(options)
    if (want === 'ok') {
      assert.equal((await client.call(callTo(backEnd.target), 10)).body.toString(), 'ok')
    } else {
      const error = await rejection(client.call(callTo(backEnd.target), 10))
      assert.equal(error.type, 'tls')
      if (want !== 'refused') assert.equal(error.code, want)
      assert.equal(backEnd.connections[0]?.text ?? '', '')
    }
  })
}

async function withBackEnd(
  run: (backEnd: RawBackEnd, client: HttpClient) => Promise<void>,
): Promise<void> {
  const large = answerText('y'.repeat(2_000_000))
  const backEnd = await startRawBackEnd(
    ({ socket, text }) => {
      const path = text.slice(text.lastIndexOf('GET ') + 4).split(' ')[0]
      if (path === '/close') socket.end(answerText('ok', 'Connection: close\r\n'))
      else socket.write(path === '/large' ? large : answerText('ok'))
    },
    { tls: { ...valid, ALPNProtocols: ['h2', 'http/1.1'] }, target: { host: 'localhost' } },
  )
  const client = clientWith({ authorities: [localhostCertificate] })
  await run(backEnd, client)
}

test('HTTP/1.1 is agreed on, the name is sent, and the next connection resumes the session', () =>
  withBackEnd(async (backEnd, client) => {
    const resumed: boolean[] = []
    for (let i = 0; i < 3; i++) {
      await client.call(callTo(backEnd.target, { path: '/close' }), 10)
      const socket = backEnd.connections[i]?.socket as TLSSocket
      assert.equal(socket.alpnProtocol, 'http/1.1')
      assert.equal(socket.servername, 'localhost')
      resumed.push(socket.isSessionReused())
    }
    assert.equal(resumed[0], false)
    assert.equal(resumed[2], true)
  }))

test('each connection shows its certificate when the authority is not minded', async () => {
  const backEnd = await startRawBackEnd(
    ({ socket }) => socket.end(answerText('ok', 'Connection: close\r\n')),
    { tls: valid, target: { insecureSkipVerification: true } },
  )
  const client = clientWith()
  for (let i = 0; i < 3; i++) await client.call(callTo(backEnd.target), 10)
  assert.equal((backEnd.connections[2]?.socket as TLSSocket).isSessionReused(), false)
})

test('calls share a secure connection, and large answers come whole', () =>
  withBackEnd(async (backEnd, client) => {
    assert.equal((await client.call(callTo(backEnd.target), 10)).body.toString(), 'ok')
    const { body, timings } = await client.call(callTo(backEnd.target, { path: '/large' }), 3e6)
    assert.ok(timings.reused)
    assert.equal(body.length, 2_000_000)
    assert.ok(body.every(byte => byte === 0x79))
  }))

test('many secure calls at once do not mix', () =>
  withBackEnd(async (backEnd, client) => {
    const bodies = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const path = i % 2 === 0 ? '/large' : '/'
        const { body } = await client.call(callTo(backEnd.target, { path }), 3e6)
        return body.length
      }),
    )
    assert.ok(bodies.every((length, i) => length === (i % 2 === 0 ? 2_000_000 : 2)))
  }))

test('a secure stream pauses and goes on', () =>
  withBackEnd(async (backEnd, client) => {
    const sink = new Recorder({ pausing: true })
    const stream = await openStream(client, callTo(backEnd.target, { path: '/large' }))
    stream.start(sink)
    if (sink.length === 0) await new Promise(resolve => sink.once('data', resolve))
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
    assert.ok(sink.length <= 64 * 1024)
    sink.pausing = false
    stream.resume()
    await new Promise(resolve => sink.once('over', resolve))
    assert.equal(sink.length, 2_000_000)
  }))

test('a back end that does not speak TLS fails the handshake', async () => {
  const backEnd = await startRawBackEnd(({ socket }) => socket.write('HTTP/1.1 400 Bad\r\n\r\n'), {
    target: { secure: true },
  })
  const client = clientWith()
  assert.equal((await rejection(client.call(callTo(backEnd.target), 10))).type, 'tls')
})

test('a handshake that is never answered ends with the time to connect', async () => {
  const backEnd = await startRawBackEnd(() => {}, { target: { secure: true } })
  const client = clientWith()
  const call = callTo(backEnd.target, { connectTimeoutMs: 50 })
  assert.equal((await rejection(client.call(call, 10))).type, 'connect-timeout')
})
