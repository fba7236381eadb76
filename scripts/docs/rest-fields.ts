/**
 * Every structure of the REST control plane, field by field, for docs/reference/compatibility.md: nothing is without effect
 * in silence. test/compatibility.test.ts holds the rows against the operation table, so that a field without a row, or a
 * row without a field, fails.
 */
import type { Fields } from './field-effects.ts'
import { accountFields } from './rest-fields-account.ts'
import { apiFields } from './rest-fields-api.ts'

/** What operations answer, or take inside of their inputs. */
export const structureFields: Readonly<Record<string, Fields>> = { ...apiFields, ...accountFields }
