/**
 * For docs/reference/compatibility.md: where bodies that are not held make a difference to AWS, and what of it we had to guess.
 * Lines of Markdown; docs/guides/streaming.md explains.
 */

export const streamDepartures: readonly string[] = [
  '- **Long answers of buffered methods**: an answer of HTTP_PROXY over 64 KB is not held. Text over 1 MB comes chunked, without',
  '  Content-Length; an answer that turns out to be over `--answer-limit`, or breaks off, after a part was sent ends with the',
  '  connection instead of a 502 or 504.',
  '- **Long bodies of requests** to HTTP_PROXY are not held: the time-out begins when all is sent; text over 1 MB of a known length',
  '  that is not UTF-8 is refused with 415.',
]

export const streamGuesses: readonly string[] = [
  '- **Streamed answers**: a megabyte of the bandwidth limit is 2^20 bytes; the time that a back end may be silent counts from its',
  '  head; what breaks off later ends the connection, without the last chunk; a client that takes nothing for 60 s is given up;',
  '  metadata of a function that are malformed are API_CONFIGURATION_ERROR.',
  '- **Clients that close their half of the connection** get their answer, however long the back end takes; only a connection that',
  '  is reset ends the call.',
  '- **Failures of back ends**: no HTTP and too large are 502, a certificate that is not taken 500. An idempotent call whose kept',
  '  connection turns out closed, before a byte of an answer, is sent once more.',
]
