/**
 * The records of API keys and usage plans. The value of a key has a small record of its own, so that it is
 * used only once and found without a scan.
 */
import { kind } from '../store/store.ts'
import type { Tags } from './tags.ts'

export interface ApiKeyRecord {
  id: string
  value: string
  name?: string
  description?: string
  customerId?: string
  enabled: boolean
  /** `restApiId/stage`, from the time before usage plans. */
  stageKeys: string[]
  createdDate: number
  lastUpdatedDate: number
  tags?: Tags
}

/** Requests per second, and how many may come at once. */
export interface ThrottleRecord {
  burstLimit?: number
  rateLimit?: number
}

export interface QuotaRecord {
  limit?: number
  /** Requests taken off the first period's limit. */
  offset?: number
  period?: 'DAY' | 'WEEK' | 'MONTH'
}

export interface ApiStageRecord {
  apiId: string
  stage: string
  /** `/pets/GET` -> that method's throttle. */
  throttle?: Record<string, ThrottleRecord>
}

export interface UsagePlanRecord {
  id: string
  name: string
  description?: string
  apiStages: ApiStageRecord[]
  throttle?: ThrottleRecord
  quota?: QuotaRecord
  productCode?: string
  tags?: Tags
}

/** What UpdateUsage gave a key. */
export interface UsageExtensionRecord {
  /** The day it was given, milliseconds; it holds until the quota's period ends. */
  from: number
  remaining: number
}

export const apiKeys = kind<ApiKeyRecord>('rest-api-key', { secrets: ['value'] })
/** By the key's value. */
export const apiKeyValues = kind<{ id: string }>('rest-api-key-value', { hasSecretId: true })
export const usagePlans = kind<UsagePlanRecord>('rest-usage-plan')
/** Under the plan's id, by the key's. */
export const usagePlanKeys = kind<{ keyId: string }>('rest-usage-plan-key')
/** Under the plan's id, by the key's. */
export const usageExtensions = kind<UsageExtensionRecord>('rest-usage-extension')
