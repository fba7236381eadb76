import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateRestApiCommand,
  GetAccountCommand,
  GetTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

test('tags are added, replaced and taken away by ARN', async () => {
  await using control = await startControl()
  const { client } = control
  const { id } = await client.send(new CreateRestApiCommand({ name: 'x', tags: { a: '1' } }))
  const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${id}`
  const tag = new TagResourceCommand({ resourceArn, tags: { a: '2', b: '3' } })
  answer(await client.send(tag), 204)
  assert.deepEqual(answer(await client.send(new GetTagsCommand({ resourceArn })), 200), {
    tags: { a: '2', b: '3' },
  })
  answer(await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'zzz'] })), 204)
  const { tags } = await client.send(new GetTagsCommand({ resourceArn }))
  assert.deepEqual(tags, { b: '3' })
})

test('what cannot be tagged, or not so, is refused', async () => {
  await using control = await startControl()
  const { client } = control
  const { id } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const get = (resourceArn: string) => client.send(new GetTagsCommand({ resourceArn }))
  await refused(
    get('arn:aws:apigateway:us-east-1::/restapis/nosuch'),
    'NotFoundException',
    404,
    'Invalid API identifier specified 000000000000:nosuch',
  )
  const arns = [
    'x',
    'arn:aws:s3:::bucket',
    `arn:aws:apigateway:eu-west-1::/restapis/${id}`,
    'arn:aws:apigateway:us-east-1::/account',
  ]
  for (const arn of arns) await refused(get(arn), 'BadRequestException', 400, /./)
  const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${id}`
  const bad: Record<string, string>[] = [
    { 'aws:x': '1' },
    { '': '1' },
    { ['k'.repeat(129)]: '1' },
    { k: 'v'.repeat(257) },
    Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])),
  ]
  for (const tags of bad) {
    await refused(
      client.send(new TagResourceCommand({ resourceArn, tags })),
      'BadRequestException',
      400,
      /./,
    )
  }
})

test('the account has the limits of AWS', async () => {
  await using control = await startControl()
  assert.deepEqual(answer(await control.client.send(new GetAccountCommand({})), 200), {
    throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
    features: ['UsagePlans'],
    apiKeyVersion: '4',
  })
})
