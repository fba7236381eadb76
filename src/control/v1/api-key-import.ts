/**
 * ImportApiKeys: keys from a CSV file, some of them into usage plans.
 *
 *     Name,key,description,Enabled,usageplanIds
 *     MyFirstApiKey,apikey1234abcdefghij0123456789,An imported key,TRUE,c7y23b
 *     MySecondKey,apikey5678abcdefghij0123456789,,FALSE,"c7y23b,glvrsr"
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext } from '../context.ts'
import { defined } from '../draft.ts'
import { apiKeys, apiKeyValues, usagePlanKeys, usagePlans } from '../key-records.ts'
import { checkKey, insertKey } from './api-keys.ts'

/** A key whose value is there already is overwritten. */
export async function importApiKeys(
  ctx: ControlContext,
  { body, failOnWarnings }: RestOperations['ImportApiKeys']['input'],
): Promise<RestOperations['ImportApiKeys']['output']> {
  const ids: string[] = []
  const warnings: string[] = []
  for (const row of readRows(Buffer.from(body).toString())) {
    const id = await importKey(ctx, row)
    ids.push(id)
    for (const planId of row.planIds) {
      if (await ctx.tx.get(usagePlans, '', planId)) {
        await ctx.tx.put(usagePlanKeys, planId, id, { keyId: id })
      } else {
        warnings.push(`Invalid Usage Plan ID specified: ${planId}`)
      }
    }
  }
  if (failOnWarnings && warnings.length > 0) {
    throw new BadRequestException(`Warnings found during import:\n\t${warnings.join('\n\t')}`)
  }
  return { ids, warnings }
}

interface KeyRow {
  readonly name: string
  readonly value: string
  readonly description: string | undefined
  readonly enabled: boolean
  readonly planIds: readonly string[]
}

async function importKey(ctx: ControlContext, row: KeyRow): Promise<string> {
  const { value, enabled } = row
  const fields = defined({ name: row.name, description: row.description, value, enabled })
  const known = await ctx.tx.get(apiKeyValues, '', value)
  const old = known && (await ctx.tx.get(apiKeys, '', known.record.id))
  if (!old) return (await insertKey(ctx, { ...fields, stageKeys: [] })).id
  const key = { ...old.record, ...fields, lastUpdatedDate: ctx.clock.now() }
  checkKey(key)
  await ctx.tx.update(apiKeys, '', key.id, key)
  return key.id
}

function readRows(text: string): KeyRow[] {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '')
  const header = readLine(lines[0] ?? '').map(name => name.toLowerCase())
  const column = (name: string) => header.indexOf(name)
  if (column('name') < 0 || column('key') < 0) {
    throw new BadRequestException('The file must have the columns Name and Key') // a guess
  }
  return lines.slice(1).map(line => {
    const cells = readLine(line)
    const cell = (name: string) => cells[column(name)] ?? ''
    return {
      name: cell('name'),
      value: cell('key'),
      description: cell('description') || undefined,
      enabled: cell('enabled').toLowerCase() === 'true',
      planIds: cell('usageplanids')
        .split(',')
        .map(id => id.trim())
        .filter(id => id !== ''),
    }
  })
}

/** The cells of one line (RFC 4180, without line breaks in cells), trimmed. */
function readLine(line: string): string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let i = 0; i < line.length; i++) {
    const char = line[i]
    if (char === '"' && isQuoted && line[i + 1] === '"') {
      cell += '"'
      i++
    } else if (char === '"') {
      isQuoted = !isQuoted
    } else if (char === ',' && !isQuoted) {
      cells.push(cell.trim())
      cell = ''
    } else {
      cell += char
    }
  }
  return [...cells, cell.trim()]
}
