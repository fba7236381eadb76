/** A whole gateway with AWS's own IAM and STS clients in front of it, for tests of identities. */
import assert from 'node:assert/strict'
import { APIGatewayClient } from '@aws-sdk/client-api-gateway'
import { IAMClient } from '@aws-sdk/client-iam'
import { STSClient } from '@aws-sdk/client-sts'
import type { Options } from '../../src/options.ts'
import { startGateway, type TestGateway } from '../traffic/harness.ts'

export interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface IdentityGateway extends AsyncDisposable {
  readonly t: TestGateway
  readonly iam: IAMClient
  readonly sts: STSClient
  /** Clients that sign with another pair. */
  as(credentials: KeyPair): { iam: IAMClient; sts: STSClient; rest: APIGatewayClient }
}

/** `await using` ends it. */
export async function startIdentities(
  changes: Partial<Options> = {},
  credentials: KeyPair = { accessKeyId: 'test', secretAccessKey: 'test' },
): Promise<IdentityGateway> {
  const t = await startGateway(changes)
  const as = (pair: KeyPair) => {
    const config = {
      endpoint: t.gateway.url,
      region: 'us-east-1',
      credentials: pair,
      maxAttempts: 1,
    }
    return {
      iam: new IAMClient(config),
      sts: new STSClient(config),
      rest: new APIGatewayClient(config),
    }
  }
  const { iam, sts } = as(credentials)
  return { t, iam, sts, as, [Symbol.asyncDispose]: () => t.close() }
}

/** Asserts that a call is refused with this code, status and message. */
export async function refusedWith(
  call: Promise<unknown>,
  code: string,
  status: number,
  message: string | RegExp = /./,
): Promise<void> {
  const error = await call.then(
    () => assert.fail(`not refused: ${code} ${message}`),
    (reason: unknown) =>
      reason as Error & { Code?: string; $metadata?: { httpStatusCode?: number } },
  )
  // Of modelled errors the SDK shows its own name, and the wire's code beside it.
  assert.ok(error.name === code || error.Code === code, `${error.name}: ${error.message}`)
  assert.equal(error.$metadata?.httpStatusCode, status)
  if (typeof message === 'string') assert.equal(error.message, message)
  else assert.match(error.message, message)
}

export const trusting = (principal: object, rest: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...rest }],
  })

export const allowing = (action: string | string[], resource = '*'): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  })
