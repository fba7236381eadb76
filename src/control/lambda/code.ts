/**
 * Code on its way in (a zip, or the path of a folder in which somebody works) and on its way to the runner.
 * Code in S3 and images are refused: there is neither here.
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { Namespace, Store, Writer } from '../../store/store.ts'
import type { FunctionHost } from './context.ts'
import { type CodeRecord, codeKey, type FunctionRecord, functions, versions } from './records.ts'

type CodeInput = Pick<
  LambdaOperations['CreateFunction']['input']['Code'],
  'ZipFile' | 'S3Bucket' | 'S3Key' | 'ImageUri'
>

/** A bucket of this name means: the key is a folder on this machine, used in place. */
const hotReloadBucket = 'hot-reload'

/** Code that was looked at; `zip` is to be kept. */
export interface TakenCode {
  readonly record: CodeRecord
  /** Where it lies on this machine. */
  readonly folder: string
  readonly zip: Uint8Array | undefined
}

/** Unpacks, and so checks, what the caller sent. Slow: not inside a transaction. */
export async function takeCode(host: FunctionHost, input: CodeInput): Promise<TakenCode> {
  if (input.ZipFile !== undefined) return takeZip(host, input.ZipFile)
  if (input.S3Bucket === hotReloadBucket) return takeFolder(input.S3Key)
  if (input.S3Bucket !== undefined || input.ImageUri !== undefined) {
    throw new InvalidParameterValueException(
      'Portcullis takes code as a zip file in the request (ZipFile), or as a folder (S3Bucket "hot-reload", ' +
        'S3Key its absolute path); it does not read code from S3 or from images.',
    )
  }
  throw new InvalidParameterValueException('Please provide a source for function code.')
}

async function takeZip(host: FunctionHost, zip: Uint8Array): Promise<TakenCode> {
  if (zip.length === 0) {
    throw new InvalidParameterValueException('Uploaded file must be a non-empty zip')
  }
  try {
    const { sha256, folder } = await host.unpackCode(zip)
    return { record: { type: 'zip', sha256, sizeBytes: zip.length }, folder, zip }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'CodeRejected') throw error
    throw new InvalidParameterValueException(
      'reason' in error && error.reason === 'too-large'
        ? 'Unzipped size must be smaller than 262144000 bytes'
        : 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    )
  }
}

async function takeFolder(path: string | undefined): Promise<TakenCode> {
  const isFolder =
    path !== undefined &&
    isAbsolute(path) &&
    (await stat(path).then(
      found => found.isDirectory(),
      () => false,
    ))
  if (!isFolder) {
    throw new InvalidParameterValueException(
      'With the S3Bucket "hot-reload", S3Key is the absolute path of a folder on this machine.',
    )
  }
  const folder = resolve(path)
  return { record: { type: 'folder', path: folder }, folder, zip: undefined }
}

/** Keeps the zip with the function. */
export async function keepCode(
  tx: Writer,
  name: string,
  { record, zip }: TakenCode,
): Promise<void> {
  if (record.type === 'zip' && zip) await tx.putBlob(codeKey(name, record.sha256), zip)
}

/** The function's own code and that of its layers. */
export function codesOf({ code, layers = [] }: FunctionRecord): CodeRecord[] {
  return [code, ...layers.map(layer => layer.code)]
}

/** Deletes those zips that neither the function nor a version of it uses any more. */
export async function dropCodes(
  tx: Writer,
  name: string,
  codes: readonly CodeRecord[],
): Promise<void> {
  const rows = await tx.all(versions, name)
  const latest = await tx.get(functions, '', name)
  const users: FunctionRecord[] = rows.map(row => row.record)
  if (latest) users.push(latest.record)
  const used = new Set(users.flatMap(codesOf).map(hashOf))
  for (const code of codes) {
    if (code.type === 'zip' && !used.has(code.sha256)) {
      await tx.deleteBlob(codeKey(name, code.sha256))
    }
  }
}

/** The folders with a function's code and its layers on this machine; unpacks what is not there. */
export async function foldersOf(
  host: Pick<FunctionHost, 'findCode' | 'unpackCode'>,
  store: Store,
  namespace: Namespace,
  record: FunctionRecord,
): Promise<{ readonly folder: string; readonly layers: readonly string[] }> {
  const folderOf = async (code: CodeRecord): Promise<string> => {
    if (code.type === 'folder') return code.path
    const found = await host.findCode(code.sha256)
    if (found !== undefined) return found
    const zip = await store.read(namespace, tx => tx.getBlob(codeKey(record.name, code.sha256)))
    if (zip === undefined) throw new Error(`the code of the function ${record.name} is lost`)
    return (await host.unpackCode(zip)).folder
  }
  const folder = await folderOf(record.code)
  const layers: string[] = []
  for (const layer of record.layers ?? []) layers.push(await folderOf(layer.code))
  return { folder, layers }
}

/** The hash as AWS shows it: base64. A folder, whose content changes, has that of its path. */
export function codeSha256Of(code: CodeRecord): string {
  if (code.type === 'zip') return Buffer.from(code.sha256, 'hex').toString('base64')
  return createHash('sha256').update(code.path).digest('base64')
}

/** The size of the zip in bytes; 0 of a folder. */
export function codeSizeOf(code: CodeRecord): number {
  return code.type === 'zip' ? code.sizeBytes : 0
}

function hashOf(code: CodeRecord): string {
  return code.type === 'zip' ? code.sha256 : ''
}
