/**
 * The built-in issuer: signs tokens for user pools that exist nowhere, for development and tests. Only `--dev-issuer`
 * switches it on; then the data plane trusts its key for every user pool that `--issuer` does not name, and asks nobody else.
 *
 *     POST /_portcullis/issuer/{pool}/token {"use":"access","scope":"pets/read","claims":{…},"expiresIn":3600} -> {"token":…}
 *     GET  /_portcullis/issuer/{pool}/.well-known/openid-configuration
 *     GET  /_portcullis/issuer/{pool}/jwks.json
 *
 * Tokens look like Cognito's ("Understanding user pool JSON web tokens" in its developer guide): `iss` is the pool's address
 * at AWS. The key lies in the data folder, sealed, so that tokens outlive a restart.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
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
import { openText, sealText } from './base/sealing.ts'
import type { MasterKeys } from './master-key-file.ts'

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
export async function openDevIssuer(
  dataDir: string,
  keys: Pick<MasterKeys, 'current' | 'old'>,
  clock: Clock,
): Promise<DevIssuer> {
  const privateJwk = await readOrMakeKey(join(dataDir, 'dev-issuer'), keys)
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

const keyName = 'key.sealed'
/** Of older versions, which did not seal it. */
const plainName = 'key.json'

async function readOrMakeKey(
  folder: string,
  { current, old }: Pick<MasterKeys, 'current' | 'old'>,
): Promise<JWK> {
  const file = join(folder, keyName)
  const text = await textOf(file)
  const sealing = current.derive('dev issuer')
  const jwk =
    text === null
      ? ((await plainKey(join(folder, plainName))) ?? (await makeKey()))
      : readKey(file, () => openWith([sealing, old?.derive('dev issuer')], text))
  // Sealed anew at each start: with the key of now, whatever it was sealed with before.
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.draft`
  await writeFile(draft, sealText(sealing, keyName, JSON.stringify(jwk)), { mode: 0o600 })
  await rename(draft, file)
  await rm(join(folder, plainName), { force: true })
  return jwk
}

/** Throws when none of the keys opens it. */
function openWith([key, ...others]: readonly (Buffer | undefined)[], text: string): string {
  try {
    return openText(key ?? Buffer.alloc(0), keyName, text)
  } catch (error) {
    if (others.length === 0) throw error
    return openWith(others, text)
  }
}

/** null: there is none. */
async function plainKey(file: string): Promise<JWK | null> {
  const text = await textOf(file)
  return text === null ? null : readKey(file, () => text)
}

async function makeKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return exportJWK(privateKey)
}

/** null: there is no such file. */
async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw unreadable(file, cause)
  }
}

function readKey(file: string, textIn: () => string): JWK {
  try {
    return checked(JSON.parse(textIn()), file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(file: string, cause: unknown): Error {
  return new Error(
    `the key of the built-in issuer cannot be read from ${file}; with another master key it has to be deleted`,
    { cause },
  )
}

function checked(value: unknown, file: string): JWK {
  const jwk = value as JWK | null
  if (jwk?.kty !== 'RSA' || typeof jwk.d !== 'string') throw new TypeError(`${file} is no RSA key`)
  return jwk
}
