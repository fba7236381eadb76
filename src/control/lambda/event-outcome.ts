/**
 * What destinations are told of an event that has ended: AWS's record, and the message of a dead-letter queue, which is the
 * event itself with three attributes.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
import type { EventOutcome } from './async-invocations.ts'

/** The record of version 1.0. */
export function outcomeRecord(
  { condition, event, found, result }: EventOutcome,
  nowMs: number,
): Record<string, unknown> {
  const isQualified = event.functionArn.split(':').length > 7
  return {
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId: event.id,
      functionArn: isQualified ? event.functionArn : `${event.functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: invokeCount(event.failures, condition),
    },
    requestPayload: jsonOf(event.payload),
    ...(result && {
      responseContext: {
        statusCode: 200,
        executedVersion: result.version,
        ...(result.functionError && { functionError: result.functionError }),
      },
      responsePayload: jsonOf(result.payload),
    }),
    ...(result === undefined && { responseContext: { executedVersion: found.version } }),
  }
}

/** Attributes of the message of a dead-letter queue or topic. */
export interface DeadLetterAttributes {
  readonly RequestID: string
  readonly ErrorCode: string
  readonly ErrorMessage: string
}

/** `ErrorMessage` holds the first kilobyte of the function's. */
export function deadLetterAttributes({
  event,
  result,
  condition,
}: EventOutcome): DeadLetterAttributes {
  return {
    RequestID: event.id,
    // The function's errors are 200s; what never ran was throttled.
    ErrorCode: result === undefined ? '429' : '200',
    ErrorMessage: (errorMessageOf(result?.payload) ?? condition).slice(0, 1024),
  }
}

function invokeCount(failures: number, condition: EventOutcome['condition']): number {
  return condition === 'Success' ? failures + 1 : failures
}

function errorMessageOf(payload: Buffer | undefined): string | undefined {
  const parsed = payload && jsonOf(payload)
  if (typeof parsed !== 'object' || parsed === null || !('errorMessage' in parsed)) return undefined
  return typeof parsed.errorMessage === 'string' ? parsed.errorMessage : undefined
}

/** What is no JSON, such as nothing at all, is null. */
function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString()) as unknown
  } catch {
    return null
  }
}
