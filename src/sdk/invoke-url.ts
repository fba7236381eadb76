/**
 * What an SDK knows of the place that it calls.
 */

/** The defaults of a generated client. Throws TypeError for what is no http(s) URL. */
export function clientDefaults(invokeUrl: string): { invokeUrl: string; region: string } {
  const url = new URL(invokeUrl)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`Not an http(s) URL: ${invokeUrl}`)
  }
  const region = /\.execute-api\.([a-z]{2,3}(?:-[a-z]{1,12}){1,3}-\d)\./.exec(
    `${url.hostname}.`,
  )?.[1]
  // us-east-1 is what AWS's JavaScript SDK takes when it is told nothing.
  return { invokeUrl: url.origin + url.pathname, region: region ?? 'us-east-1' }
}
