/**
 * Tells destinations and dead-letter queues how an event ended: SQS, SNS, EventBridge and S3 through their own APIs, other
 * functions by an event. What cannot be delivered, and what failed with nobody to tell, becomes a line of the dead-letter
 * file, so that no failed event is lost without a trace.
 */
import { type Arn, parseArn } from './aws/arn.ts'
import type { AwsCalls, AwsRequest } from './aws-call.ts'
import type { Clock } from './base/clock.ts'
import type { EventOutcome } from './control/lambda/async-invocations.ts'
import {
  type DeadLetterAttributes,
  deadLetterAttributes,
  outcomeRecord,
} from './control/lambda/event-outcome.ts'
import type { RotatingFile } from './rotating-file.ts'

export interface DestinationParts {
  readonly aws: AwsCalls
  readonly clock: Clock
  readonly file: RotatingFile
  /** Hands an event to a function, here or elsewhere. Rejects when it cannot be taken. */
  readonly invokeEvent: (functionArn: string, payload: Buffer) => Promise<void>
  readonly log: (message: string) => void
}

const timeoutMs = 30_000

/** Resolves when everybody was told, or the file has it. */
export async function tellOutcome(parts: DestinationParts, outcome: EventOutcome): Promise<void> {
  const record = outcomeRecord(outcome, parts.clock.now())
  const { onSuccess, onFailure, deadLetterArn } = outcome.found.events ?? {}
  const isSuccess = outcome.condition === 'Success'
  const destination = isSuccess ? onSuccess : onFailure
  const deliveries: [arn: string, work: (arn: Arn) => Promise<void>][] = []
  if (destination !== undefined) {
    deliveries.push([destination, arn => send(parts, arn, JSON.stringify(record), outcome)])
  }
  if (!isSuccess && deadLetterArn !== undefined) {
    const attributes = deadLetterAttributes(outcome)
    const text = outcome.event.payload.toString()
    deliveries.push([deadLetterArn, arn => send(parts, arn, text, outcome, attributes)])
  }
  if (!isSuccess && deliveries.length === 0) parts.file.add(lineOf(record, null, null))
  for (const [target, work] of deliveries) {
    try {
      const arn = parseArn(target)
      if (arn === undefined) throw new Error('it is no ARN')
      await work(arn)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      parts.log(`${target} cannot be told of the event ${outcome.event.id}: ${reason}`)
      parts.file.add(lineOf(record, target, reason))
    }
  }
  await parts.file.flush()
}

function lineOf(record: object, destination: string | null, reason: string | null): string {
  return JSON.stringify({ ...record, undelivered: destination && { destination, reason } })
}

async function send(
  parts: DestinationParts,
  arn: Arn,
  text: string,
  outcome: EventOutcome,
  attributes?: DeadLetterAttributes,
): Promise<void> {
  if (arn.service === 'lambda') {
    const { partition, service, region, account, resource } = arn
    const name = `arn:${partition}:${service}:${region}:${account}:${resource}`
    await parts.invokeEvent(name, Buffer.from(text))
    return
  }
  const region = arn.region === '' ? outcome.found.region : arn.region
  const { status, body } = await parts.aws.call(
    requestFor(parts, arn, region, text, outcome, attributes),
  )
  if (status < 200 || status > 299 || hasFailedEntries(arn, body)) {
    throw new Error(`${arn.service} answered ${status}: ${body.toString('utf8', 0, 500)}`)
  }
}

function requestFor(
  { aws, clock }: DestinationParts,
  arn: Arn,
  region: string,
  text: string,
  outcome: EventOutcome,
  attributes: DeadLetterAttributes | undefined,
): AwsRequest {
  const base = { service: arn.service, region, method: 'POST', path: '/', timeoutMs } as const
  switch (arn.service) {
    case 'sqs':
      return {
        ...base,
        headers: jsonHeaders('1.0', 'AmazonSQS.SendMessage'),
        body: jsonBody({
          QueueUrl: `${aws.baseOf('sqs', region)}/${arn.account}/${arn.resource}`,
          MessageBody: text,
          ...(attributes && { MessageAttributes: sqsAttributes(attributes) }),
        }),
      }
    case 'sns':
      return {
        ...base,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(publishForm(arn, text, attributes).toString()),
      }
    case 'events':
      return {
        ...base,
        headers: jsonHeaders('1.1', 'AWSEvents.PutEvents'),
        body: jsonBody({ Entries: [busEntry(arn, text, outcome)] }),
      }
    case 's3': {
      // 2026/11/22/2026-11-22T10.02.03
      const moment = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '.')
      const day = moment.slice(0, 10).replaceAll('-', '/')
      return {
        ...base,
        method: 'PUT',
        path: `/${arn.resource}/aws/lambda/async/${outcome.found.name}/${day}/${moment}-${outcome.event.id}`,
        headers: { 'Content-Type': 'application/json' },
        body: Buffer.from(text),
      }
    }
    default:
      throw new Error('nothing is known of such a destination')
  }
}

function jsonHeaders(version: string, target: string): Record<string, string> {
  return { 'Content-Type': `application/x-amz-json-${version}`, 'X-Amz-Target': target }
}

function jsonBody(body: object): Buffer {
  return Buffer.from(JSON.stringify(body))
}

function sqsAttributes(attributes: DeadLetterAttributes): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      { DataType: typeOf(name), StringValue: value },
    ]),
  )
}

function publishForm(
  arn: Arn,
  text: string,
  attributes: DeadLetterAttributes | undefined,
): URLSearchParams {
  const form = new URLSearchParams({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: `arn:${arn.partition}:sns:${arn.region}:${arn.account}:${arn.resource}`,
    Message: text,
  })
  for (const [i, [name, value]] of Object.entries(attributes ?? {}).entries()) {
    const entry = `MessageAttributes.entry.${i + 1}`
    form.set(`${entry}.Name`, name)
    form.set(`${entry}.Value.DataType`, typeOf(name))
    form.set(`${entry}.Value.StringValue`, value)
  }
  return form
}

function typeOf(name: string): 'Number' | 'String' {
  return name === 'ErrorCode' ? 'Number' : 'String'
}

function busEntry(arn: Arn, text: string, { condition, event }: EventOutcome): object {
  const end = condition === 'Success' ? 'Success' : 'Failure'
  return {
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${end}`,
    Detail: text,
    EventBusName: `arn:${arn.partition}:events:${arn.region}:${arn.account}:${arn.resource}`,
    Resources: [event.functionArn],
  }
}

/** EventBridge answers 200 also when it took nothing. */
function hasFailedEntries({ service }: Arn, body: Buffer): boolean {
  return (
    service === 'events' && !/"FailedEntryCount"\s*:\s*0\b/.test(body.toString('utf8', 0, 4096))
  )
}
