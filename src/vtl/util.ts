/**
 * `$util`, the six functions that AWS gives to mapping templates.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import type { Budget } from './budget.ts'
import { readJson } from './json.ts'
import { type HostObject, textOf } from './values.ts'

/** The object behind `$util`. What is no text is taken by its text, which is a guess. */
export const util: HostObject = Object.freeze({
  isHostObject: true as const,
  property: () => undefined,
  call(name: string, args: readonly unknown[], budget: Budget): unknown {
    const [value] = args
    if (args.length !== 1 || value === null) return undefined
    switch (name) {
      case 'escapeJavaScript':
        return escapeJavaScript(textOf(value, budget))
      case 'parseJson':
        return parseJson(textOf(value, budget))
      case 'urlEncode':
        return urlEncode(textOf(value, budget))
      case 'urlDecode':
        return urlDecode(textOf(value, budget))
      case 'base64Encode':
        return Buffer.from(textOf(value, budget)).toString('base64')
      case 'base64Decode':
        return Buffer.from(textOf(value, budget), 'base64').toString()
      default:
        return undefined
    }
  },
  toString: () => '',
})

const javaScriptEscapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\n': '\\n',
  '\t': '\\t',
  '\f': '\\f',
  '\r': '\\r',
}

/**
 * As StringEscapeUtils.escapeJavaScript of commons-lang 2: AWS's documentation tells to undo its
 * `\'`. That `/` and characters outside of ASCII are escaped too follows from that library and is
 * not recorded.
 */
function escapeJavaScript(text: string): string {
  // Quotes, of which JSON has many, one kind after another: no function is called for each.
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll("'", "\\'")
    .replaceAll('/', '\\/')
  return escaped.replace(/[^ -~]/g, c => {
    const hex = c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return javaScriptEscapes[c] ?? `\\u${hex}`
  })
}

/** An error of the template for what is not JSON (a guess). */
function parseJson(text: string): unknown {
  try {
    return readJson(text)
  } catch (error) {
    throw new RangeError('$util.parseJson was given no JSON', { cause: error })
  }
}

/** As java.net.URLEncoder: a blank becomes `+`, and `*` stays. */
function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%20/g, '+')
    .replace(/[!'()~]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/**
 * As java.net.URLDecoder; throws RangeError where it does. Bytes that are no UTF-8 become U+FFFD.
 */
function urlDecode(text: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new RangeError('Illegal % in $util.urlDecode')
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+/g, bytes =>
      Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
    )
}
