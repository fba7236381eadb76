/**
 * Signs requests with AWS Signature Version 4, for the service execute-api, with Web Crypto. In a browser it needs a
 * secure context (https, or localhost).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
;(root => {
  const text = new TextEncoder()

  /**
   * Adds x-amz-date, x-amz-security-token and authorization to the headers of a request.
   *
   *     request:     { verb, url: URL as it will be sent, headers: Map of lower-case names, body: string | Uint8Array }
   *     credentials: { accessKey, secretKey, sessionToken }
   */
  async function sign(request, credentials, region, now) {
    if (!globalThis.crypto?.subtle) {
      throw new Error('Signing needs Web Crypto, which browsers have on https and localhost only')
    }
    const { verb, url, headers, body } = request
    const time = now.toISOString().replace(/[-:]|\.\d+/g, '')
    const scope = [time.slice(0, 8), region, 'execute-api', 'aws4_request']
    headers.set('x-amz-date', time)
    if (credentials.sessionToken) headers.set('x-amz-security-token', credentials.sessionToken)

    const signed = new Map([['host', url.host]])
    for (const [name, value] of headers) {
      if (name === 'content-type' || name.startsWith('x-amz-')) signed.set(name, value)
    }
    const names = [...signed.keys()].sort()
    const canonical = [
      verb,
      canonicalPath(url.pathname),
      canonicalQuery(url.search.slice(1)),
      ...names.map(name => `${name}:${signed.get(name).trim().replace(/\s+/g, ' ')}`),
      '',
      names.join(';'),
      await sha256(body ?? ''),
    ].join('\n')
    const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), await sha256(canonical)].join('\n')

    let key = text.encode(`AWS4${credentials.secretKey}`)
    for (const part of scope) key = await hmac(key, part)
    const signature = hex(await hmac(key, toSign))
    const credential = `${credentials.accessKey}/${scope.join('/')}`
    headers.set(
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    )
  }

  /** Every segment encoded once more, empty ones left out. */
  function canonicalPath(pathname) {
    const segments = pathname.split('/').filter(segment => segment !== '')
    const end = segments.length > 0 && pathname.endsWith('/') ? '/' : ''
    return `/${segments.map(encode).join('/')}${end}`
  }

  /** Sorted by name, then value: a space comes before every character that a name can have. */
  function canonicalQuery(query) {
    const pairs = query.split('&').map(pair => pair.replace('=', ' '))
    return pairs
      .sort()
      .map(pair => pair.replace(' ', '='))
      .join('&')
  }

  /** Percent-encodes all but letters, digits and -_.~ */
  function encode(value) {
    return encodeURIComponent(value).replace(
      /[!'()*]/g,
      character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  }

  async function sha256(data) {
    const bytes = typeof data === 'string' ? text.encode(data) : data
    return hex(await crypto.subtle.digest('SHA-256', bytes))
  }

  async function hmac(key, data) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign'])
    return crypto.subtle.sign('HMAC', imported, text.encode(data))
  }

  function hex(buffer) {
    return Array.from(new Uint8Array(buffer), byte => byte.toString(16).padStart(2, '0')).join('')
  }

  const sigV4Client = { sign, encode }
  if (typeof module === 'object' && module.exports) {
    module.exports = sigV4Client
  } else {
    root.apiGateway ??= {}
    root.apiGateway.core ??= {}
    root.apiGateway.core.sigV4Client = sigV4Client
  }
})(globalThis)
