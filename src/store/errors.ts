/**
 * What a store throws. The first three are answers that the control plane turns into AWS's own errors
 * (ConflictException, NotFoundException); the others mean that the program or the machine is at fault.
 */

/** An insert found its id taken. */
export class RecordExists extends Error {
  override readonly name = 'RecordExists'
}

/** An update found nothing under its id. */
export class RecordMissing extends Error {
  override readonly name = 'RecordMissing'
}

/** An update named a version that is no longer the row's: somebody else was faster. */
export class StaleRecord extends Error {
  override readonly name = 'StaleRecord'
}

/** A `Reader` or `Writer` was used after its transaction had ended, or the transaction took too long. */
export class TransactionOver extends Error {
  override readonly name = 'TransactionOver'
}

/** Why a store cannot be opened or used. */
export type Unavailability =
  | 'closed'
  | 'corrupt'
  | 'full'
  | 'locked'
  | 'newer'
  | 'not-a-store'
  | 'permission'
  | 'missing'
  | 'wrong-key'
  | 'failed'

/** The store cannot be opened or used. The message says what happened and what to do next. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly reason: Unavailability

  constructor(reason: Unavailability, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}
