/**
 * The execution log of one request in AWS's line format, as TestInvokeMethod and TestInvokeAuthorizer answer it and
 * CloudWatch gets it. How lines are cut, how maps are printed and what of a secret is shown are recorded from AWS.
 */

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Of a line's text, without its time; the rest becomes ` [TRUNCATED]`. */
const textLimit = 1024

const secrets = new Set(['authorization', 'x-api-key', 'x-amz-security-token'])

export class ExecutionLog {
  readonly #lines: string[]
  readonly #now: () => number

  constructor(requestId: string, now: () => number) {
    this.#now = now
    this.#lines = [`Execution log for request ${requestId}`]
  }

  line(text: string): void {
    const cut = text.length > textLimit ? `${text.slice(0, textLimit)} [TRUNCATED]` : text
    this.#lines.push(`${formatLogTime(this.#now())} : ${cut}`)
  }

  /** Every line, each with its line feed. */
  toString(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

/** `Sun Nov 22 09:05:03 UTC 2026`: Java's `EEE MMM dd HH:mm:ss zzz yyyy`. */
export function formatLogTime(ms: number): string {
  const date = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  const day = `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${two(date.getUTCDate())}`
  return `${day} ${time} UTC ${date.getUTCFullYear()}`
}

/** As Java prints a map: `{a=1, b=2}`. */
export function formatMap(entries: Iterable<readonly [string, string]>): string {
  return `{${Array.from(entries, ([name, value]) => `${name}=${value}`).join(', ')}}`
}

/** A flat header list as a map, secrets masked; of a name that comes twice the values are joined. */
export function formatHeaders(headers: readonly string[]): string {
  const joined = new Map<string, string>()
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const before = joined.get(name)
    const value = secrets.has(name.toLowerCase())
      ? mask(headers[i + 1] as string)
      : (headers[i + 1] as string)
    joined.set(name, before === undefined ? value : `${before},${value}`)
  }
  return formatMap(joined)
}

/** `********aaaaaa`: the end of a secret shows, six characters and no more than half of it. */
export function mask(secret: string): string {
  const shown = Math.min(6, Math.floor(secret.length / 2))
  return '*'.repeat(secret.length - shown) + secret.slice(secret.length - shown)
}
