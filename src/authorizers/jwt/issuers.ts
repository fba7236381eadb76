/**
 * The issuers that a thread knows, each once, with its keys: user pools by ARN, and any OpenID Connect issuer by URL.
 *
 *     arn:aws:cognito-idp:eu-west-1:…:userpool/eu-west-1_abc
 *       named by --issuer          that URL
 *       else, with --dev-issuer    https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc, keys of the built-in issuer
 *       else                       https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc, keys from there
 */
import type { Clock } from '../../base/clock.ts'
import { poolOf } from '../../program/authorizer-plans.ts'
import { type FetchDocument, type Issuer, localIssuer, RemoteIssuer } from './issuer.ts'

export interface IssuerSettings {
  /** `--issuer`: id or ARN of a user pool -> URL of who issues its tokens. */
  readonly named: ReadonlyMap<string, string>
  /** The built-in issuer's JWK set; null: there is none, and nothing that it signed is trusted. */
  readonly builtInKeys: { readonly keys: readonly object[] } | null
  readonly fetch: FetchDocument
  readonly clock: Clock
}

export class Issuers {
  readonly #settings: IssuerSettings
  readonly #known = new Map<string, Issuer>()

  constructor(settings: IssuerSettings) {
    this.#settings = settings
  }

  /** Throws SyntaxError when it is no ARN of a user pool. */
  ofUserPool(arn: string): Issuer {
    const { region, poolId } = poolOf(arn)
    const { named } = this.#settings
    return this.of(named.get(arn) ?? named.get(poolId) ?? userPoolUrl(region, poolId, arn))
  }

  /** `url`: as tokens name it in `iss`. Throws TypeError when it is no URL. */
  of(url: string): Issuer {
    const known = this.#known.get(url)
    if (known !== undefined) return known
    const made = this.#make(url)
    this.#known.set(url, made)
    return made
  }

  #make(url: string): Issuer {
    const { named, builtInKeys, fetch, clock } = this.#settings
    const isBuiltIn =
      builtInKeys !== null && isUserPoolUrl(url) && ![...named.values()].includes(url)
    if (isBuiltIn) return localIssuer(url, builtInKeys)
    const { protocol } = new URL(url)
    if (protocol !== 'https:' && protocol !== 'http:')
      throw new TypeError(`${url} is not a web address`)
    return new RemoteIssuer(url, fetch, clock)
  }
}

/** Where Cognito issues the tokens of a pool. */
export function userPoolUrl(region: string, poolId: string, arn = ''): string {
  const suffix = arn.startsWith('arn:aws-cn:') ? '.cn' : ''
  return `https://cognito-idp.${region}.amazonaws.com${suffix}/${poolId}`
}

function isUserPoolUrl(url: string): boolean {
  return /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[\w-]+$/.test(url)
}
