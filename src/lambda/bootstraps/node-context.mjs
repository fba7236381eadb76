/**
 * The `context` argument of a handler, without the functions that only older runtimes have.
 * See https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export function createContext(settings, head) {
  const deadline = Date.now() + settings.timeoutMs
  return {
    clientContext: head.clientContext === undefined ? undefined : JSON.parse(head.clientContext),
    identity: head.identity === undefined ? undefined : JSON.parse(head.identity),
    invokedFunctionArn: head.invokedArn ?? settings.arn,
    awsRequestId: head.requestId,
    functionName: settings.name,
    functionVersion: settings.version,
    memoryLimitInMB: settings.memory,
    logGroupName: settings.logGroup,
    logStreamName: settings.logStream,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
}
