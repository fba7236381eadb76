/**
 * The settings of an account in one region; there is one record, under its kind's own name.
 */
import { kind } from '../store/store.ts'

export interface AccountRecord {
  cloudwatchRoleArn?: string
  features: string[]
}

export const account = kind<AccountRecord>('rest-account')
