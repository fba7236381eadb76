/**
 * The kinds of SDK: AWS's six, which GetSdkTypes lists with what each wants to be told, and one of ours
 * (`typescript`). Only some are built here; asking for another is refused.
 *
 * Ids and required parameters are AWS's (API reference, GetSdk; Ruby's: developer guide, "Generate SDKs for an
 * API using AWS CLI commands"), optional parameters and their defaults are those of the console ("Generate the
 * Java SDK of an API", "… Ruby SDK …"). The friendly names, the descriptions and Java's optional names are guesses.
 */
import { SdkError } from './sdk-error.ts'

export interface SdkConfigurationProperty {
  readonly name: string
  readonly friendlyName: string
  readonly description: string
  readonly required: boolean
  readonly defaultValue?: string
}

/** As GetSdkType answers it. */
export interface SdkType {
  readonly id: string
  readonly friendlyName: string
  readonly description: string
  readonly configurationProperties: readonly SdkConfigurationProperty[]
}

const classPrefix = required('classPrefix', 'Prefix', 'What the names of all classes begin with.')

/** All kinds of SDK, by id: what GetSdkTypes lists. */
export const sdkTypes: readonly SdkType[] = Object.freeze([
  {
    id: 'android',
    friendlyName: 'Android',
    description: 'A client library for Android, built with Maven.',
    configurationProperties: [
      required('groupId', 'Group ID', 'The Maven group of the library.'),
      required('invokerPackage', 'Invoker package', 'The Java package of the client.'),
      required('artifactId', 'Artifact ID', 'The Maven name of the library.'),
      required('artifactVersion', 'Artifact version', 'The version of the library.'),
    ],
  },
  {
    id: 'java',
    friendlyName: 'Java SDK',
    description: 'A client library for Java.',
    configurationProperties: [
      required('serviceName', 'Service Name', 'The name of the client class, without hyphens.'),
      required('javaPackageName', 'Java Package Name', 'The package of all classes.'),
      optional('java.build-system', 'Java Build System', 'maven or gradle.', 'maven'),
      optional('java.group-id', 'Java Group Id', 'The group of the library.'),
      optional('java.artifact-id', 'Java Artifact Id', 'The name of the library.'),
      optional('java.artifact-version', 'Java Artifact Version', 'Its version.', '1.0.0'),
      optional('java.license-text', 'Source Code License Text', 'Put at the top of each file.'),
    ],
  },
  {
    id: 'javascript',
    friendlyName: 'JavaScript',
    description: 'A client for browsers and Node.js, without dependencies.',
    configurationProperties: [],
  },
  {
    id: 'objectivec',
    friendlyName: 'iOS (Objective-C)',
    description: 'A client library for iOS, in Objective-C.',
    configurationProperties: [classPrefix],
  },
  {
    id: 'ruby',
    friendlyName: 'Ruby',
    description: 'A client as a Ruby gem.',
    configurationProperties: [
      required('service.name', 'Service Name', 'The namespace of the gem: letters only.'),
      optional('ruby.gem-name', 'Ruby Gem Name', 'By default the service name with -sdk.'),
      optional('ruby.gem-version', 'Ruby Gem Version', 'The version of the gem.', '1.0.0'),
    ],
  },
  {
    id: 'swift',
    friendlyName: 'iOS (Swift)',
    description: 'A client library for iOS, in Swift.',
    configurationProperties: [classPrefix],
  },
  {
    id: 'typescript',
    friendlyName: 'TypeScript',
    description: 'A typed client for browsers and Node.js, without dependencies.',
    configurationProperties: [],
  },
])

/** The kinds that are made here. */
const built: ReadonlySet<string> = new Set(['javascript', 'typescript'])

/** One kind of SDK; undefined when there is none of that id. */
export function findSdkType(id: string): SdkType | undefined {
  return sdkTypes.find(type => type.id === id)
}

/**
 * Checks what GetSdk was asked for. Throws SdkError: no such kind, a required parameter is missing, or the kind
 * is not built here. The sentences are guesses: AWS's are not known.
 */
export function checkSdkRequest(id: string, parameters: Readonly<Record<string, string>>): void {
  const type = findSdkType(id)
  if (type === undefined) throw new SdkError(`Unsupported SDK type: ${id}`)
  const missing = type.configurationProperties
    .filter(property => property.required && !textAt(parameters, property.name))
    .map(property => property.name)
  if (missing.length > 0) {
    throw new SdkError(`Missing required parameters for SDK type ${id}: ${missing.join(', ')}`)
  }
  if (!built.has(id)) {
    throw new SdkError(
      `SDK type ${id} is not supported here. Supported types: ${[...built].join(', ')}`,
    )
  }
}

function textAt(texts: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined
}

function required(name: string, friendlyName: string, description: string) {
  return { name, friendlyName, description, required: true }
}

function optional(
  name: string,
  friendlyName: string,
  description: string,
  defaultValue?: string,
): SdkConfigurationProperty {
  const property = { name, friendlyName, description, required: false }
  return defaultValue === undefined ? property : { ...property, defaultValue }
}
