/**
 * `--isolate`: functions in a sandbox made by bubblewrap (https://github.com/containers/bubblewrap), which needs no root
 * where the kernel lets users make namespaces.
 *
 *     /var/task, /opt     the code and its layers, read-only     /tmp    empty, the function's own, gone afterwards
 *     /usr, /lib, …       the system's programs, read-only       /proc   its own processes and no others
 *
 * Nothing else of the machine is there, no network either unless the operator says so. When the sandbox's first process
 * dies the kernel ends all others, and it dies with the gateway.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Start } from './places.ts'
import type { FunctionSettings } from './settings.ts'

/** How functions are kept apart. */
export interface Sandbox {
  /** The program: `bwrap`, or where it is. */
  readonly bubblewrap: string
  /** Whether functions may reach the network; loopback of their own they always have. */
  readonly network: boolean
}

/** Where custom runtimes find the Runtime API in a sandbox that has no network of the machine. */
export const bridgePort = 9001
const bridgeSocket = '/run/runtime-api.sock'

/** The file of the Runtime API outside, in the environment's own folder. */
export function socketOf(temporary: string): string {
  return join(temporary, 'api.sock')
}

/** The command with which a custom runtime is started in a sandbox that has no network. */
export function bridged(nodePath: string, bootstrap: string): readonly string[] {
  return [nodePath, '/var/runtime/bridge.mjs', bridgeSocket, String(bridgePort), bootstrap]
}

const bootstraps = fileURLToPath(new URL('./bootstraps', import.meta.url))
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/nix/store']
const systemFiles = [
  '/etc/ld.so.cache',
  '/etc/alternatives',
  '/etc/localtime',
  '/etc/ssl/certs',
  '/etc/passwd',
  '/etc/group',
]
const networkFiles = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/services']
const trialLimitMs = 10_000

/** Throws an Error that says what to do when sandboxes cannot be made here. */
export function checkSandbox(sandbox: Sandbox): void {
  const args = [...base(sandbox), '--', '/bin/sh', '-c', 'exit 0']
  const trial = spawnSync(sandbox.bubblewrap, args, { timeout: trialLimitMs, encoding: 'utf8' })
  if (trial.error !== undefined) {
    throw new Error(
      `--isolate needs bubblewrap, and ${sandbox.bubblewrap} cannot be started (${trial.error.message}). ` +
        'Install the package bubblewrap, or start without --isolate.',
      { cause: trial.error },
    )
  }
  if (trial.status === 0) return
  throw new Error(
    `--isolate cannot make sandboxes here: ${trial.stderr.trim()}. The kernel must let this user make namespaces ` +
      '(user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns), and a container needs a profile that allows it.',
  )
}

/** The command that runs `inner` for the function inside a sandbox. */
export function sandboxed(
  inner: readonly string[],
  settings: FunctionSettings,
  start: Start,
  interpreters: { readonly nodePath: string; readonly pythonPath: string },
  sandbox: Sandbox,
): readonly string[] {
  return [
    sandbox.bubblewrap,
    ...base(sandbox),
    ...['--size', String((settings.storageMb ?? 512) * 1024 * 1024), '--tmpfs', '/tmp'],
    // Behind /tmp, which would cover an interpreter that lies there.
    ...[interpreters.nodePath, interpreters.pythonPath].flatMap(bindProgram),
    ...['--ro-bind', settings.folder, '/var/task', '--ro-bind', bootstraps, '/var/runtime'],
    ...['--dir', '/opt', ...mergeLayers(settings.layers ?? [], '/opt')],
    ...(start.api !== undefined && !sandbox.network
      ? ['--bind', socketOf(start.temporary), bridgeSocket]
      : []),
    ...['--chdir', '/var/task', '--'],
    ...inner,
  ]
}

function base({ network }: Sandbox): string[] {
  const files = network ? [...systemFiles, ...networkFiles] : systemFiles
  return [
    ...['--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(network ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'localhost'],
    ...systemFolders.flatMap(bindSystem),
    ...files.flatMap(file => ['--ro-bind-try', file, file]),
    ...['--proc', '/proc', '--dev', '/dev'],
  ]
}

/** On most systems /bin is a link to /usr/bin, which must stay one. */
function bindSystem(folder: string): string[] {
  if (!existsSync(folder)) return []
  if (lstatSync(folder).isSymbolicLink()) return ['--symlink', readlinkSync(folder), folder]
  return ['--ro-bind', folder, folder]
}

/** An interpreter outside the system's folders, with the libraries that lie beside it. */
function bindProgram(path: string): string[] {
  if (!path.startsWith('/') || systemFolders.some(folder => path.startsWith(`${folder}/`)))
    return []
  const real = realpathSync(path)
  const prefix = dirname(dirname(real))
  // `/opt/python/bin/python3` needs all of /opt/python; a lone program in a folder of other things only itself.
  const isInstalled = existsSync(join(prefix, 'lib')) && dirname(real).endsWith('/bin')
  const binds = isInstalled ? ['--ro-bind', prefix, prefix] : ['--ro-bind', real, real]
  return path === real ? binds : [...binds, '--ro-bind-try', path, path]
}

/** Lays folders over each other, the last on top; where only one has a name, that one is bound whole. */
function mergeLayers(layers: readonly string[], target: string): string[] {
  const names = new Map<string, string[]>()
  for (const layer of layers) {
    for (const name of readdirSync(layer)) {
      names.set(name, [...(names.get(name) ?? []), join(layer, name)])
    }
  }
  return [...names].flatMap(([name, sources]) => {
    const place = join(target, name)
    const top = sources.at(-1) as string
    if (sources.length === 1 || !sources.every(isFolder)) return ['--ro-bind', top, place]
    return ['--dir', place, ...mergeLayers(sources, place)]
  })
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
