/** The variables that AWS's own tools read their credentials from. */
import type { Credentials } from '../aws/sign.ts'

/** null: they are not there, or not both. */
export function credentialsOfEnvironment(env: NodeJS.ProcessEnv): Credentials | null {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env
  if (!accessKeyId || !secretAccessKey) return null
  return Object.freeze({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) })
}
