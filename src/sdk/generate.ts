/**
 * GetSdk: the SDK of a deployed stage, in one of the languages of types.ts, as an archive.
 */
import type { ApiSnapshot, Stage } from '../aws/rest-api.ts'
import { generateJavascriptSdk } from './javascript.ts'
import { checkSdkRequest } from './types.ts'
import { generateTypescriptSdk } from './typescript.ts'
import { zip } from './zip.ts'

/** As GetSdk answers it. */
export interface SdkArchive {
  readonly contentType: 'application/octet-stream'
  readonly contentDisposition: string
  readonly body: Buffer
}

/**
 * Makes the SDK of a stage's deployment. `invokeUrl` is where the stage is called: an http(s) URL that ends with the
 * stage's name, without a slash at the end. `now` is in milliseconds since 1970. Throws SdkError when the type
 * is unknown or not built, or a parameter of it is missing.
 */
export function generateSdk(
  type: string,
  parameters: Readonly<Record<string, string>>,
  snapshot: ApiSnapshot,
  stage: Stage,
  invokeUrl: string,
  now: number,
): SdkArchive {
  checkSdkRequest(type, parameters)
  const generate = type === 'typescript' ? generateTypescriptSdk : generateJavascriptSdk
  const modified = new Date(now)
  // AWS: android_2016-02-22_23-52Z.zip (the AWS CLI's examples of get-sdk).
  const time = modified.toISOString().slice(0, 16).replace('T', '_').replace(':', '-')
  return {
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="${type}_${time}Z.zip"`,
    body: zip(generate(snapshot, stage, invokeUrl), modified),
  }
}
