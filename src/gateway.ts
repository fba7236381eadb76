/**
 * The only file that knows every part: builds them, joins them, starts and stops them.
 *
 *     store -> control server (on a Unix socket) -> publisher -> last good programs on disk
 *                                                            -> data-plane threads (on the public port)
 *     function runner <- function calls of the threads
 *
 * What control and pipeline need from each other is handed over here, as functions. Order of starting: the store, the
 * control plane, the programs, and the public port last, so that whoever can connect gets answers.
 */
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { Identities } from './aws/identity-finder.ts'
import { openSession } from './aws/session-token.ts'
import { systemClock } from './base/clock.ts'
import { randomIds } from './base/ids.ts'
import type { Credentials } from './control/caller.ts'
import { examine } from './control/doctor/examine.ts'
import { functions as functionRecords } from './control/lambda/records.ts'
import { whyNotOperator } from './control/operator.ts'
import { publishedSources } from './control/publication.ts'
import { restApis } from './control/records.ts'
import { secretKinds } from './control/secret-kinds.ts'
import { createControlServer } from './control/server.ts'
import { stsControl } from './control/sts/operations.ts'
import { placeControlSocket } from './control-socket.ts'
import { DataPlane } from './data-plane.ts'
import { type DevIssuer, openDevIssuer } from './dev-issuer.ts'
import { gatewayFindings } from './gateway-findings.ts'
import { IdentityPublisher } from './identity-publisher.ts'
import { integrationTools } from './integration-tools.ts'
import { LastGood } from './last-good.ts'
import { type MasterKeys, masterKeys } from './master-key-file.ts'
import type { InvokeFunction } from './messages/messages.ts'
import { createLog, type Log } from './observe/log.ts'
import { openFunctions } from './open-functions.ts'
import type { Options } from './options.ts'
import { OwnRoutes } from './own-routes.ts'
import type { ProgramSource } from './program/program.ts'
import { Publisher } from './publisher.ts'
import { StoreUnavailable } from './store/errors.ts'
import { openSqliteStore } from './store/sqlite.ts'
import type { Store } from './store/store.ts'
import { createVault, type Vault } from './store/vault.ts'
import { createTestInvoke } from './test-invoke.ts'
import { createTestAuthorizer } from './test-invoke-authorizer.ts'
import { tokenTools } from './token-tools.ts'
import { createVerifyWebToken } from './web-identity.ts'

export interface Gateway {
  /** `http://127.0.0.1:4566` */
  readonly url: string
  readonly port: number
  /** No API and no function is there yet. */
  readonly isStoreEmpty: boolean
  /** Why the store could not be opened; null when it is open. */
  readonly storeFault: Error | null
  /** Requests that run get their answers; then everything ends. Calling it again waits for the same end. */
  close(): Promise<void>
}

/** Starts a gateway. Throws an Error whose message says what to do when the port is taken or nothing can be served. */
export async function createGateway(
  options: Options,
  parts: { readonly log?: Log } = {},
): Promise<Gateway> {
  const log = parts.log ?? createLog(options)
  const closers: (() => Promise<unknown>)[] = []
  const close = once(async () => {
    for (const stop of closers.reverse()) await stop().catch(error => log.error(String(error)))
  })
  try {
    return await assemble(options, log, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function assemble(
  options: Options,
  log: Log,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Gateway> {
  const keys = await masterKeys(options)
  if (keys.made !== null) {
    log.info(
      `Made the master key ${keys.made}. Without it no secret of this store can be read: keep a copy.`,
    )
  }
  const { store, fault } = await openStore(options, createVault(keys.current, keys.old), log)
  if (store !== null) closers.push(() => store.close())

  const controlSocket = await placeControlSocket(store === null ? null : options.dataDir)
  closers.push(() => controlSocket.remove())

  const invoke: InvokeFunction = call => functions.calls.call(call)
  const outgoing = {
    answerLimitBytes: options.answerLimitBytes,
    connectTimeoutMs: options.connectTimeoutMs,
    streamIdleTimeoutMs: options.streamIdleTimeoutMs,
    allowedTargets: options.allowTargets,
    privateNetwork: { vpcLinks: options.vpcLinks, listeners: options.listeners },
    awsEndpoints: options.awsEndpoints,
    awsCredentials: options.awsCredentials,
    unknownRoles: options.unknownRoles,
  }
  const devIssuer = await devIssuerOf(options, keys, log)
  const trusted = {
    authorizerBytes: options.authorizerBytes,
    issuers: options.issuers,
    devIssuerKeys: devIssuer?.keySet ?? null,
  }
  const developmentAccount = options.adminCredentials === null ? options.account : null
  const identities = new Identities({ clock: systemClock, openSession, developmentAccount })
  const tools = integrationTools(outgoing, invoke, identities)
  const tokens = tokenTools(trusted, tools.client)
  closers.push(() => tools.client.close())
  const functions = openFunctions(options, store, tools, log, keys.current, identities)
  closers.push(() => functions.close())
  const dataPlane = new DataPlane({
    threads: options.threads,
    settings: {
      host: options.host,
      port: options.port,
      controlSocket: controlSocket.path,
      bodyLimitBytes: options.bodyLimitBytes,
      headTimeoutMs: options.headTimeoutMs,
      requestTimeoutMs: options.requestTimeoutMs,
      streamRate: options.streamRate,
      recordsKept: Math.ceil(options.recordsKept / options.threads),
      cacheBytes: options.cacheBytes,
      sourceNetworks: { vpcEndpoints: options.vpcEndpoints, vpcs: options.vpcs },
      developmentAccount,
      ...outgoing,
      ...trusted,
    },
    invoke,
    log: (level, message) => log[level](message),
  })
  const identityPublisher = new IdentityPublisher({
    store,
    dataPlane,
    masterKey: keys.current,
    identities,
    log,
    options,
  })
  const publisher = new Publisher({
    dataPlane,
    lastGood: new LastGood(join(options.dataDir, 'programs'), keys.current),
    privateNetwork: outgoing.privateNetwork,
    acting: tools.acting,
    publishIdentities: () => identityPublisher.publish(),
    log,
  })

  const doctorParts = {
    whyNotCallable: functions.calls.whyNotCallable.bind(functions.calls),
    findingsOn: (source: ProgramSource) =>
      gatewayFindings(source, outgoing.privateNetwork, tools.acting),
  }
  const credentials: Credentials = {
    type: options.adminCredentials === null ? 'development' : 'verified',
    find: identities.findIdentity,
  }
  const control =
    store === null
      ? null
      : createControlServer({
          store,
          clock: systemClock,
          ids: randomIds,
          defaultAccount: options.account,
          credentials,
          publish: changes => publisher.publish(changes),
          tests: {
            method: createTestInvoke(tools),
            authorizer: createTestAuthorizer(tools, tokens),
          },
          integrationTimeoutMs: options.integrationTimeoutMs,
          lambda: functions.calls.control,
          sts: stsControl({
            sessionKey: identityPublisher.sessionKey,
            isDevelopment: options.adminCredentials === null,
            verifyWebToken: createVerifyWebToken(tokens, options.adminCredentials === null),
          }),
          report: (error, { requestId, operation }) =>
            log.error(`${operation ?? 'a call'} failed: ${textOf(error)}`, { requestId }),
        })
  const own = new OwnRoutes({
    dataPlane,
    whyNotOperator: request =>
      whyNotOperator(request, {
        credentials,
        clock: systemClock,
        defaultAccount: options.account,
      }),
    devIssuer:
      devIssuer === null ? null : { issuer: devIssuer, adminCredentials: options.adminCredentials },
    fault,
    functionLogs: {
      logs: functions.logs,
      ledger: functions.calls.ledger,
      account: options.account,
      region: options.region,
    },
    examine: store && (() => examine({ store, ...doctorParts })),
  })
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    if (functions.urls.handle(request, response)) return
    if (own.handle(request, response)) return
    if (control === null) own.refuseControl(response)
    else control(request, response)
  })
  await listenOn(server, controlSocket.path)
  closers.push(() => closeServer(server))

  await identityPublisher.publish()
  if (store === null) await publisher.restoreFromDisk()
  else await publisher.restore(await publishedSources(store))
  closers.push(() => dataPlane.close())
  const port = await startListening(dataPlane, options)
  await functions.calls.resume()
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    isStoreEmpty: store !== null && (await isEmpty(store)),
    storeFault: fault,
    close,
  }
}

async function openStore(
  options: Options,
  vault: Vault,
  log: Log,
): Promise<{ store: Store | null; fault: Error | null }> {
  try {
    const store = await openSqliteStore({ directory: options.dataDir, vault, secretKinds })
    return { store, fault: null }
  } catch (error) {
    // Static stability: what was deployed is served on. A folder that another gateway uses is no such case, nor a wrong key.
    if (!(error instanceof StoreUnavailable) || ownFaults.has(error.reason)) throw error
    log.error(`The store cannot be opened: ${error.message}`)
    log.error(
      'Serving the last good programs; the control plane answers 503 until it can be opened.',
    )
    return { store: null, fault: error }
  }
}

/** null: it is switched off. */
async function devIssuerOf(
  { devIssuer, adminCredentials, dataDir }: Options,
  keys: MasterKeys,
  log: Log,
): Promise<DevIssuer | null> {
  if (devIssuer === 'off') return null
  if (adminCredentials !== null) {
    log.warn(
      '--dev-issuer anywhere: whoever has the key in the data folder passes every user pool.',
    )
  }
  return openDevIssuer(dataDir, keys, systemClock)
}

const ownFaults: ReadonlySet<string> = new Set(['locked', 'wrong-key'])

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Nothing that a person made is there: the example may be loaded. */
async function isEmpty(store: Store): Promise<boolean> {
  return (
    (await store.scan(restApis)).length === 0 && (await store.scan(functionRecords)).length === 0
  )
}

async function startListening(dataPlane: DataPlane, options: Options): Promise<number> {
  try {
    return await dataPlane.start()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const where = `${options.host}:${options.port}`
    if (code === 'EADDRINUSE') {
      throw new Error(
        `${where} is taken by another program. Choose another with --port, or end that one.`,
        { cause },
      )
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new Error(`Cannot listen on ${where} (${code}). Choose another --host or --port.`, {
        cause,
      })
    }
    throw cause
  }
}

function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}
