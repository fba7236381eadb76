/**
 * Writes docs/reference/ from the tables that the program itself uses: options, refusals, operations, `$context`.
 *
 *   node scripts/generate-docs.ts            write the files
 *   node scripts/generate-docs.ts --check    exit 1 when a committed file differs
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { notBuilt } from '../src/aws/handlers.ts'
import {
  httpService,
  iamService,
  lambdaService,
  managementService,
  restService,
  type Service,
  stsService,
} from '../src/aws/services.ts'
import { iamHandlers } from '../src/control/iam/operations.ts'
import { lambdaHandlers } from '../src/control/lambda/operations.ts'
import { stsHandlers } from '../src/control/sts/operations.ts'
import { restHandlers } from '../src/control/v1/operations.ts'
import { httpHandlers, managementHandlers } from '../src/control/v2/operations.ts'
import { type RefusalType, refusalBody, refusals } from '../src/messages/refusals.ts'
import { refusalAdvice } from '../src/observe/refusal-advice.ts'
import { variableOf } from '../src/options/declare.ts'
import type { Kind } from '../src/options/kinds.ts'
import { declarations, defaultFile, type Options } from '../src/options.ts'
import { contextVariables } from './docs/context-variables.ts'
import { effectRows, type Fields } from './docs/field-effects.ts'
import { lambdaOperations } from './docs/lambda-operations.ts'
import { departures, requestGuesses } from './docs/request-remarks.ts'
import { structureFields } from './docs/rest-fields.ts'
import { requestFields } from './docs/rest-fields-requests.ts'
import { streamDepartures, streamGuesses } from './docs/stream-remarks.ts'

const pages: Readonly<Record<string, () => string[]>> = {
  'options.md': optionsPage,
  'refusals.md': refusalsPage,
  'compatibility.md': compatibilityPage,
  'context-variables.md': contextPage,
}

function optionsPage(): string[] {
  const lines = [
    '# Options of `portcullis start`',
    '',
    'Each can be given as a flag, as a variable, or in a YAML file (`--config FILE`, `PORTCULLIS_CONFIG`, or',
    `\`${defaultFile}\` where the command is started). A flag wins over a variable, a variable over the file, the file`,
    'over the default. What is not known, or has no right value, is refused at the start with everything that is wrong.',
    '',
    '```yaml',
    `# ${defaultFile}`,
    'port: 8080',
    'data-dir: /var/lib/portcullis',
    'body-limit: 20MB',
    '```',
  ]
  let group = ''
  for (const field of Object.keys(declarations) as (keyof Options)[]) {
    const option = declarations[field]
    if (option.group !== group) lines.push('', `## ${option.group}`)
    group = option.group
    const { flag, kind, meaning, more, defaultText } = option
    const shown = kind.placeholder === '' ? `--[no-]${flag}` : `--${flag} ${kind.placeholder}`
    lines.push('', `### \`${shown}\``, '', `${meaning}${more === undefined ? '' : ` ${more}`}`, '')
    lines.push(`- Variable: \`${variableOf(flag)}\`; in the file: \`${flag}\``)
    lines.push(`- Value: ${kind.wanted}${severalText[kind.shape]}`)
    lines.push(`- Default: ${defaultText}`)
  }
  return lines
}

const severalText: Readonly<Record<Kind<unknown>['shape'], string>> = {
  value: '',
  list: ', with commas or as a YAML list',
  pairs: '; with commas, as a YAML list, or as a YAML map',
}

function refusalsPage(): string[] {
  const rows = Object.entries(refusals).map(([type, row]) =>
    tableRow([
      `[${type}](#${type.toLowerCase()})`,
      String(row.status),
      row.errorType,
      `\`${refusalBody(row, row.message)}\`${row.form === 'text' ? ' as text' : ''}`,
    ]),
  )
  const details = Object.entries(refusals).flatMap(([type, row]) => [
    '',
    `## ${type}`,
    '',
    row.when,
    '',
    refusalAdvice[type as keyof typeof refusals],
  ])
  return [
    '# Refusals of a REST API',
    '',
    'What the gateway answers when it says no itself: the gateway response types, with their default status, the header',
    '`x-amzn-ErrorType` and the body. An API changes status, headers and body with its own gateway responses',
    '(`x-amazon-apigateway-gateway-responses`), by type or for all with DEFAULT_4XX and DEFAULT_5XX.',
    '`portcullis explain REQUEST-ID` says why a request was refused.',
    '',
    tableRow(['Type', 'Status', 'x-amzn-ErrorType', 'Body']),
    tableRow(['---', '---', '---', '---']),
    ...rows,
    ...details,
  ]
}

interface Coverage {
  readonly title: string
  readonly service: Service
  readonly handlers: Readonly<Record<string, unknown>>
}

function compatibilityPage(): string[] {
  const services: readonly Coverage[] = [
    { title: 'REST APIs (API Gateway)', service: restService, handlers: restHandlers },
    {
      title: 'HTTP and WebSocket APIs (ApiGatewayV2)',
      service: httpService,
      handlers: httpHandlers,
    },
    {
      title: 'WebSocket connections (ApiGatewayManagementApi)',
      service: managementService,
      handlers: managementHandlers,
    },
    {
      title: 'Functions (Lambda)',
      service: lambdaService,
      handlers: lambdaHandlers,
    },
    { title: 'Users, roles and policies (IAM)', service: iamService, handlers: iamHandlers },
    { title: 'Temporary credentials (STS)', service: stsService, handlers: stsHandlers },
  ]
  const covered = services.map(({ title, service, handlers }) => {
    const all = [...service.model.operations.keys()]
    const missing = new Set(notBuilt(all, handlers))
    return { title, done: all.filter(name => !missing.has(name)), missing: [...missing] }
  })
  return [
    '# Compatibility',
    '',
    'Every operation of the six services is known. One that is not built answers 501 `NotImplementedException` and changes',
    'nothing. What becomes of each field of the REST service is told [at the end](#fields-of-rest-apis).',
    '',
    tableRow(['Service', 'Built', 'Not built']),
    tableRow(['---', '---', '---']),
    ...covered.map(({ title, done, missing }) =>
      tableRow([title, String(done.length), String(missing.length)]),
    ),
    '',
    '## Configured and not enforced: refused',
    '',
    'These can be configured, so that whole documents can be brought in. A method that has one (or every method, where it',
    'belongs to the API or the stage) then refuses all requests, with the refusal that the missing part would use;',
    '`portcullis explain` names the reason.',
    '',
    tableRow(['What', 'Refusal']),
    tableRow(['---', '---']),
    ...refusedParts.map(([part, type]) =>
      tableRow([part, `[${type}](refusals.md#${type.toLowerCase()})`]),
    ),
    '',
    'Custom domain names are kept, with their base path mappings, routing mode, endpoint types, security policy, endpoint access',
    'mode, mutual TLS, policies and access associations, and are **not served**: a request to one, or to the address that it was',
    'given (`d-….execute-api.…`), is answered 403 `Forbidden` or `Missing Authentication Token`. Access associations and private',
    'custom domain names of other accounts are refused.',
    '',
    '## Configured and without effect',
    '',
    'Their absence lets nothing through that AWS refuses: X-Ray traces, access logs, execution logs and metrics of',
    'CloudWatch, the size of a cache cluster where `--cache-bytes` is less. AWS documents `gatewayresponse.path.…` and',
    '`gatewayresponse.querystring.…` among the parameters of gateway responses; an answer has neither, and whoever deploys is told.',
    '`gatewayresponse.body` is in no page of AWS and refused.',
    '',
    '## Answered, with less behind it than on AWS',
    '',
    '- **GetUsage, UpdateUsage**: requests are not metered yet, so every key has used 0; what UpdateUsage gives is kept and told.',
    '- **Stage caches**: each data-plane thread has its own, so a key is asked of the back end once for each thread. A demand for a',
    '  fresh answer, and FlushStageCache, reach them all.',
    '- **GetSdk**: `javascript`, and `typescript`, which AWS does not have; other languages are refused.',
    '- **GetAccessKeyLastUsed**, and RoleLastUsed of GetRole: the use of keys and roles is not written down; the answer is that of one',
    '  that was never used.',
    '- **Managed policies of AWS**: those that gateways and functions use; ReadOnlyAccess, CloudWatchLogsFullAccess and',
    '  AWSXrayWriteOnlyAccess allow less than at AWS.',
    '- **Condition keys of the control plane**: those of the request and the caller; `aws:RequestTag`, `aws:ResourceTag` and',
    '  `apigateway:Request/…` are absent.',
    '- **GetDocumentationParts** with `locationStatus=UNDOCUMENTED`: lists the places that have no part of their own.',
    '',
    '## Stricter than AWS, on purpose',
    '',
    ...departures,
    '',
    '## Bodies that are not held',
    '',
    ...streamDepartures,
    '',
    '## Guesses',
    '',
    'Where AWS does not say enough, we do what a careful user would expect:',
    '',
    ...guesses,
    ...requestGuesses,
    ...streamGuesses,
    ...covered.flatMap(({ title, done, missing }) => [
      '',
      `## ${title}`,
      ...(done.length === 0 ? [] : ['', '**Built**', '', ...wrapped(done)]),
      ...(missing.length === 0 ? [] : ['', '**Not built: 501**', '', ...wrapped(missing)]),
    ]),
    '',
    '## Operations of Lambda',
    '',
    '- **done**: as on AWS. **partly**: but for what is said. **kept**: stored and answered, and changes nothing.',
    '- **absent**: of a part that does not exist here on purpose: making something is refused, looking for it finds nothing.',
    '',
    tableRow(['Operations', 'Here', 'More']),
    tableRow(['---', '---', '---']),
    ...lambdaRows().map(tableRow),
    '',
    '## Fields of REST APIs',
    '',
    'What the gateway does with each field of the structures that the operations answer or take.',
    '',
    '- **enforced**: it does what it does on AWS.',
    '- **refused**: it can be configured; requests that it concerns are answered with a refusal.',
    '- **kept**: it is stored, answered and exported, and changes no answer to a client.',
    '- **answered**: it is the gateway that says it: identifiers, dates, what follows from other fields.',
    ...Object.entries(structureFields).flatMap(([name, fields]) => fieldTable(name, fields)),
    ...fieldTable('Only in requests', requestFields),
  ]
}

/** Operations with the same remark share a row. */
function lambdaRows(): string[][] {
  const rows = new Map<string, string[]>()
  for (const [name, { effect, more = '' }] of Object.entries(lambdaOperations)) {
    const key = JSON.stringify([effect, more])
    rows.set(key, [...(rows.get(key) ?? []), name])
  }
  return [...rows].map(([key, names]) => [names.join(', '), ...(JSON.parse(key) as string[])])
}

function fieldTable(title: string, fields: Fields): string[] {
  const head = [tableRow(['Fields', 'Here', 'More']), tableRow(['---', '---', '---'])]
  const rows = effectRows(fields).map(cells => tableRow(cells.map(linkRefusals)))
  return ['', `### ${title}`, '', ...head, ...rows]
}

function linkRefusals(text: string): string {
  return text.replace(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g, word =>
    Object.hasOwn(refusals, word) ? `[${word}](refusals.md#${word.toLowerCase()})` : word,
  )
}

const guesses: readonly string[] = [
  '- **Function URLs** with AWS_IAM: a signature that is wrong is refused in the words of the Lambda API, one that is missing with',
  '  `Forbidden`; the function does not get the Authorization header; an unknown address is a 404.',
  '- **Private integrations** through a link of the second kind: the stage stands in front of the path of the URI;',
  '  `$context.requestOverride.path` set to a text is the whole path, and values for its placeholders take the stage away too; the',
  '  request template of a proxy integration is read for that and nothing else.',
  '- **Compression**: a request body is decoded after authorization and throttles, not before; `deflate` without the zlib format',
  '  around it is refused with 415. Refusals are compressed like other answers, no answer gets a Vary header, and of codings with',
  '  the same weight the first counts.',
  '- **Canaries**: one without a deployment of its own has other stage variables only; the event of a function has',
  '  `isCanaryRequest` where the stage has a canary.',
  '- **Stage caches**: answers of a back end are kept up to status 499, but not 206, 304, 412 and 416, which answer the range or',
  '  the condition of one client; from 500 on they are not. A cache key tells apart all values of a parameter, empty from absent,',
  '  and a header however its name is written; one that is not declared is refused. A new deployment begins with an empty cache;',
  '  the verb is part of the key, and so is the first media type of Accept where templates or binary media types depend on it; a',
  '  stage-wide setting does not reach methods of ANY; refusing an invalidation is ACCESS_DENIED; the text of the',
  '  Warning header.',
]

/** The obstacles of src/program/obstacles.ts, and what the options leave open. */
const refusedParts: readonly (readonly [part: string, type: RefusalType])[] = [
  ['Web ACL of the stage', 'WAF_FILTERED'],
  ['Authorizer whose settings cannot be used', 'AUTHORIZER_CONFIGURATION_ERROR'],
  ['Resource policy that cannot be read', 'ACCESS_DENIED'],
  ['API key required', 'INVALID_API_KEY'],
  ['Client certificate of ACM for back ends', 'API_CONFIGURATION_ERROR'],
  ['VPC link without an address (`--vpc-link`, `--listener`)', 'API_CONFIGURATION_ERROR'],
  [
    "Proxy integration with Firehose (`AWS_PROXY`): AWS takes it and says nowhere what it sends; other services are refused when they are configured, in AWS's words",
    'API_CONFIGURATION_ERROR',
  ],
]

function contextPage(): string[] {
  return [
    '# `$context` variables of a REST API',
    '',
    'For mapping templates, parameter mappings (`context.…`) and gateway responses. A variable that is not set is empty.',
    '',
    tableRow(['Variable', 'Meaning']),
    tableRow(['---', '---']),
    ...contextVariables.map(([name, meaning]) => tableRow([`\`${name}\``, meaning])),
  ]
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** Names with commas, in lines of at most 110 characters. */
function wrapped(names: readonly string[]): string[] {
  const lines: string[] = []
  let line = ''
  for (const [i, name] of names.entries()) {
    const word = i === names.length - 1 ? name : `${name},`
    if (line.length + word.length > 110) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

function main(): void {
  const isCheck = process.argv.includes('--check')
  const folder = new URL('../docs/reference/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const [name, page] of Object.entries(pages)) {
    const file = fileURLToPath(new URL(name, folder))
    const notice = '<!-- Generated by scripts/generate-docs.ts. Do not edit. -->'
    const text = `${[notice, '', ...page()].join('\n')}\n`
    if (!isCheck) writeFileSync(file, text)
    else if (current(file) !== text) {
      console.error(`docs/reference/${name} is not what the tables say. Run: npm run generate`)
      process.exitCode = 1
    }
  }
}

function current(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

main()
