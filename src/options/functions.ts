/** The options of what runs functions; a part of the table in src/options.ts. */
import type { Declaration } from './declare.ts'
import * as kinds from './kinds.ts'

export interface FunctionOptions {
  readonly functionEnvironments: number
  readonly functionIdleMs: number
  /** Function name -> where it runs. */
  readonly functions: ReadonlyMap<string, string>
  /** null: in the data folder. */
  readonly deadLetters: string | null
  /** Runs functions; null: what runs the gateway. */
  readonly nodePath: string | null
  readonly pythonPath: string
  /** Functions run in sandboxes of their own. */
  readonly isolate: boolean
  readonly isolateNetwork: boolean
}

export const functionDeclarations: {
  readonly [Field in keyof FunctionOptions]: Declaration<FunctionOptions[Field], FunctionOptions>
} = {
  functionEnvironments: {
    flag: 'function-environments',
    group: 'Functions',
    kind: kinds.count(1, 1_000),
    byDefault: () => 10,
    defaultText: '10',
    meaning: 'How many processes may run Lambda functions at once.',
  },
  functionIdleMs: {
    flag: 'function-idle',
    group: 'Functions',
    kind: kinds.duration(1_000, 86_400_000),
    byDefault: () => 600_000,
    defaultText: '10m',
    meaning: 'How long a function process is kept when nobody calls it.',
  },
  functions: {
    flag: 'function',
    group: 'Functions',
    kind: kinds.functions,
    byDefault: () => new Map(),
    defaultText: 'none',
    meaning:
      'Where a function runs that is not run here, such as pets=http://127.0.0.1:9000: a Runtime Interface Emulator.',
    more: 'It is called for every ARN with this name, in place of a function that is here, and without a permission.',
  },
  deadLetters: {
    flag: 'dead-letters',
    group: 'Functions',
    kind: kinds.folder,
    byDefault: () => null,
    defaultText: '`dead-letters` in the data folder',
    meaning: 'The folder for events that functions failed to handle and nobody could be told of.',
    more: 'One JSON object a line, in `events.jsonl` and at most four former files of 16 MB.',
  },
  nodePath: {
    flag: 'node',
    group: 'Functions',
    kind: kinds.program,
    byDefault: () => null,
    defaultText: 'the Node.js that runs the gateway',
    meaning: 'The Node.js that runs functions.',
  },
  pythonPath: {
    flag: 'python',
    group: 'Functions',
    kind: kinds.program,
    byDefault: () => 'python3',
    defaultText: 'python3',
    meaning: 'The Python that runs functions.',
  },
  isolate: {
    flag: 'isolate',
    group: 'Functions',
    kind: kinds.toggle,
    byDefault: () => false,
    defaultText: 'false',
    meaning: 'Run each function in a sandbox made by bubblewrap, which must be installed.',
    more: 'It sees its code, the programs of the system and an empty /tmp, and has no network.',
  },
  isolateNetwork: {
    flag: 'isolate-network',
    group: 'Functions',
    kind: kinds.toggle,
    byDefault: () => false,
    defaultText: 'false',
    meaning: 'Let functions in sandboxes use the network of this machine.',
  },
}
