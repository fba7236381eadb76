/**
 * Client certificates: the gateway makes a key and a self-signed certificate, and shows it to the back ends of the
 * stages that name it. Their owner gives the certificate to the back ends, which thereby know the gateway.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-client-side-ssl-authentication.html
 */
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { type DistinguishedName, selfSignedCertificate } from '../../base/x509.ts'
import {
  type ClientCertificateRecord,
  clientCertificateKeys,
  clientCertificates,
} from '../certificate-records.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, isFilled, wholeSeconds } from '../draft.ts'
import { listPage } from '../paging.ts'
import { patcher, plainDialect, setText } from '../patch.ts'
import { restApis, stages } from '../records.ts'
import { checkTags, withoutEmptyTags } from '../tags.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type ClientCertificate = RestOperations['GetClientCertificate']['output']

const validityMs = 365 * 86_400_000
/** As in certificates that AWS made (known from users' reports). */
const issuer: DistinguishedName = [
  ['C', 'US'],
  ['L', 'Seattle'],
  ['CN', 'ApiGateway'],
]

const newKeyPair = promisify(generateKeyPair)

/** Runs outside a transaction: making a key takes longer than a write may hold up the others. */
export async function generateClientCertificate(
  { ids, clock, store, namespace }: ControlContext,
  { description, tags }: Input<'GenerateClientCertificate'>,
): Promise<ClientCertificate> {
  checkTags(tags)
  const keys = await newKeyPair('rsa', { modulusLength: 2048 })
  const now = wholeSeconds(clock.now()).getTime()
  const expirationDate = now + validityMs
  const certificate: ClientCertificateRecord = {
    clientCertificateId: ids.short(6),
    ...defined({ description }),
    pemEncodedCertificate: selfSignedCertificate({
      ...keys,
      name: issuer,
      notBeforeMs: now,
      notAfterMs: expirationDate,
    }),
    createdDate: now,
    expirationDate,
    ...(isFilled(tags) ? { tags } : {}),
  }
  const privateKeyPem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await store.write(namespace, async tx => {
    const id = certificate.clientCertificateId
    await tx.insert(clientCertificates, '', id, certificate)
    await tx.insert(clientCertificateKeys, '', id, { privateKeyPem })
  })
  return withoutEmptyTags(present(certificate))
}

export async function getClientCertificate(
  ctx: ReadContext,
  { clientCertificateId }: Input<'GetClientCertificate'>,
): Promise<ClientCertificate> {
  return present(await requireCertificate(ctx, clientCertificateId))
}

export function getClientCertificates(ctx: ReadContext, input: Input<'GetClientCertificates'>) {
  return listPage(ctx.tx, clientCertificates, '', input, certificate =>
    withoutEmptyTags(present(certificate)),
  )
}

const patch = patcher<ClientCertificateRecord>(plainDialect, {
  '/description': { replace: setText('description') },
})

export async function updateClientCertificate(
  ctx: ControlContext,
  { clientCertificateId, patchOperations }: Input<'UpdateClientCertificate'>,
): Promise<ClientCertificate> {
  const certificate = await requireCertificate(ctx, clientCertificateId)
  patch(certificate, patchOperations)
  await ctx.tx.update(clientCertificates, '', clientCertificateId, certificate)
  return present(certificate)
}

export async function deleteClientCertificate(
  ctx: ControlContext,
  { clientCertificateId }: Input<'DeleteClientCertificate'>,
): Promise<undefined> {
  await requireCertificate(ctx, clientCertificateId)
  const user = await findUser(ctx, clientCertificateId)
  if (user !== undefined) {
    // That a certificate in use stays, and the words, are a guess.
    throw new BadRequestException(
      `Client certificate ${clientCertificateId} is in use by stage ${user}. ` +
        'Please remove it from the stage before deleting it.',
    )
  }
  await ctx.tx.delete(clientCertificateKeys, '', clientCertificateId)
  await ctx.tx.delete(clientCertificates, '', clientCertificateId)
}

/**
 * Throws `BadRequestException` when a stage cannot show this certificate: it has to exist here, or to be named by the
 * ARN of an ACM certificate of the same account and region.
 */
export async function checkClientCertificate(ctx: ReadContext, id: string): Promise<void> {
  const acm = `arn:${ctx.partition}:acm:${ctx.region}:${ctx.account}:certificate/`
  if (id.startsWith(acm) && /^[\w-]{1,64}$/.test(id.slice(acm.length))) return
  if (await ctx.tx.get(clientCertificates, '', id)) return
  throw new BadRequestException('Invalid Client Certificate identifier specified') // a guess
}

async function requireCertificate(
  { tx }: ReadContext,
  id: string,
): Promise<ClientCertificateRecord> {
  const row = await tx.get(clientCertificates, '', id)
  // The words are a guess, after those of its neighbours.
  if (!row) throw new NotFoundException('Invalid Client Certificate identifier specified')
  return row.record
}

/** `api/stage` of a stage that shows the certificate. */
async function findUser({ tx }: ReadContext, certificateId: string): Promise<string | undefined> {
  for (const { id: apiId } of await tx.all(restApis, '')) {
    for (const { id: stageName, record } of await tx.all(stages, apiId)) {
      if (record.clientCertificateId === certificateId) return `${apiId}/${stageName}`
    }
  }
  return undefined
}

function present(certificate: ClientCertificateRecord): ClientCertificate {
  return {
    ...certificate,
    createdDate: wholeSeconds(certificate.createdDate),
    expirationDate: wholeSeconds(certificate.expirationDate),
    tags: certificate.tags ?? {},
  }
}
