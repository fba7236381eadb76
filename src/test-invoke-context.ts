/**
 * What a simulated request says of itself where a real one would have an address, a domain and a caller. The names with
 * `test` in them are AWS's own (recorded; the domain's second part and what stands for an unknown caller are guesses).
 */
import { extendedRequestId } from './base/ids.ts'
import type { SimulatedRequest } from './control/test-request.ts'
import type { Identity } from './messages/variables.ts'
import type { Arrival } from './pipeline/arrival.ts'

/** The path is the resource's when none was given; the stage is not part of it. */
export function simulatedArrival(
  request: SimulatedRequest,
  method: string,
  resourcePath: string,
): Arrival {
  const at = request.pathWithQuery.indexOf('?')
  const given = at < 0 ? request.pathWithQuery : request.pathWithQuery.slice(0, at)
  const path = given === '' ? resourcePath : given.startsWith('/') ? given : `/${given}`
  return {
    method,
    rawMethod: method,
    path,
    pathWithStage: path,
    rawPath: path,
    rawQuery: at < 0 ? '' : request.pathWithQuery.slice(at + 1),
    headers: request.headers,
    host: 'testPrefix.testDomainName',
    sourceIp: 'test-invoke-source-ip',
    isSecure: true,
    protocol: 'HTTP/1.1',
    requestId: request.requestId,
    extendedRequestId: extendedRequestId(),
    startedAt: Date.now(),
    startedMonotonic: performance.now(),
  }
}

export function testIdentity({ tester }: SimulatedRequest): Identity {
  const { account, accessKeyId, userAgent } = tester
  return {
    cognitoIdentityPoolId: null,
    cognitoIdentityId: null,
    apiKey: 'test-invoke-api-key',
    principalOrgId: null,
    cognitoAuthenticationType: null,
    userArn: `arn:aws:iam::${account}:root`,
    apiKeyId: 'test-invoke-api-key-id',
    userAgent,
    accountId: account,
    caller: account,
    sourceIp: 'test-invoke-source-ip',
    accessKey: accessKeyId,
    cognitoAuthenticationProvider: null,
    user: account,
  }
}
