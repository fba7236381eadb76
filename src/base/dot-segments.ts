/**
 * Segments of a path that servers take for "here" and "up": `.` and `..` (RFC 3986 §5.2.4), and what some server makes them
 * of. A dot may be written `%2e`; `/` may be `\`, `%2f` or `%5c`; and behind `;` stand parameters of a segment (RFC 3986
 * §3.3), which Java's servers take away before they go up:
 *
 *     /a/../b    /a/%2E./b    /a/..%2fb    /a/..%5Cb    /a/..;x/b
 */

const separator = '[/\\\\]|%2[Ff]|%5[Cc]'
const dotSegment = new RegExp(
  `(?:^|${separator})(?:\\.|%2[Ee]){1,2}(?=$|;|%3[Bb]|${separator})`,
  'g',
)

/** How many such segments a path has. */
export function countDotSegments(path: string): number {
  return mayHaveSome(path) ? (path.match(dotSegment)?.length ?? 0) : 0
}

/** Nearly every path has none of these, also where names have dots in them, and is not searched further. */
function mayHaveSome(path: string): boolean {
  return path.includes('/.') || path.includes('%') || path.includes('\\') || path.startsWith('.')
}
