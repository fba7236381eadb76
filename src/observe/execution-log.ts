/**
 * The execution log of one request in AWS's line format, as TestInvokeMethod answers it and CloudWatch gets it. The lines and
 * how maps are printed are recorded from AWS.
 */

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** AWS cuts longer header maps. */
const mapLimit = 998

export class ExecutionLog {
  readonly #lines: string[]
  readonly #now: () => number

  constructor(requestId: string, now: () => number) {
    this.#now = now
    this.#lines = [`Execution log for request ${requestId}`]
    this.line(`Starting execution for request: ${requestId}`)
  }

  line(text: string): void {
    this.#lines.push(`${formatLogTime(this.#now())} : ${text}`)
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
  const text = `{${Array.from(entries, ([name, value]) => `${name}=${value}`).join(', ')}}`
  return text.length > mapLimit ? `${text.slice(0, mapLimit)} [TRUNCATED]` : text
}

/** A flat header list as a map; of a name that comes twice the values are joined. */
export function formatHeaders(headers: readonly string[]): string {
  const joined = new Map<string, string>()
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const before = joined.get(name)
    const value = headers[i + 1] as string
    joined.set(name, before === undefined ? value : `${before},${value}`)
  }
  return formatMap(joined)
}
