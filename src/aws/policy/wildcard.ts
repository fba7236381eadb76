/**
 * Matching with `*` (any text) and `?` (one character), in time linear in the text: there is no going back.
 *
 *     a?c*foo*z    pieces  a?c   foo   z
 *                          at the start, then each at its first place behind the one before, the last at the end
 *
 * The first place is always right: a later one leaves less text for the rest. A piece without `?` is searched with
 * indexOf; one with `?` by the Shift-And method, which carries one bit per character of the piece along the text (R. Baeza-Yates
 * and G. Gonnet, "A new approach to text searching", 1992).
 */

/** One character, whichever; `*` is what stands between pieces. */
export const anyCharacter = Symbol('?')
export const anyText = Symbol('*')

/** A pattern, read: literal texts and wildcards. */
export type PatternPart = string | typeof anyCharacter | typeof anyText

export type Matcher = (text: string) => boolean

interface Piece {
  readonly length: number
  /** With U+0000 where `?` stands. */
  readonly text: string
  /** Where `?` stands; null: nowhere. */
  readonly wild: ReadonlySet<number> | null
}

/** `*` and `?` are wildcards, all else is itself. */
export function readPattern(pattern: string): PatternPart[] {
  return pattern
    .split(/([*?])/)
    .filter(part => part !== '')
    .map(part => (part === '*' ? anyText : part === '?' ? anyCharacter : part))
}

export function compileMatcher(parts: readonly PatternPart[]): Matcher {
  const pieces = piecesOf(parts)
  const [first, last] = [pieces[0] as Piece, pieces.at(-1) as Piece]
  if (pieces.every(piece => piece.wild === null)) {
    // What nearly all policies have.
    if (pieces.length === 1) return text => text === first.text
    if (pieces.length === 2 && last.length === 0) {
      return first.length === 0 ? () => true : text => text.startsWith(first.text)
    }
  }
  return text => matches(pieces, text)
}

function matches(pieces: readonly Piece[], text: string): boolean {
  const first = pieces[0] as Piece
  if (pieces.length === 1) return text.length === first.length && fits(first, text, 0)
  const last = pieces.at(-1) as Piece
  const end = text.length - last.length
  if (end < first.length || !fits(first, text, 0) || !fits(last, text, end)) return false
  let from = first.length
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] as Piece
    const found = find(piece, text, from, end)
    if (found < 0) return false
    from = found + piece.length
  }
  return true
}

/** Texts between stars; always one more than there are stars. */
function piecesOf(parts: readonly PatternPart[]): readonly Piece[] {
  const pieces: Piece[] = []
  let text = ''
  let wild = new Set<number>()
  const finish = () => {
    pieces.push({ length: text.length, text, wild: wild.size === 0 ? null : wild })
    text = ''
    wild = new Set()
  }
  for (const part of parts) {
    if (part === anyText) finish()
    else if (part === anyCharacter) {
      wild.add(text.length)
      text += '\0'
    } else text += part
  }
  finish()
  return pieces
}

function fits(piece: Piece, text: string, at: number): boolean {
  if (piece.wild === null) return text.startsWith(piece.text, at)
  for (let i = 0; i < piece.length; i++) {
    if (!piece.wild.has(i) && text.charCodeAt(at + i) !== piece.text.charCodeAt(i)) return false
  }
  return true
}

/** Where the piece first stands between the two places; -1: nowhere. */
function find(piece: Piece, text: string, from: number, end: number): number {
  if (piece.wild !== null) return findWithWild(piece, piece.wild, text, from, end)
  const found = text.indexOf(piece.text, from)
  return found >= 0 && found + piece.length <= end ? found : -1
}

/** Bit i of the state: the last i + 1 characters are the first i + 1 of the piece. */
function findWithWild(
  piece: Piece,
  wild: ReadonlySet<number>,
  text: string,
  from: number,
  end: number,
): number {
  const words = Math.ceil(piece.length / 32)
  const everywhere = new Uint32Array(words)
  for (const place of wild) setBit(everywhere, place)
  const places = new Map<number, Uint32Array>()
  for (let i = 0; i < piece.length; i++) {
    if (wild.has(i)) continue
    const code = piece.text.charCodeAt(i)
    let mask = places.get(code)
    if (mask === undefined) {
      mask = everywhere.slice()
      places.set(code, mask)
    }
    setBit(mask, i)
  }
  const state = new Uint32Array(words)
  const lastWord = words - 1
  const lastBit = 1 << ((piece.length - 1) & 31)
  for (let at = from; at < end; at++) {
    const mask = places.get(text.charCodeAt(at)) ?? everywhere
    let carry = 1
    for (let w = 0; w < words; w++) {
      const word = state[w] as number
      state[w] = ((word << 1) | carry) & (mask[w] as number)
      carry = word >>> 31
    }
    if (((state[lastWord] as number) & lastBit) !== 0) return at - piece.length + 1
  }
  return -1
}

function setBit(words: Uint32Array, place: number): void {
  const w = place >>> 5
  words[w] = (words[w] as number) | (1 << (place & 31))
}
