/**
 * Names of layers and their versions, as callers write them: a name, or an ARN of the layer or of one version.
 *
 *     tools    arn:aws:lambda:eu-west-1:123456789012:layer:tools    arn:aws:lambda:eu-west-1:123456789012:layer:tools:3
 */
import { parseArn, partitionOf } from '../../aws/arn.ts'
import { ValidationException } from '../../aws/faults.ts'
import { ResourceNotFoundException } from '../../aws/lambda-faults.ts'
import type { Place } from './lookup.ts'

/** One version of a layer, somewhere. */
export interface LayerReference extends Place {
  readonly name: string
  readonly version: number
}

const namePattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+'

/** The layer's own name. Throws `ValidationException`, or says that it is elsewhere. */
export function layerNameOf(place: Place, text: string): string {
  const arn = parseArn(text)
  const [kind, name = '', ...rest] = arn ? arn.resource.split(':') : ['layer', text]
  const isName = kind === 'layer' && rest.length === 0 && /^[A-Za-z0-9_-]{1,140}$/.test(name)
  if (!isName || (arn && arn.service !== 'lambda')) {
    throw new ValidationException(
      `1 validation error detected: Value '${text.slice(0, 1024)}' at 'layerName' failed to satisfy constraint: ` +
        `Member must satisfy regular expression pattern: ${namePattern}`,
    )
  }
  if (arn && (arn.region !== place.region || arn.account !== place.account)) throw noSuchLayer()
  return name
}

/** Undefined when the text is no layer version's ARN. */
export function parseLayerVersion(text: string): LayerReference | undefined {
  const arn = parseArn(text)
  if (arn?.service !== 'lambda') return undefined
  const [, name, version] = /^layer:([A-Za-z0-9_-]{1,140}):([1-9]\d{0,8})$/.exec(arn.resource) ?? []
  if (name === undefined) return undefined
  return { account: arn.account, region: arn.region, name, version: Number(version) }
}

/** The ARN of a layer, or of one of its versions. */
export function layerArn({ region, account }: Place, name: string, version?: number): string {
  const arn = `arn:${partitionOf(region)}:lambda:${region}:${account}:layer:${name}`
  return version === undefined ? arn : `${arn}:${version}`
}

export function noSuchLayer(): ResourceNotFoundException {
  return new ResourceNotFoundException('The resource you requested does not exist.')
}
