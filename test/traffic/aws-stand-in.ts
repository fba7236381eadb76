/**
 * A server in place of AWS's services: it refuses what is not signed with the right key for the service and region
 * that a test expects, keeps what was asked, and answers as the test says. The verifier is the gateway's own, which
 * `src/aws/sign.test.ts` holds against the SDK's signer.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Credentials } from '../../src/aws/sign.ts'
import { verify } from '../../src/aws/sigv4.ts'
import { systemClock } from '../../src/base/clock.ts'

export interface Asked {
  readonly method: string
  /** With the query, as sent. */
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** `region/service` of the signature. */
  readonly scope: string
}

export interface StandInAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export interface AwsStandIn {
  readonly url: string
  /** What was asked last, and accepted. */
  last(): Asked
  close(): Promise<void>
}

/** `service`: what signatures must be for; any region. */
export async function startStandIn(
  service: string,
  credentials: Credentials,
  answer: (asked: Asked) => StandInAnswer,
): Promise<AwsStandIn> {
  let last: Asked | undefined
  const server = createServer((request, response) => {
    void read(request).then(body => {
      const scope = scopeOf(request, body, service, credentials)
      if (scope instanceof Error) {
        response.writeHead(403, { 'Content-Type': 'application/json' }).end(scope.message)
        return
      }
      last = {
        method: request.method as string,
        target: request.url as string,
        headers: request.headers,
        body,
        scope,
      }
      const { status, headers, body: text } = answer(last)
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    last() {
      if (last === undefined) throw new Error('nothing was asked')
      return last
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** `region/service`, or what is wrong with the signature. */
function scopeOf(
  request: IncomingMessage,
  body: Buffer,
  service: string,
  credentials: Credentials,
): string | Error {
  const [rawPath = '', ...query] = (request.url ?? '').split('?')
  try {
    const { scope } = verify(
      {
        method: request.method ?? '',
        rawPath,
        rawQuery: query.join('?'),
        rawHeaders: request.rawHeaders,
        body,
      },
      {
        clock: systemClock,
        service,
        lookupSecret: (id, token) =>
          id === credentials.accessKeyId && token === credentials.sessionToken
            ? credentials.secretAccessKey
            : undefined,
      },
    )
    return `${scope.region}/${scope.service}`
  } catch (error) {
    return error as Error
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
