/**
 * Bytes that come in pieces, gathered into one buffer that grows by doubling. Not a list of pieces: a body sent as ten
 * million chunks of one byte each would be ten million objects, and gigabytes, for ten megabytes.
 */

const none = Buffer.alloc(0)

export class GatheredBytes {
  readonly #limitBytes: number
  #buffer: Buffer = none
  #filled = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** false: with this piece there would be more than the limit; what was gathered is dropped. */
  add(piece: Buffer): boolean {
    const filled = this.#filled + piece.length
    if (filled > this.#limitBytes) {
      this.#buffer = none
      return false
    }
    // Most bodies are one piece, which is kept as it is.
    if (this.#filled === 0) this.#buffer = piece
    else this.#append(piece, filled)
    this.#filled = filled
    return true
  }

  /** All of it, in the order in which it came. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#filled)
  }

  #append(piece: Buffer, filled: number): void {
    if (filled > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(
        Math.min(this.#limitBytes, Math.max(filled, 2 * this.#filled)),
      )
      this.#buffer.copy(grown, 0, 0, this.#filled)
      this.#buffer = grown
    }
    piece.copy(this.#buffer, this.#filled)
  }
}
