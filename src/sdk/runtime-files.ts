/**
 * The hand-written half of every SDK, in `runtime/`: shipped as it is, beside what is generated. Read once, when the
 * program starts. The `.mts` file is compiled with the rest of this project only to check it.
 */
import { readFileSync } from 'node:fs'

export const runtimeFiles = Object.freeze({
  /** Signs requests; for browsers' scripts and for `require`. */
  signer: read('sigV4Client.js'),
  /** Sends requests; for browsers' scripts and for `require`. */
  sender: read('apiGatewayClient.js'),
  /** Both, in TypeScript. */
  typed: read('client.mts'),
})

function read(name: string): string {
  return readFileSync(new URL(`./runtime/${name}`, import.meta.url), 'utf8')
}
