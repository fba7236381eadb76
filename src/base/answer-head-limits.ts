/**
 * How much of headers an answer may have, wherever they come from: what an HTTP back end may say at most, too. AWS's
 * quota for headers (20,480 bytes) is one of requests; where its bound for answers is, is a guess.
 */

const maxBytes = 65_536

/** Of one answer; values of one name count apart. */
export const maxAnswerHeaders = 1000

/** Says what is too much of a flat list of names and values; undefined: nothing. */
export function answerHeadProblem(headers: readonly string[]): string | undefined {
  if (headers.length > 2 * maxAnswerHeaders)
    return `there are more than ${maxAnswerHeaders} headers`
  let bytes = 0
  // ": " and the end of the line.
  for (const text of headers) bytes += text.length + 2
  return bytes > maxBytes ? `the headers have more than ${maxBytes} bytes` : undefined
}
