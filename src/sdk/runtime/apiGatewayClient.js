/**
 * Sends a call of an API's method with fetch: puts each parameter where the method wants it, adds the API key, signs
 * when there are credentials, and reads the answer.
 */
;(root => {
  const isCommonJs = typeof module === 'object' && module.exports
  const { sign, encode } = isCommonJs
    ? require('./sigV4Client.js')
    : root.apiGateway.core.sigV4Client

  /**
   * A function that turns the description of a method into the function that calls it:
   * `(params, body, additionalParams) => Promise<{ status, statusText, headers, data }>`.
   * An answer outside 200 to 299 rejects with an Error that has it as `response`.
   *
   *     { verb: 'GET', path: ['pets', { param: 'petId' }], query: ['limit'], headers: [], required: ['limit'] }
   */
  function connect(config, defaults) {
    const invokeUrl = (config.invokeUrl || defaults.invokeUrl).replace(/\/+$/, '')
    const region = config.region || defaults.region
    return operation =>
      async (params = {}, body = undefined, additional = {}) => {
        const request = prepare(operation, params ?? {}, body, additional ?? {}, config, invokeUrl)
        if (config.accessKey && config.secretKey) await sign(request, config, region, new Date())
        return send(request, additional?.signal)
      }
  }

  function prepare(operation, params, body, additional, config, invokeUrl) {
    const { verb, path, query = [], headers: names = [], required = [] } = operation
    const values = new Map(Object.entries(params))
    for (const name of required) defined(values, name)
    const segments = path.map(segment =>
      typeof segment === 'string' ? segment : pathValue(segment, defined(values, segment.param)),
    )
    const pairs = [...pick(values, query), ...Object.entries(additional.queryParams ?? {})]
    const search = pairs
      .flatMap(([name, values]) => [values ?? []].flat().map(value => [name, String(value)]))
      .map(pair => pair.map(encode).join('='))
      .join('&')
    const content = contentOf(verb, body)
    const headers = new Map()
    headers.set('accept', config.defaultAcceptType || 'application/json')
    if (content !== undefined) {
      headers.set('content-type', config.defaultContentType || 'application/json')
    }
    if (config.apiKey) headers.set('x-api-key', config.apiKey)
    for (const [name, value] of [
      ...pick(values, names),
      ...Object.entries(additional.headers ?? {}),
    ]) {
      if (value !== undefined && value !== null) headers.set(name.toLowerCase(), String(value))
    }
    const url = new URL(`${invokeUrl}/${segments.join('/')}${search && `?${search}`}`)
    return { verb, url, headers, body: content }
  }

  function pick(values, names) {
    return names.map(name => [name, values.get(name)])
  }

  function defined(values, name) {
    const value = values.get(name)
    if (value === undefined || value === null) throw new TypeError(`${name} must be defined`)
    return value
  }

  function pathValue({ param, greedy }, value) {
    const pieces = greedy ? String(value).split('/') : [String(value)]
    // URLs have no way to say these: they would call another method than the one meant.
    if (String(value) === '' || pieces.some(piece => piece === '.' || piece === '..')) {
      throw new TypeError(`${param} must not be empty, '.' or '..'`)
    }
    return pieces.map(encode).join('/')
  }

  function contentOf(verb, body) {
    if (body === undefined || body === null || verb === 'GET' || verb === 'HEAD') return undefined
    if (typeof body === 'string' || body instanceof Uint8Array) return body
    return body instanceof ArrayBuffer ? new Uint8Array(body) : JSON.stringify(body)
  }

  async function send({ verb, url, headers, body }, signal) {
    const reply = await fetch(url, { method: verb, headers: [...headers], body, signal })
    const response = {
      status: reply.status,
      statusText: reply.statusText,
      headers: Object.fromEntries(reply.headers),
      data: dataOf(await reply.text()),
    }
    if (reply.ok) return response
    throw Object.assign(new Error(`Request failed with status code ${reply.status}`), {
      status: reply.status,
      response,
    })
  }

  function dataOf(text) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }

  if (isCommonJs) module.exports = { connect }
  else root.apiGateway.core.connect = connect
})(globalThis)
