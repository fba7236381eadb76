/**
 * What to tell the owner of an API about each refusal: what AWS's answer hides, and what to look at next.
 * The types are those of messages/refusals.ts, which has the meaning in one sentence.
 */
import type { RefusalType } from '../messages/refusals.ts'

export const refusalAdvice: Readonly<Record<RefusalType, string>> = Object.freeze({
  ACCESS_DENIED:
    'Look at the statement that denied it: an authorizer allows nothing that its policy does not name, and an explicit Deny wins over every Allow. A disabled execute-api endpoint answers so too.',
  API_CONFIGURATION_ERROR:
    'The caller can do nothing about it. Look at the reason above: most often a template that does not render, no integration response for the status the back end gave, a proxy function that answered in the wrong shape (it needs statusCode, and a text for body), or a missing permission to invoke it.',
  AUTHORIZER_CONFIGURATION_ERROR:
    'Look at the authorizer: its function must exist and be allowed to be called, and its answer needs principalId and policyDocument.',
  AUTHORIZER_FAILURE:
    "Look at the authorizer function's own log: it threw, ran out of time, or answered something that is no policy.",
  BAD_REQUEST_PARAMETERS:
    'The request validator checks that required path, query and header parameters are there and not blank; it does not look at their values. The parameters named above were missing.',
  BAD_REQUEST_BODY:
    'The body did not match the model of the method for its content type; the reason above says where. Customise BAD_REQUEST_BODY with $context.error.validationErrorString to show it to callers.',
  EXPIRED_TOKEN:
    "The signature or token was good once. Compare the caller's clock with this machine's, and sign again.",
  INTEGRATION_FAILURE:
    "The back end could not be reached, closed the connection, or its answer is not HTTP. Check that it runs and that the integration's uri names it; link-local and cloud-metadata addresses need --allow-target.",
  INTEGRATION_TIMEOUT:
    "The back end was reached and did not answer in time. Look at its own log, then at the integration's timeoutInMillis (29 s at most, unless --integration-timeout raises it).",
  INVALID_API_KEY:
    'The method needs an API key in the header x-api-key, and the key must be enabled and belong to a usage plan that has this stage. AWS says only Forbidden, whichever of these is missing.',
  INVALID_SIGNATURE:
    'The caller signed something else than what arrived: look for a proxy that changes the path, the query or the Host header, for the wrong secret, region or service (execute-api).',
  MISSING_AUTHENTICATION_TOKEN:
    'AWS gives this answer for an unknown path or verb; it says nothing about tokens. Changes to resources are live only after a deployment: is the route in the one that the stage points at?',
  QUOTA_EXCEEDED:
    "The usage plan's quota for this period is used up. Raise it, or wait for the next period.",
  REQUEST_TOO_LARGE:
    'AWS takes bodies of 10 MB and less, and for functions events of 6 MB. --body-limit raises the first here; on AWS both stay.',
  RESOURCE_NOT_FOUND: 'The resource was removed while the request was on its way. Try again.',
  THROTTLED:
    'A rate or burst limit of the plan, method, stage or account was reached. Callers should wait and try again with growing pauses.',
  UNAUTHORIZED:
    'The authorizer was asked, or had no token to ask about: look at its identity source (header name, pattern) and at the token.',
  UNSUPPORTED_MEDIA_TYPE:
    "No mapping template has the request's Content-Type, and passthroughBehavior forbids passing the body through. Add a template, or send the content type it has.",
  WAF_FILTERED: 'A rule of the web ACL of this stage blocked the request.',
})
