/** The options of authorizers: who issues tokens, and how much is remembered of callers. */
import type { Declaration } from './declare.ts'
import * as kinds from './kinds.ts'

export interface TokenOptions {
  /** Id or ARN of a user pool -> URL of who issues its tokens. */
  readonly issuers: ReadonlyMap<string, string>
  /** `anywhere`: outside development too. */
  readonly devIssuer: 'off' | 'on' | 'anywhere'
  /** Of one stage, and of verified tokens, in each thread. */
  readonly authorizerBytes: number
}

/** In the order of the reference. */
export const tokenDeclarations: {
  readonly [Field in keyof TokenOptions]: Declaration<TokenOptions[Field], TokenOptions>
} = {
  issuers: {
    flag: 'issuer',
    group: 'Security',
    kind: kinds.issuers,
    byDefault: () => new Map(),
    defaultText: 'none: user pools are at AWS',
    meaning:
      'Who issues the tokens of a user pool, by its id or ARN, such as eu-west-1_abc=https://login.example.com.',
    more: 'An OpenID Connect issuer, which names itself so in `iss`. Its keys are found through `/.well-known/openid-configuration`.',
  },
  devIssuer: {
    flag: 'dev-issuer',
    group: 'Security',
    kind: kinds.choice(['off', 'on', 'anywhere']),
    byDefault: () => 'off',
    defaultText: 'off',
    meaning: 'Whether `portcullis token` makes tokens for user pools, which are then trusted.',
    more: 'For development and tests: with `on` the gateway trusts its own key for every user pool that `--issuer` does not name. `on` is refused with `--admin-credentials`; `anywhere` is not, and then minting a token needs those.',
  },
  authorizerBytes: {
    flag: 'authorizer-bytes',
    group: 'Limits',
    kind: kinds.bytes(0, 16 * 1024 ** 3),
    byDefault: () => 16 * 1024 ** 2,
    defaultText: '16MB',
    meaning: "How much memory a stage's answers of Lambda authorizers may take in each thread.",
    more: 'As much again is used for verified tokens. What does not fit is asked and verified again.',
  },
}

/** What does not go together, one sentence each. */
export function tokenContradictions({ devIssuer }: TokenOptions, isDevelopment: boolean): string[] {
  if (devIssuer !== 'on' || isDevelopment) return []
  return [
    '--dev-issuer on: it is for development, and with --admin-credentials this is none: whoever has its key passes ' +
      'every user pool. Take it away, or say --dev-issuer anywhere',
  ]
}
