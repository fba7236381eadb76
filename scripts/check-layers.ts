/**
 * Fails when a file of src/ imports what its layer may not (layers.ts), when imports form a ring (type-only ones
 * included), when a file other than index.ts re-exports, or when one is longer than 400 lines and not generated.
 *
 *   node scripts/check-layers.ts            exit 1 and a line for each fault
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { layers } from './layers.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const longest = 400

export interface SourceFile {
  /** From the root of the repository: `src/base/clock.ts`. */
  readonly path: string
  readonly text: string
}

/** Every fault of the files, as lines for people. */
export function faultsOf(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map(file => [file.path, importsOf(file)]))
  return [
    ...files.flatMap(lengthFaults),
    ...files.flatMap(exportFaults),
    ...[...imports].flatMap(([from, targets]) => targets.flatMap(to => layerFaults(from, to))),
    ...ringFaults(imports),
  ]
}

/** All TypeScript files of `src/`, as they are on the disk. */
export function sourceFiles(): SourceFile[] {
  const entries = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(path => ({
      path: relative(root, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }))
}

/** What follows `from`, or stands in `import('…')`; TypeScript 7 has no parser to ask. Only our own files. */
const importPattern = /(?:\bfrom\s+|\bimport\s*\(?\s*)'(\.{1,2}\/[^']+\.ts)'/g

function importsOf({ path, text }: SourceFile): string[] {
  const found = [...withoutComments(text).matchAll(importPattern)]
  return found.map(([, target = '']) => join(dirname(path), target).split(sep).join('/'))
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '')
}

function layerFaults(from: string, to: string): string[] {
  const [home, target] = [folderOf(from), folderOf(to)]
  if (home === target || target === undefined || isTest(from)) return []
  const layer = layers.find(({ folders }) => folders.includes(String(home)))
  if (layer === undefined) return [`${from}: the folder ${home} is not in scripts/layers.ts`]
  if (layer.mayImport.includes('everything') || layer.mayImport.includes(target)) return []
  return [`${from}: ${home} (level ${layer.level}) may not import ${to}`]
}

/** `src/base/ids.ts` -> `base`, `src/cli.ts` -> `.`; undefined outside of `src/`. */
function folderOf(path: string): string | undefined {
  const [top, folder, ...rest] = path.split('/')
  if (top !== 'src') return undefined
  return rest.length === 0 ? '.' : folder
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/fixtures/')
}

function exportFaults({ path, text }: SourceFile): string[] {
  if (path === 'src/index.ts' || !/^export\s[^;=(]*?\bfrom\s+'\./m.test(withoutComments(text))) {
    return []
  }
  return [`${path}: re-exports; import the file that has the thing`]
}

function lengthFaults({ path, text }: SourceFile): string[] {
  const lines = text.split('\n').length - 1
  if (lines <= longest || /generated/i.test(text.slice(0, 300))) return []
  return [`${path}: ${lines} lines, more than ${longest}; split it by meaning`]
}

/** Depth first; an edge to a file on the current path closes a ring. */
function ringFaults(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const path: string[] = []
  const faults: string[] = []
  const visit = (file: string): void => {
    const at = path.indexOf(file)
    if (at >= 0) faults.push(`ring: ${[...path.slice(at), file].join(' -> ')}`)
    if (at >= 0 || done.has(file)) return
    path.push(file)
    for (const target of imports.get(file) ?? []) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of imports.keys()) visit(file)
  return faults
}

if (import.meta.main) {
  const faults = faultsOf(sourceFiles())
  for (const fault of faults) console.error(fault)
  process.exitCode = faults.length === 0 ? 0 : 1
}
