/**
 * Takes the chunked transfer coding off, RFC 9112 section 7.1, in place: the data of all chunks that
 * one read brought is moved together inside the read's own buffer, so that a back end that sends
 * thousands of tiny chunks does not cost thousands of events.
 *
 *     read:    5 CRLF hello CRLF 6 CRLF world! CRLF 0 CRLF CRLF
 *     after:   .  .   helloworld!                              dataFrom..dataTo
 *
 * Chunk extensions and trailers are checked, bounded and dropped.
 */
import { checkTrailers } from './answer-head.ts'

const extensionShape =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/
/** Over one whole body. node's own bound is the same. */
const maxExtensionBytes = 16 * 1024
/** 13 hexadecimal digits: 2^52 - 1 at most, which a double holds exactly. */
const maxSizeDigits = 13

const lf = 0x0a
const cr = 0x0d

const sizeFirst = 0
const size = 1
const extension = 2
const sizeLf = 3
const data = 4
const dataCr = 5
const dataLf = 6
const trailerStart = 7
const trailer = 8
const trailerLf = 9
const lastLf = 10
const done = 11
const refused = 12

/** Decodes one body; `reset` makes it ready for the next. */
export class ChunkDecoder {
  /** Where `decode` left the data in the buffer that it was given. */
  dataFrom = 0
  dataTo = 0
  /** What is wrong with the coding, empty while nothing is. */
  refusal = ''
  readonly #maxTrailerBytes: number
  #state = sizeFirst
  #left = 0
  #digits = 0
  #extensionText = ''
  #extensionBytes = 0
  #trailerText = ''

  constructor(maxTrailerBytes: number) {
    this.#maxTrailerBytes = maxTrailerBytes
  }

  get isDone(): boolean {
    return this.#state === done
  }

  reset(): void {
    this.refusal = ''
    this.#state = sizeFirst
    this.#left = 0
    this.#digits = 0
    this.#extensionText = ''
    this.#extensionBytes = 0
    this.#trailerText = ''
  }

  /** Decodes `bytes[from..to)`, which it changes, and returns where it stopped: before `to` only at the end. */
  decode(bytes: Buffer, from: number, to: number): number {
    this.dataFrom = from
    this.dataTo = from
    let at = from
    while (at < to && this.#state < done) {
      if (this.#state === data) at = this.#takeData(bytes, at, to)
      else this.#takeSyntax(bytes[at++] as number)
    }
    return at
  }

  #takeData(bytes: Buffer, at: number, to: number): number {
    const end = Math.min(to, at + this.#left)
    if (this.dataTo === this.dataFrom) {
      this.dataFrom = at
      this.dataTo = end
    } else {
      bytes.copyWithin(this.dataTo, at, end)
      this.dataTo += end - at
    }
    this.#left -= end - at
    if (this.#left === 0) this.#state = dataCr
    return end
  }

  #takeSyntax(byte: number): void {
    switch (this.#state) {
      case sizeFirst:
      case size:
        this.#takeSize(byte)
        return
      case extension:
        if (byte === cr) this.#endExtension()
        else if (++this.#extensionBytes > maxExtensionBytes)
          this.#refuse('Chunk extensions too long')
        else this.#extensionText += String.fromCharCode(byte)
        return
      case sizeLf:
        if (byte !== lf) this.#refuse('Bad end of a chunk size')
        else this.#state = this.#left === 0 ? trailerStart : data
        return
      case dataCr:
        this.#expect(byte, cr, dataLf, 'Chunk longer than its size')
        return
      case dataLf:
        this.#digits = 0
        this.#expect(byte, lf, sizeFirst, 'Chunk longer than its size')
        return
      case trailerStart:
        if (byte === cr) this.#state = lastLf
        else this.#takeTrailer(byte)
        return
      case trailer:
        this.#takeTrailer(byte)
        return
      case trailerLf:
        this.#trailerText += '\n'
        this.#expect(byte, lf, trailerStart, 'Bad end of a trailer')
        return
      case lastLf:
        this.#endTrailers(byte)
    }
  }

  #takeSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      if (++this.#digits > maxSizeDigits) this.#refuse('Chunk size too large')
      this.#left = this.#state === sizeFirst ? digit : this.#left * 16 + digit
      if (this.#state === sizeFirst) this.#state = size
    } else if (this.#state === sizeFirst) this.#refuse('Bad chunk size')
    else if (byte === cr) this.#state = sizeLf
    else if (byte === 0x3b) {
      this.#extensionText = ';'
      this.#state = extension
    } else this.#refuse('Bad chunk size')
  }

  #endExtension(): void {
    if (extensionShape.test(this.#extensionText)) this.#state = sizeLf
    else this.#refuse('Bad chunk extension')
  }

  #takeTrailer(byte: number): void {
    this.#trailerText += String.fromCharCode(byte)
    if (this.#trailerText.length > this.#maxTrailerBytes) this.#refuse('Trailers too long')
    else this.#state = byte === cr ? trailerLf : trailer
  }

  #endTrailers(byte: number): void {
    const problem = byte === lf ? checkTrailers(this.#trailerText) : 'Bad end of the trailers'
    if (problem !== '') this.#refuse(problem)
    else this.#state = done
  }

  #expect(byte: number, wanted: number, next: number, reason: string): void {
    if (byte === wanted) this.#state = next
    else this.#refuse(reason)
  }

  #refuse(reason: string): void {
    this.refusal = reason
    this.#state = refused
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
