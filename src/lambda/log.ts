/**
 * The log of a function as CloudWatch shows it: what the platform says (platform-events.ts) around what the function
 * prints, as text or as JSON. Keeps the end of it for callers who ask with `X-Amz-Log-Result`, hands each event on, and
 * drops what a function prints beyond a limit per invocation.
 *
 * In the JSON format events below the configured levels are dropped. Our bootstraps drop those of loggers by
 * themselves, as AWS's runtimes do; whatever else is printed is looked at here: a JSON object with a `level`, or INFO.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
import { jsonOf, type PlatformEvent, type SystemLevel, textOf } from './platform-events.ts'
import type { FunctionSettings, LogLine } from './settings.ts'
import { logLevelOf } from './variables.ts'

const tailBytes = 4096

export type OnLog = (line: LogLine) => void

/** How a function logs. The levels are the least that is logged, and mean something for JSON only. */
export interface LogForm {
  readonly format: 'Text' | 'JSON'
  /** What the function prints: `TRACE` to `FATAL`. */
  readonly applicationLevel: string
  readonly systemLevel: SystemLevel
}

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

/** As the function's settings say. */
export function logFormOf(settings: FunctionSettings): LogForm {
  return {
    format: settings.logFormat ?? 'Text',
    applicationLevel: logLevelOf(settings) ?? 'TRACE',
    // The control plane lets no other words through.
    systemLevel: (settings.systemLogLevel ?? 'INFO') as SystemLevel,
  }
}

/** The log of one environment; `begin` and `end` mark its invocations. */
export class EnvironmentLog {
  readonly stream: string
  readonly #arn: string
  readonly #now: () => number
  readonly #onLog: OnLog
  readonly #limitBytes: number
  readonly #form: LogForm
  #requestId = ''
  #events: string[] = []
  #bytes = 0
  #line = ''

  constructor(options: {
    arn: string
    stream: string
    limitBytes: number
    form: LogForm
    now: () => number
    onLog: OnLog
  }) {
    this.#arn = options.arn
    this.stream = options.stream
    this.#now = options.now
    this.#onLog = options.onLog
    this.#limitBytes = options.limitBytes
    this.#form = options.form
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
    this.#say(
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
    for (const line of lines) this.#printLine(line)
    if (this.#line.length > this.#limitBytes) this.endLine()
  }

  /** Ends a line that the function did not end. */
  endLine(): void {
    if (this.#line === '') return
    const line = this.#line
    this.#line = ''
    this.#printLine(line)
  }

  /** Adds an event of the platform, which the limit does not concern. */
  platform(event: PlatformEvent): void {
    const { format, systemLevel } = this.#form
    const text = format === 'JSON' ? jsonOf(event, systemLevel) : textOf(event)
    if (text !== undefined) this.#say(text)
  }

  /** Adds the platform's line about a time-out. JSON has none: the records tell it (a guess). */
  timeOut(text: string): void {
    if (this.#form.format === 'Text') this.#say(text)
  }

  /** What came without a logger that knows levels. */
  #printLine(line: string): void {
    const { format, applicationLevel } = this.#form
    if (format === 'JSON' && weightOf(levelOf(line)) < weightOf(applicationLevel)) return
    this.print(line)
  }

  #say(text: string): void {
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

function weightOf(level: string): number {
  return levels.indexOf(level)
}

/** Of a printed line: that of a JSON object that has one, else INFO, as AWS takes it. */
function levelOf(line: string): string {
  if (!line.startsWith('{')) return 'INFO'
  try {
    const { level } = JSON.parse(line) as { level?: unknown }
    const name = typeof level === 'string' ? level.toUpperCase() : 'INFO'
    return levels.includes(name) ? name : 'INFO'
  } catch {
    return 'INFO'
  }
}
