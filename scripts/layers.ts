/**
 * Who may import whom, as data. ARCHITECTURE.md shows this table to people (test/layers.test.ts compares), and
 * check-layers.ts holds every import against it.
 */

export interface Layer {
  readonly level: number
  /** Folders of `src/`; `.` stands for the files directly in it. Those of one row do not import each other. */
  readonly folders: readonly string[]
  readonly mayImport: readonly string[]
}

const data = ['base', 'aws', 'vtl', 'limits', 'messages', 'program', 'lambda', 'observe']
const senders = ['authorizers', 'integrations']

export const layers: readonly Layer[] = [
  { level: 0, folders: ['base'], mayImport: [] },
  { level: 1, folders: ['aws', 'vtl', 'limits', 'store'], mayImport: ['base'] },
  { level: 2, folders: ['messages'], mayImport: ['base'] },
  {
    level: 3,
    folders: ['openapi', 'program', 'sdk'],
    mayImport: ['base', 'aws', 'vtl', 'messages'],
  },
  { level: 4, folders: ['lambda', 'observe'], mayImport: ['base', 'aws', 'messages'] },
  {
    level: 5,
    folders: senders,
    mayImport: ['base', 'aws', 'messages', 'program', 'lambda'],
  },
  { level: 6, folders: ['pipeline'], mayImport: [...data, ...senders] },
  { level: 7, folders: ['http', 'socket'], mayImport: [...data, ...senders, 'pipeline'] },
  {
    level: 7,
    folders: ['control'],
    mayImport: ['base', 'aws', 'store', 'openapi', 'program', 'sdk'],
  },
  { level: 7, folders: ['function-urls'], mayImport: ['base', 'aws'] },
  { level: 7, folders: ['console'], mayImport: ['base'] },
  { level: 8, folders: ['options', 'cli', '.'], mayImport: ['everything'] },
]

/** The table as rows of Markdown. */
export function layerRows(): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const name = (folder: string) => (folder === '.' ? '`src/*.ts`' : folder)
  return [
    row(['level', 'folders', 'may import']),
    row(['---', '---', '---']),
    ...layers.map(({ level, folders, mayImport }) =>
      row([String(level), folders.map(name).join(', '), mayImport.join(', ') || 'nothing of ours']),
    ),
  ]
}
