/** How one option is declared: everything that reading it, `--help` and docs/reference/options.md need to know. */
import type { Kind } from './kinds.ts'

/** Where a gateway runs, for defaults that depend on it. */
export interface Surroundings {
  readonly cwd: string
  readonly cores: number
  readonly env: NodeJS.ProcessEnv
}

export interface Declaration<T, All> {
  /** `--body-limit`; also the key in the YAML file, and `PORTCULLIS_BODY_LIMIT`. */
  readonly flag: string
  readonly group:
    | 'Listening'
    | 'Data'
    | 'Limits'
    | 'Security'
    | 'AWS services'
    | 'Private APIs'
    | 'Private integrations'
    | 'Functions'
    | 'Log'
  readonly kind: Kind<T>
  /** `before`: the options declared above this one. */
  readonly byDefault: (surroundings: Surroundings, before: Readonly<Partial<All>>) => T
  /** The default in words. */
  readonly defaultText: string
  /** One sentence for `--help`. */
  readonly meaning: string
  /** Further sentences, for the reference only. */
  readonly more?: string
  /** The value is never repeated in an error or a log. */
  readonly isSecret?: true
}

/** `body-limit` -> `PORTCULLIS_BODY_LIMIT` */
export function variableOf(flag: string): string {
  return `PORTCULLIS_${flag.toUpperCase().replaceAll('-', '_')}`
}
