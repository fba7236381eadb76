/**
 * The account's settings in a region: the role that writes logs, and the limits, which are AWS's defaults.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Account.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { type AccountRecord, account } from '../account-record.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { patcher, plainDialect } from '../patch.ts'

type Account = RestOperations['GetAccount']['output']

export async function getAccount(ctx: ReadContext): Promise<Account> {
  return present(await settings(ctx))
}

const patch = patcher<AccountRecord>(plainDialect, {
  '/cloudwatchRoleArn': {
    replace: (record, { value }) => {
      if (!value) {
        delete record.cloudwatchRoleArn
        return
      }
      if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(value)) {
        throw new BadRequestException(
          'The role ARN does not have required permissions set to API Gateway',
        )
      }
      record.cloudwatchRoleArn = value
    },
  },
  '/features': {
    add: (record, { value = '' }) => {
      if (!record.features.includes(value)) record.features.push(value)
    },
    remove: (record, { value }) => {
      if (value === 'UsagePlans') {
        throw new BadRequestException('Usage Plans cannot be disabled once enabled')
      }
      record.features = record.features.filter(feature => feature !== value)
    },
  },
})

export async function updateAccount(
  ctx: ControlContext,
  { patchOperations }: RestOperations['UpdateAccount']['input'],
): Promise<Account> {
  const record = await settings(ctx)
  patch(record, patchOperations)
  await ctx.tx.put(account, '', account.name, record)
  return present(record)
}

async function settings({ tx }: ReadContext): Promise<AccountRecord> {
  const row = await tx.get(account, '', account.name)
  return row?.record ?? { features: ['UsagePlans'] }
}

function present(record: AccountRecord): Account {
  const throttleSettings = { burstLimit: 5000, rateLimit: 10_000 }
  return { ...record, throttleSettings, apiKeyVersion: '4' }
}
