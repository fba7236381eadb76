/**
 * What a service answers when the role or the caller may not do what is asked: by protocol, as their SDKs read it. Here
 * the service is not called at all. The answer is the integration's, so that its responses map it, as on AWS.
 *
 * The forms are documented with each protocol ("Error responses" of S3, "Common errors" of the query and JSON
 * services); that the words behind "is not authorized to perform" are the same everywhere is a guess.
 */
import type { AwsEndpoint } from '../program/program.ts'

export interface ServiceDenial {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer
}

export function serviceDenial(
  { name, action }: AwsEndpoint,
  message: string,
  requestId: string,
): ServiceDenial {
  if (name === 's3') {
    return xml(
      `<Error><Code>AccessDenied</Code><Message>${escaped(message)}</Message><RequestId>${requestId}</RequestId></Error>`,
    )
  }
  if (action !== null && action.target !== null && action.version === null) {
    const body = JSON.stringify({ __type: 'AccessDeniedException', message, Message: message })
    return {
      status: 400,
      headers: [
        ...['Content-Type', action.contentType ?? 'application/x-amz-json-1.1'],
        ...['x-amzn-RequestId', requestId, 'x-amzn-ErrorType', 'AccessDeniedException'],
      ],
      body: Buffer.from(body),
    }
  }
  if (action !== null || name === 'sqs') {
    return xml(
      `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${escaped(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    )
  }
  return {
    status: 403,
    headers: [
      ...['Content-Type', 'application/json', 'x-amzn-RequestId', requestId],
      ...['x-amzn-ErrorType', 'AccessDeniedException'],
    ],
    body: Buffer.from(JSON.stringify({ Message: message })),
  }
}

function xml(text: string): ServiceDenial {
  return { status: 403, headers: ['Content-Type', 'application/xml'], body: Buffer.from(text) }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function escaped(text: string): string {
  return text.replace(/[&<>]/g, character => entities[character] ?? '')
}
