/**
 * Sees to it that no function outlives the gateway, not even one that loops for ever while the gateway is
 * killed with signal 9.
 *
 * A shell reads from a pipe which process groups have begun (`+ 123`) and ended (`- 123`). However the gateway ends, the
 * pipe closes; then the shell kills the groups that are left, processes that left their groups but have the TMPDIR of a
 * function, and removes the temporary folders. Where there is no /bin/sh, functions that
 * wait for an invocation still end by themselves, because their own channel closes.
 */
import { type ChildProcess, spawn } from 'node:child_process'

const script = `
trap '' HUP INT TERM
groups=
while read -r verb id; do
  case $verb in
    +) groups="$groups $id" ;;
    -) rest=; for g in $groups; do [ "$g" = "$id" ] || rest="$rest $g"; done; groups=$rest ;;
  esac
done
for g in $groups; do kill -s KILL -- "-$g"; done
for p in /proc/[0-9]*; do
  grep -qs "TMPDIR=$0/" "$p/environ" && kill -s KILL "\${p#/proc/}"
done
rm -rf "$0"
`

/** One per runner; starts nothing until the first process is to be watched. */
export class Warden {
  readonly #groups = new Set<number>()
  readonly #temporaryRoot: string
  #shell: ChildProcess | undefined

  /** `temporaryRoot` is the folder in which the temporary folders of all functions are. */
  constructor(temporaryRoot: string) {
    this.#temporaryRoot = temporaryRoot
  }

  watch(groupId: number): void {
    this.#groups.add(groupId)
    if (this.#shell !== undefined && isRunning(this.#shell)) {
      this.#shell.stdin?.write(`+ ${groupId}\n`)
      return
    }
    // The first one, or the last one was killed by somebody.
    this.#shell = startShell(this.#temporaryRoot)
    for (const id of this.#groups) this.#shell.stdin?.write(`+ ${id}\n`)
  }

  release(groupId: number): void {
    this.#groups.delete(groupId)
    this.#shell?.stdin?.write(`- ${groupId}\n`)
  }

  /** Ends the shell, which first kills what is still watched; resolves when it is gone. */
  close(): Promise<void> {
    const shell = this.#shell
    this.#shell = undefined
    if (shell === undefined || !isRunning(shell)) return Promise.resolve()
    return new Promise(resolve => {
      shell.once('exit', () => resolve())
      shell.ref()
      shell.stdin?.end()
    })
  }
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

function startShell(temporaryRoot: string): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', script, temporaryRoot], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a session of its own, so that Ctrl-C in the terminal reaches the gateway first.
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
  })
  // Without the shell there is one safeguard less, and nothing else to do about it.
  shell.on('error', () => {})
  shell.stdin?.on('error', () => {})
  shell.unref()
  return shell
}
