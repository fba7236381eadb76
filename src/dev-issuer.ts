/**
 * The built-in issuer: signs tokens for user pools that exist nowhere, for development and tests. Only `--dev-issuer`
 * switches it on; then the data plane trusts its key for every user pool that `--issuer` does not name, and asks nobody else.
 *
 *     POST /_portcullis/issuer/{pool}/token {"use":"access","scope":"pets/read","claims":{…},"expiresIn":3600} -> {"token":…}
 *     GET  /_portcullis/issuer/{pool}/.well-known/openid-configuration
 *     GET  /_portcullis/issuer/{pool}/jwks.json
 *
 * Tokens look like Cognito's ("Understanding user pool JSON web tokens" in its developer guide): `iss` is the pool's address
 * at AWS. The key lies in the data folder, for this user's eyes only, so that tokens outlive a restart.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose'
import { userPoolUrl } from './authorizers/jwt/issuers.ts'
import type { Clock } from './base/clock.ts'

export interface TokenWish {
  readonly use: 'id' | 'access'
  /** Added to what every token has, and wins; `iss`, `token_use`, `iat` and `exp` cannot be set. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Of an access token, with spaces between; '' for none. */
  readonly scope: string
  /** Seconds; 0 and less make a token that has expired. */
  readonly expiresIn: number
}

export interface DevIssuer {
  /** What the data plane trusts. */
  readonly keySet: { readonly keys: readonly JWK[] }
  /** `poolId`: `eu-west-1_abc`. Throws TypeError for anything else. */
  mint(poolId: string, wish: TokenWish): Promise<string>
}

const algorithm = 'RS256'
const poolForm = /^([a-z0-9-]{1,32})_[0-9A-Za-z]{1,55}$/

/** Whether it is the id of a user pool: region, `_`, letters and digits. */
export function isPoolId(text: string): boolean {
  return poolForm.test(text)
}

/** What tokens of the pool have in `iss`. */
export function issuerOfPool(poolId: string): string {
  const region = poolForm.exec(poolId)?.[1]
  if (region === undefined) {
    throw new TypeError(`${JSON.stringify(poolId)} is no user pool; the form is eu-west-1_abc123`)
  }
  return userPoolUrl(region, poolId)
}

/** Reads the key, or makes one at the first start. Rejects when the file is there and is no key. */
export async function openDevIssuer(dataDir: string, clock: Clock): Promise<DevIssuer> {
  const privateJwk = await readOrMakeKey(join(dataDir, 'dev-issuer'))
  const key = await importJWK(privateJwk, algorithm)
  const kid = await calculateJwkThumbprint(privateJwk)
  const { kty, n, e } = privateJwk
  const publicJwk = { kty, n, e, kid, use: 'sig', alg: algorithm } as JWK
  return Object.freeze({
    keySet: { keys: [publicJwk] },
    mint(poolId: string, wish: TokenWish): Promise<string> {
      const now = Math.floor(clock.now() / 1000)
      const issuer = issuerOfPool(poolId)
      return new SignJWT(claimsOf(wish, issuer, now))
        .setProtectedHeader({ kid, alg: algorithm })
        .sign(key)
    },
  })
}

function claimsOf({ use, claims, scope, expiresIn }: TokenWish, iss: string, now: number) {
  const sub = typeof claims['sub'] === 'string' ? claims['sub'] : randomUUID()
  const own =
    use === 'id'
      ? { aud: 'dev-client', 'cognito:username': sub }
      : { client_id: 'dev-client', username: sub, version: 2 }
  return {
    sub,
    ...own,
    ...(use === 'access' && scope !== '' ? { scope } : {}),
    event_id: randomUUID(),
    origin_jti: randomUUID(),
    jti: randomUUID(),
    auth_time: now,
    ...claims,
    iss,
    token_use: use,
    // A token that has expired was issued before that.
    iat: Math.min(now, now + expiresIn - 1),
    exp: now + expiresIn,
  }
}

async function readOrMakeKey(folder: string): Promise<JWK> {
  const file = join(folder, 'key.json')
  try {
    return checked(JSON.parse(await readFile(file, 'utf8')), file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Error(`the key of the built-in issuer cannot be read from ${file}`, {
        cause: error,
      })
    }
  }
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Whoever came first wins: nobody's tokens are made worthless.
  await writeFile(file, JSON.stringify(jwk), { mode: 0o600, flag: 'wx' })
  return jwk
}

function checked(value: unknown, file: string): JWK {
  const jwk = value as JWK | null
  if (jwk?.kty !== 'RSA' || typeof jwk.d !== 'string') throw new TypeError(`${file} is no RSA key`)
  return jwk
}
