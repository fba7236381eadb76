/** Why a token is refused: the kind decides what clients are told, the reason is for the owner of the API. */

export type TokenFaultType =
  | 'malformed'
  | 'algorithm'
  | 'issuer'
  | 'key'
  | 'signature'
  /** The issuer's keys are not known, and it cannot be asked. */
  | 'unreachable'
  | 'expired'
  | 'not-yet-valid'
  | 'claims'
  | 'audience'
  | 'token-use'
  | 'scope'

export interface TokenFault {
  readonly isFault: true
  readonly type: TokenFaultType
  /** A sentence without a full stop. */
  readonly reason: string
}

export function fault(type: TokenFaultType, reason: string): TokenFault {
  return { isFault: true, type, reason }
}

/** Of whatever a check gave back. */
export function isFault(value: object): value is TokenFault {
  return 'isFault' in value
}
