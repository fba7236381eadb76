/** `portcullis token`: a token of the built-in issuer of a running gateway, on standard output and nothing else with it. */
import type { Credentials } from '../aws/sign.ts'
import { reach } from './control-client.ts'
import { CommandFailure } from './failure.ts'
import type { Words } from './print.ts'

export interface TokenRequest {
  readonly endpoint: string
  readonly credentials: Credentials
  /** `eu-west-1_abc123` */
  readonly pool: string
  readonly use: string
  /** `name=value` each; a value that is JSON is taken as such. */
  readonly claims: readonly string[]
  readonly scope: string
  /** `30s`, `5m`, `1h`, `2d`; with a minus a token that has expired. */
  readonly expires: string
}

/** Prints the token. Throws a `CommandFailure` that says what to do. */
export async function printToken(request: TokenRequest, words: Words): Promise<void> {
  const { endpoint, pool, use, scope, credentials } = request
  const { accessKeyId, secretAccessKey } = credentials
  const basic = Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')
  const url = new URL(`/_portcullis/issuer/${encodeURIComponent(pool)}/token`, endpoint)
  const response = await reach(endpoint, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${basic}` },
    body: JSON.stringify({
      use,
      scope,
      claims: readClaims(request.claims),
      expiresIn: readSeconds(request.expires),
    }),
  })
  const { token, message } = Object(await response.json().catch(() => null))
  if (response.ok && typeof token === 'string') {
    words.say(token)
    return
  }
  throw new CommandFailure(`The gateway answered ${response.status}: ${message ?? ''}`)
}

/** `["email=a@b.c", "cognito:groups=[\"admin\"]"]`. Throws a `CommandFailure`. */
export function readClaims(pairs: readonly string[]): Record<string, unknown> {
  const claims: Record<string, unknown> = Object.create(null)
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new CommandFailure(`--claim ${pair}: the form is NAME=VALUE`, 2)
    claims[pair.slice(0, at)] = readValue(pair.slice(at + 1))
  }
  return claims
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90s` -> 90. Throws a `CommandFailure`. */
export function readSeconds(text: string): number {
  const [, sign, digits, unit = ''] = /^(-?)(\d{1,9})([smhd])$/.exec(text) ?? []
  if (digits === undefined) {
    throw new CommandFailure(`--expires ${text}: the form is 30s, 5m, 1h or 2d; -1h has expired`, 2)
  }
  const seconds = Number(digits) * (units[unit] ?? 1)
  return sign === '-' ? -seconds : seconds
}
