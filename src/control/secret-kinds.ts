/** The kinds of records that have secrets: what a store has to seal when it is opened. A test holds the list complete. */
import type { Kind } from '../store/store.ts'
import { clientCertificateKeys } from './certificate-records.ts'
import { uploadedCertificates } from './domain-records.ts'
import { accessKeys } from './iam/records.ts'
import { apiKeys, apiKeyValues } from './key-records.ts'
import { functions, versions } from './lambda/records.ts'

export const secretKinds: readonly Kind<unknown>[] = [
  accessKeys,
  apiKeys,
  apiKeyValues,
  clientCertificateKeys,
  uploadedCertificates,
  functions,
  versions,
]
