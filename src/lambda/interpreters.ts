/**
 * The Python behind a command. `python3` is often a small program that looks for the right version each time it is
 * called, which costs more than the start of Python itself; it is asked once where the real one is.
 */
import { execFile } from 'node:child_process'

const found = new Map<string, Promise<string>>()
const limitMs = 10_000
const question = 'import sys; print(sys.executable)'

/** The absolute path of the interpreter that `command` starts; `command` itself when it does not say. Never rejects. */
export function realPython(command: string): Promise<string> {
  const known = found.get(command)
  if (known !== undefined) return known
  const path = new Promise<string>(resolve => {
    execFile(command, ['-S', '-c', question], { timeout: limitMs, cwd: '/' }, (error, stdout) => {
      const answer = stdout.trim()
      resolve(error === null && answer.startsWith('/') ? answer : command)
    })
  })
  found.set(command, path)
  return path
}
