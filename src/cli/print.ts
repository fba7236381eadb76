/** How commands speak: results on standard output, the rest on standard error, colours only on a terminal. */
import { styleText } from 'node:util'
import { printable } from '../observe/printable.ts'

export interface Words {
  say(line: string): void
  /** On standard error, as it is. */
  note(line: string): void
  warn(line: string): void
  fail(message: string): void
  strong(text: string): string
  dim(text: string): string
}

const lineLimit = 20_000

/** Words on the process's own streams; colours where these are terminals (and NO_COLOR is not set). */
export function wordsOn(out: NodeJS.WriteStream, err: NodeJS.WriteStream): Words {
  const style = (format: 'bold' | 'dim' | 'red' | 'yellow', text: string, stream = out) =>
    styleText(format, text, { stream })
  return {
    say: line => void out.write(`${line}\n`),
    note: line => void err.write(`${line}\n`),
    warn: line => {
      err.write(`${style('yellow', 'warning:', err)} ${printable(line, lineLimit)}\n`)
    },
    fail: message => {
      const lines = message.split('\n').map(line => printable(line, lineLimit))
      err.write(`${style('red', 'portcullis:', err)} ${lines.join('\n')}\n`)
    },
    strong: text => style('bold', printable(text)),
    dim: text => style('dim', text),
  }
}

/** A word that a shell takes as it is, in quotes where it needs them. */
export function shellQuoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
