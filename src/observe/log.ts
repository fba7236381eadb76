/**
 * The log of the process (not access logs): lines for people, or one JSON object a line, on standard error.
 *
 *     2026-11-22T10:02:03.004Z warn  deployment refused  api=a1b2c3 stage=dev
 *
 * Logging never throws, a line has a limit, and text from outside cannot forge a line: in text form the further lines
 * of a message (a stack, say) are indented, and all other control characters are escaped.
 */
import { printable } from './printable.ts'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
export type LogFields = Readonly<Record<string, unknown>>

/** `log.info('listening', { port: 4566 })` */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

export interface LogSettings {
  readonly logLevel: LogLevel
  readonly logFormat: 'text' | 'json'
}

const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug']
const messageLimit = 8_000
const fieldLimit = 1_000
const fieldsLimit = 16

/** A log that writes whole lines with `write`; standard error by default. */
export function createLog(
  settings: LogSettings,
  write: (line: string) => void = toStandardError(),
): Log {
  const wanted = levels.indexOf(settings.logLevel)
  const format = settings.logFormat === 'json' ? jsonLine : textLine
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (levels.indexOf(level) > wanted) return
      try {
        write(format(new Date().toISOString(), level, message, fields))
      } catch {
        // A log that cannot be written must not end what it was to tell of.
      }
    }
  return Object.freeze({
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
  })
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const lines = String(message).slice(0, messageLimit).trimEnd().replaceAll('\t', '  ').split('\n')
  const text = lines.map(line => printable(line, messageLimit)).join('\n    ')
  const told = shownFields(fields).map(([name, value]) => ` ${printable(name)}=${quoted(value)}`)
  return `${time} ${level.padEnd(5)} ${text}${told.length > 0 ? ' ' : ''}${told.join('')}\n`
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const told = Object.fromEntries(shownFields(fields))
  return `${JSON.stringify({ ...told, time, level, message: String(message).slice(0, messageLimit) })}\n`
}

function shownFields(fields: LogFields): [string, string | number | boolean][] {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return given.slice(0, fieldsLimit).map(([name, value]) => [name, shown(value)])
}

function shown(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof Error) return (value.stack ?? value.message).slice(0, messageLimit)
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > fieldLimit ? `${text.slice(0, fieldLimit)}…` : text
}

function quoted(value: string | number | boolean): string {
  const text = printable(String(value), messageLimit)
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}

function toStandardError(): (line: string) => void {
  // The reader of a pipe may go away; that is no reason to stop serving.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined)
  return line => void process.stderr.write(line)
}
