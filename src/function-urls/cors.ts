/**
 * CORS of a function URL: when it is configured, Lambda answers preflights itself and sets these headers on every answer,
 * whatever the function says of them. https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
 */

/** As configured. */
export interface Cors {
  readonly AllowCredentials?: boolean
  readonly AllowHeaders?: readonly string[]
  readonly AllowMethods?: readonly string[]
  readonly AllowOrigins?: readonly string[]
  readonly ExposeHeaders?: readonly string[]
  readonly MaxAge?: number
}

const prefix = 'access-control-'

/** Whether the browser asks beforehand. */
export function isPreflight(
  method: string,
  header: (lowerName: string) => string | undefined,
): boolean {
  return (
    method === 'OPTIONS' &&
    header('origin') !== undefined &&
    header(`${prefix}request-method`) !== undefined
  )
}

/** Name, value, name, value…: for the answer to a preflight. None when the origin may not. */
export function preflightHeaders(cors: Cors, origin: string): string[] {
  const headers = originHeaders(cors, origin)
  if (headers.length === 0) return headers
  const { AllowHeaders = [], AllowMethods = [], MaxAge } = cors
  if (AllowHeaders.length > 0) headers.push(`${prefix}allow-headers`, AllowHeaders.join(','))
  if (AllowMethods.length > 0) headers.push(`${prefix}allow-methods`, AllowMethods.join(','))
  if (MaxAge !== undefined) headers.push(`${prefix}max-age`, String(MaxAge))
  return headers
}

/** The function's headers, with those of CORS in place of its own. */
export function withCors(
  headers: readonly string[],
  cors: Cors,
  origin: string | undefined,
): readonly string[] {
  const kept = headers.filter((_, i) => {
    const name = headers[i - (i % 2)] as string
    return !name.toLowerCase().startsWith(prefix)
  })
  if (origin === undefined) return kept
  const added = originHeaders(cors, origin)
  const { ExposeHeaders = [] } = cors
  if (added.length > 0 && ExposeHeaders.length > 0) {
    added.push(`${prefix}expose-headers`, ExposeHeaders.join(','))
  }
  return [...kept, ...added]
}

function originHeaders({ AllowOrigins = [], AllowCredentials }: Cors, origin: string): string[] {
  const isAny = AllowOrigins.includes('*')
  if (!isAny && !AllowOrigins.includes(origin)) return []
  // With credentials a browser takes no `*`.
  const shown = isAny && AllowCredentials !== true ? '*' : origin
  const headers = [`${prefix}allow-origin`, shown]
  if (shown !== '*') headers.push('vary', 'Origin')
  if (AllowCredentials === true) headers.push(`${prefix}allow-credentials`, 'true')
  return headers
}
