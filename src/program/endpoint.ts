/**
 * The URI of an HTTP integration, taken apart once: `https://host:port/path/{name}?query`. Stage variables are
 * filled in here, `{name}` placeholders when the request is mapped. "Set up HTTP integrations" in the developer
 * guide.
 */
import type { ClientCertificate } from '../messages/client-certificate.ts'
import type { HttpEndpoint, PrivateConnection } from './program.ts'

/** Fills `${stageVariables.name}` in; undefined: a variable that the stage does not have. */
export function fillStageVariables(
  text: string,
  variables: Readonly<Record<string, string>>,
): { readonly text: string } | { readonly missing: string } {
  let missing: string | undefined
  const filled = text.replace(/\$\{stageVariables\.([A-Za-z0-9_]+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (value === undefined) missing ??= name
    return value ?? ''
  })
  return missing === undefined ? { text: filled } : { missing }
}

/** Says whether a text names a stage variable. */
export function usesStageVariables(text: string): boolean {
  return text.includes('${stageVariables.')
}

/** `verb`: sent to the back end, null for the client's own. Throws SyntaxError for a URI that cannot be called. */
export function parseEndpoint(
  uri: string,
  verb: string | null,
  insecureSkipVerification: boolean,
  connection: PrivateConnection | null = null,
  clientCertificate: ClientCertificate | null = null,
): HttpEndpoint {
  if (hasForbiddenCharacter(uri))
    throw new SyntaxError('the URI has a space or a control character')
  const scheme = /^(https?):\/\//i.exec(uri)
  if (scheme === null) throw new SyntaxError('the URI must begin with http:// or https://')
  const secure = (scheme[1] as string).length === 5
  const rest = uri.slice(scheme[0].length)
  const authorityEnd = rest.search(/[/?#]/)
  const address = parseAuthority(authorityEnd < 0 ? rest : rest.slice(0, authorityEnd), secure)
  const [target = ''] = (authorityEnd < 0 ? '' : rest.slice(authorityEnd)).split('#', 1)
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  return Object.freeze({
    method: verb,
    secure,
    ...address,
    pathParts: splitPlaceholders(path.startsWith('/') ? path : `/${path}`, encodeNonAscii),
    queryParts: splitQuery(question < 0 ? '' : target.slice(question + 1)),
    insecureSkipVerification,
    clientCertificate,
    connection,
  })
}

function parseAuthority(
  text: string,
  secure: boolean,
): { readonly host: string; readonly port: number; readonly authority: string } {
  if (text === '') throw new SyntaxError('the URI names no host')
  if (text.includes('@')) throw new SyntaxError('the URI must not hold a user name or password')
  if (/[{}$%\\<>"^`|]/.test(text))
    throw new SyntaxError(`the host ${text} has a forbidden character`)
  let url: URL
  try {
    url = new URL(`${secure ? 'https' : 'http'}://${text}/`)
  } catch {
    throw new SyntaxError(`${text} is not a host`)
  }
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  if (port === 0) throw new SyntaxError('the port must not be 0')
  return { host, port, authority: url.host }
}

const placeholder = /\{([A-Za-z0-9._$-]+)\+?\}/

/** `/pets/{id}/toys` -> `/pets/`, `id`, `/toys`. `{proxy+}` is taken as `{proxy}`; `encode` is for the text between. */
export function splitPlaceholders(
  path: string,
  encode: (text: string) => string,
): readonly string[] {
  const parts = path.split(placeholder)
  for (let i = 0; i < parts.length; i += 2) {
    const literal = parts[i] as string
    if (/[{}]/.test(literal))
      throw new SyntaxError(`the path ${path} has a brace that belongs to no name`)
    parts[i] = encode(literal)
  }
  return Object.freeze(parts)
}

/**
 * `id={id}&all=1` -> `id=`, `id`, `&all=1`. AWS shows placeholders in paths only; that they are filled in here, too, is a
 * guess. Other braces are text, as in JSON.
 */
function splitQuery(query: string): readonly string[] {
  const parts = query.split(placeholder)
  for (let i = 0; i < parts.length; i += 2) parts[i] = encodeNonAscii(parts[i] as string)
  return Object.freeze(parts)
}

/** Percent-encodes what is not visible ASCII, and leaves the rest as it stands. */
export function encodeNonAscii(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, part => encodeURIComponent(part.toWellFormed()))
}

/** Spaces and control characters, which no URI may hold. */
export function hasForbiddenCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 32 || code === 127) return true
  }
  return false
}
