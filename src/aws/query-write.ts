/**
 * The answer side of AWS's query protocol: XML, with the request's id inside.
 *
 *     <GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
 *       <GetUserResult><User>…</User></GetUserResult>
 *       <ResponseMetadata><RequestId>…</RequestId></ResponseMetadata>
 *     </GetUserResponse>
 *
 * Its errors have codes of their own; those of the layer in front of every service are translated here.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html,
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
import type { Fault } from './faults.ts'
import type { Member, Operation, Type } from './table.ts'
import type { WireResponse } from './wire.ts'

/** The reply to a call that succeeded. `output` is what the operation's handler returned. */
export function writeQueryOutput(
  operation: Operation,
  output: unknown,
  xmlNamespace: string,
  requestId: string,
): WireResponse {
  const { name } = operation
  const members = operation.output?.shape.members
  const result =
    members === undefined
      ? ''
      : element(`${name}Result`, structure(members, (output ?? {}) as Values))
  const metadata = element('ResponseMetadata', element('RequestId', escaped(requestId)))
  return xml(operation.status, `${name}Response`, xmlNamespace, result + metadata)
}

/** The reply to a call that was refused. */
export function writeQueryFault(
  fault: Fault,
  xmlNamespace: string,
  requestId: string,
): WireResponse {
  const code = (fault.status === 403 ? codesOf403[fault.code] : codes[fault.code]) ?? fault.code
  const error =
    element('Type', fault.status < 500 ? 'Sender' : 'Receiver') +
    element('Code', escaped(code)) +
    element('Message', escaped(fault.message))
  const body = element('Error', error) + element('RequestId', escaped(requestId))
  const status = fault.code === 'UnknownOperationException' ? 400 : fault.status
  return xml(status, 'ErrorResponse', xmlNamespace, body)
}

const codesOf403: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ExpiredTokenException: 'ExpiredToken',
  IncompleteSignatureException: 'IncompleteSignature',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  UnrecognizedClientException: 'InvalidClientTokenId',
}

const codes: Readonly<Record<string, string>> = {
  ConflictException: 'ConcurrentModification',
  SerializationException: 'MalformedInput', // a guess
  UnknownOperationException: 'InvalidAction',
  ValidationException: 'ValidationError',
}

type Values = Readonly<Record<string, unknown>>

function structure(members: readonly Member[], value: Values): string {
  let text = ''
  for (const { name, jsonName, type } of members) {
    const item = value[name]
    if (item !== undefined && item !== null) text += element(jsonName, valueText(type, item))
  }
  return text
}

// What a handler returns has the kinds of its type, which the model is made from.
function valueText(type: Type, value: unknown): string {
  switch (type.type) {
    case 'structure':
      return structure(type.shape.members, value as Values)
    case 'list':
      return (value as unknown[]).map(item => element('member', valueText(type.of, item))).join('')
    case 'map':
      return Object.entries(value as object)
        .map(([key, item]) =>
          element(
            'entry',
            element('key', escaped(key)) + element('value', valueText(type.of, item)),
          ),
        )
        .join('')
    case 'time':
      return (value as Date).toISOString().replace('.000Z', 'Z')
    default:
      return escaped(String(value))
  }
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`
}

function xml(status: number, root: string, namespace: string, content: string): WireResponse {
  const body = `<${root} xmlns="${namespace}">${content}</${root}>`
  return { status, headers: { 'content-type': 'text/xml' }, body }
}

const marks: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

/** Text as XML may hold it; characters that XML does not have become U+FFFD. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/[&<>"\r]/g, mark => marks[mark] ?? mark)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
  )
}
