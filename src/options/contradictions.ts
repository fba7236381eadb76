/** Options that are right by themselves and wrong together. */
import { type TokenOptions, tokenContradictions } from './token-options.ts'

/** `127.0.0.0/8`, `::1` and `localhost`: only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** One sentence each; null stands for an option that was not given. */
export function contradictions(
  given: TokenOptions & {
    readonly host: string
    readonly adminCredentials: object | null
    readonly masterKey: unknown
    readonly masterKeyFile: unknown
  },
): string[] {
  const { host, adminCredentials, masterKey, masterKeyFile } = given
  const problems = tokenContradictions(given, adminCredentials === null)
  if (masterKey !== null && masterKeyFile !== null) {
    problems.push('--master-key and --master-key-file: give one of them')
  }
  if (isLoopback(host) || adminCredentials !== null) return problems
  return [
    ...problems,
    `--host ${host}: other machines could change every API. Give --admin-credentials KEY:SECRET (or ` +
      'PORTCULLIS_ADMIN_CREDENTIALS), or listen on 127.0.0.1',
  ]
}
