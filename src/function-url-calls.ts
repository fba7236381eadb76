/**
 * Joins function URLs to the records of the Lambda API and to the calls of functions. What an address leads to is looked up
 * once and remembered until a function changes; without the store no address is known.
 */
import { functionArn } from './aws/arn.ts'
import { systemClock } from './base/clock.ts'
import { whyNotPublic, whyNotSigner } from './control/lambda/may-invoke-url.ts'
import { urls, urlTargets } from './control/lambda/records.ts'
import { chosen } from './control/lambda/resolve.ts'
import type { FunctionCalls } from './function-calls.ts'
import type { UrlCall, UrlFunction } from './function-urls/server.ts'
import type { Store } from './store/store.ts'

/** Gives the look-up that `FunctionUrls` asks. */
export function functionUrlFinder(
  store: Store | null,
  calls: FunctionCalls,
): (urlId: string) => Promise<UrlFunction | undefined> {
  const known = new Map<string, UrlFunction>()
  calls.onChange(() => known.clear())
  return async urlId => {
    const before = known.get(urlId)
    if (before !== undefined || store === null) return before
    const found = await lookUp(store, calls, urlId)
    if (found !== undefined) known.set(urlId, found)
    return found
  }
}

async function lookUp(
  store: Store,
  calls: FunctionCalls,
  urlId: string,
): Promise<UrlFunction | undefined> {
  const target = await store.find(urlTargets, urlId)
  if (target === undefined) return undefined
  const { functionName, alias } = target.record
  const { account, region } = target.namespace
  const row = await store.read(target.namespace, tx =>
    tx.get(urls, functionName, alias ?? '$LATEST'),
  )
  const arn = functionArn(region, account, functionName, alias)
  const found = await calls.find(arn)
  if (row?.record.urlId !== urlId || found === undefined) return undefined
  const { authType, cors = null, invokeMode } = row.record
  const whyClosed = whyNotPublic(found.policy)
  const settings = () => chosen(found, () => calls.random())
  return {
    urlId,
    isStreamed: invokeMode === 'RESPONSE_STREAM',
    cors,
    region,
    account,
    isSigned: authType !== 'NONE',
    whyForbidden({ signer, ...client }) {
      if (signer === null) return whyClosed
      const target = { arn, account, policy: found.policy }
      return whyNotSigner(signer, target, { clock: systemClock, region, ...client })
    },
    async invoke(call: UrlCall) {
      const { payload, functionError } = await calls.invoke(settings(), call)
      return { payload, failed: functionError !== undefined }
    },
    async stream(call: UrlCall) {
      const { contentType, body, end } = await calls.invokeStreaming(settings(), call)
      return {
        hasHead: contentType === 'application/vnd.awslambda.http-integration-response',
        body,
        failed: end.then(({ error }) => error !== undefined),
      }
    },
  }
}
