/** A real OpenID Connect server on a free port, with one client, whose key can be changed and which can be taken away. */
import { generateKeyPairSync } from 'node:crypto'
import { Provider } from 'oidc-provider'
import { startBackend } from './harness.ts'

export interface OidcIssuer {
  readonly url: string
  /** An access token with these scopes, out of `a/read` and `a/write`. */
  token(scope: string): Promise<string>
  /** From now on it signs with another key, and publishes no other. */
  rotate(): void
  /** It answers nothing but 503. */
  isDown: boolean
  close(): Promise<void>
}

export async function startOidcIssuer(): Promise<OidcIssuer> {
  let listener: ReturnType<Provider['callback']> | null = null
  const server = await startBackend((request, response) => {
    if (issuer.isDown || listener === null) response.writeHead(503).end()
    else listener(request, response)
  })
  const issuer: OidcIssuer = {
    url: server.url,
    isDown: false,
    rotate() {
      listener = new Provider(server.url, configuration()).callback()
    },
    async token(scope) {
      const response = await fetch(`${server.url}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('app:secret').toString('base64')}` },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          scope,
          resource: 'urn:pets',
        }),
      })
      const { access_token: token, ...rest } = (await response.json()) as { access_token?: string }
      if (token === undefined) throw new Error(JSON.stringify(rest))
      return token
    },
    close: () => server.close(),
  }
  issuer.rotate()
  return issuer
}

function configuration(): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = `key-${Math.random()}`
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid }] },
    clients: [
      {
        client_id: 'app',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    scopes: ['a/read', 'a/write'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: 'a/read a/write',
          audience: 'urn:pets',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    // As user pools say it.
    extraTokenClaims: () => ({ token_use: 'access' }),
  }
}
