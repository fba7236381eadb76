/** The options that say who administers the gateway, and what its secrets are encrypted with. */
import type { UnknownRoles } from '../aws/acting-role.ts'
import type { Declaration } from './declare.ts'
import * as kinds from './kinds.ts'

export interface SecurityOptions {
  /** null: development, any well-formed credentials pass. */
  readonly adminCredentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
  } | null
  /** What becomes of credentials that name a role which IAM here does not know. */
  readonly unknownRoles: UnknownRoles
  /** 32 bytes; null: it is in a file. */
  readonly masterKey: Buffer | null
  /** null: `master.key` in the data directory. */
  readonly masterKeyFile: string | null
  /** What the store was sealed with before; null: with the same. */
  readonly masterKeyOld: Buffer | null
}

export const securityOptions: {
  readonly [Field in keyof SecurityOptions]: Declaration<SecurityOptions[Field], SecurityOptions>
} = {
  adminCredentials: {
    flag: 'admin-credentials',
    group: 'Security',
    kind: kinds.credentials,
    byDefault: () => null,
    defaultText: 'none: development, any well-formed credentials pass',
    meaning: 'The key pair that control-plane calls must be signed with.',
    more: 'Needed to listen on anything but this machine. Give it in the environment: other users see flags.',
    isSecret: true,
  },
  unknownRoles: {
    flag: 'unknown-roles',
    group: 'Security',
    kind: kinds.choice(['allow', 'deny']),
    byDefault: (_, { adminCredentials }) => (adminCredentials === null ? 'allow' : 'deny'),
    defaultText: 'allow in development; deny with `--admin-credentials`',
    meaning: 'Whether integrations and authorizers may name a role that IAM here does not have.',
    more: 'With allow such a role is not checked; the log, `portcullis doctor` and `explain` say so.',
  },
  masterKey: {
    flag: 'master-key',
    group: 'Security',
    kind: kinds.masterKey,
    byDefault: () => null,
    defaultText: 'read from a file',
    meaning: 'What secrets in the store are encrypted with: 32 bytes, in hexadecimal or base64.',
    more: 'Give it in the environment: other users see flags. With another key than before, the start is refused.',
    isSecret: true,
  },
  masterKeyFile: {
    flag: 'master-key-file',
    group: 'Security',
    kind: kinds.file,
    byDefault: () => null,
    defaultText: 'master.key in the data directory, made at the first start',
    meaning: 'The file that holds the master key.',
    more: 'In production keep it apart from the data directory: who has both can read every secret.',
  },
  masterKeyOld: {
    flag: 'master-key-old',
    group: 'Security',
    kind: kinds.masterKey,
    byDefault: () => null,
    defaultText: 'none',
    meaning: 'The master key before this one: at the start everything is encrypted anew.',
    more: 'Sessions of STS that were made with the old key end. After one start the option can go.',
    isSecret: true,
  },
}
