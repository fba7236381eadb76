/**
 * The log of a function as CloudWatch shows it: START, what the function prints, END and REPORT. Keeps the end of it
 * for callers who ask with `X-Amz-Log-Result`, hands each event on, and drops what a function prints beyond
 * a limit per invocation.
 */
import type { LogLine } from './settings.ts'

const tailBytes = 4096

export type OnLog = (line: LogLine) => void

/** The log of one environment; `begin` and `end` mark its invocations. */
export class EnvironmentLog {
  readonly stream: string
  readonly #arn: string
  readonly #now: () => number
  readonly #onLog: OnLog
  readonly #limitBytes: number
  #requestId = ''
  #events: string[] = []
  #bytes = 0
  #line = ''

  constructor(options: {
    arn: string
    stream: string
    limitBytes: number
    now: () => number
    onLog: OnLog
  }) {
    this.#arn = options.arn
    this.stream = options.stream
    this.#now = options.now
    this.#onLog = options.onLog
    this.#limitBytes = options.limitBytes
  }

  /** From now on events belong to the invocation `requestId`. */
  begin(requestId: string): void {
    this.endLine()
    this.#requestId = requestId
    this.#events = []
    this.#bytes = 0
  }

  /** The events of the invocation, for `tailOf`. */
  get events(): readonly string[] {
    return this.#events
  }

  /** Adds one event that the function prints. */
  print(text: string): void {
    if (this.#bytes > this.#limitBytes) return
    this.#bytes += text.length
    this.say(
      this.#bytes > this.#limitBytes
        ? `The log of this invocation is larger than ${this.#limitBytes} bytes; the rest of it is dropped.`
        : text,
    )
  }

  /** Adds printed text that need not end where a line ends. */
  printPart(text: string): void {
    if (this.#bytes > this.#limitBytes) return
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() as string
    for (const line of lines) this.print(line)
    if (this.#line.length > this.#limitBytes) this.endLine()
  }

  /** Ends a line that the function did not end. */
  endLine(): void {
    if (this.#line === '') return
    const line = this.#line
    this.#line = ''
    this.print(line)
  }

  /** Adds an event of the platform, which the limit does not concern. */
  say(text: string): void {
    this.#events.push(text)
    this.#onLog({
      arn: this.#arn,
      requestId: this.#requestId,
      stream: this.stream,
      text,
      timeMs: this.#now(),
    })
  }
}

/** The last 4 KB of the events, cut as AWS cuts it: by bytes, wherever that is. */
export function tailOf(events: readonly string[]): string {
  let bytes = 0
  let at = events.length
  while (at > 0 && bytes < tailBytes) bytes += Buffer.byteLength(events[--at] as string) + 1
  const text = events.slice(at).map(event => `${event}\n`)
  const whole = Buffer.from(text.join(''))
  return whole.length <= tailBytes ? whole.toString() : whole.subarray(-tailBytes).toString()
}

/** What REPORT says about an invocation. */
export interface Report {
  readonly requestId: string
  readonly durationMs: number
  readonly memoryMb: number
  readonly peakMemoryKb: number
  /** Only of the first invocation of an environment. */
  readonly initMs: number | undefined
  /** How it ended, unless well. */
  readonly failure: 'timeout' | { readonly errorType: string } | undefined
}

/** The REPORT event, fields divided by tabs. */
export function reportLine(report: Report): string {
  const { durationMs, initMs, failure } = report
  const billedMs = Math.ceil(durationMs + (initMs ?? 0))
  let line =
    `REPORT RequestId: ${report.requestId}\tDuration: ${durationMs.toFixed(2)} ms\t` +
    `Billed Duration: ${billedMs} ms\tMemory Size: ${report.memoryMb} MB\t` +
    `Max Memory Used: ${Math.ceil(report.peakMemoryKb / 1024)} MB\t`
  if (initMs !== undefined) line += `Init Duration: ${initMs.toFixed(2)} ms\t`
  if (failure === 'timeout') line += 'Status: timeout'
  else if (failure !== undefined) line += `Status: error\tError Type: ${failure.errorType}`
  return line
}
