/**
 * Takes what the control plane committed to the data plane: to disk as the last good program, and to every thread. In the
 * order of the commits, one after another.
 */
import type { ActingParts } from './aws/acting-role.ts'
import type { Change } from './control/context.ts'
import type { DataPlane } from './data-plane.ts'
import type { PrivateNetwork } from './integrations/private-network.ts'
import type { LastGood } from './last-good.ts'
import type { Log } from './observe/log.ts'
import { privateRemarks } from './private-remarks.ts'
import type { ProgramSource } from './program/program.ts'
import { roleRemarks } from './role-remarks.ts'

/** An API of a thousand methods need not fill the log. */
const remarksLogged = 50

export interface PublisherParts {
  readonly dataPlane: DataPlane
  readonly lastGood: LastGood
  readonly privateNetwork: PrivateNetwork
  /** What the roles are held against that programs name. */
  readonly acting: ActingParts
  /** Brings the identities, as the store has them now, to both planes. */
  readonly publishIdentities: () => Promise<void>
  readonly log: Log
}

export class Publisher {
  readonly #dataPlane: DataPlane
  readonly #lastGood: LastGood
  readonly #privateNetwork: PrivateNetwork
  readonly #acting: ActingParts
  readonly #publishIdentities: () => Promise<void>
  readonly #log: Log
  #queue: Promise<unknown> = Promise.resolve()

  constructor(parts: PublisherParts) {
    const { dataPlane, lastGood, privateNetwork, acting, publishIdentities, log } = parts
    this.#dataPlane = dataPlane
    this.#lastGood = lastGood
    this.#privateNetwork = privateNetwork
    this.#acting = acting
    this.#publishIdentities = publishIdentities
    this.#log = log
  }

  /**
   * Resolves when every thread runs the change. Each program was compiled before it was committed, so failing here is
   * loud.
   */
  publish(changes: readonly Change[]): Promise<void> {
    const done = this.#queue.then(() => this.#applyAll(changes))
    this.#queue = done.catch(() => undefined)
    return done
  }

  /** All were committed: one that fails does not hold up the others. */
  async #applyAll(changes: readonly Change[]): Promise<void> {
    const failures: unknown[] = []
    for (const change of changes) await this.#apply(change).catch(error => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }

  /** At start: the store's programs; what lies on disk besides is of stages that are gone. */
  async restore(sources: readonly ProgramSource[]): Promise<void> {
    const wanted = new Set<string>()
    for (const source of sources) {
      const { apiId } = source
      const stage = source.stage.stageName
      wanted.add(`${apiId}/${stage}`)
      const text = JSON.stringify(source)
      await this.#keep(apiId, stage, text)
      await this.#publishOr(source, text)
    }
    await this.#orComplain('kept programs of stages that are gone cannot be removed', () =>
      this.#lastGood.removeExcept(wanted),
    )
  }

  /** At start without a store: what was live last. */
  async restoreFromDisk(): Promise<void> {
    const { programs, skipped } = await this.#lastGood.all()
    for (const name of skipped)
      this.#log.error(`The kept program ${name} cannot be read and is left out.`)
    for (const { source } of programs) {
      // What we kept is what we once published.
      await this.#publishOr(JSON.parse(source) as ProgramSource, source)
    }
  }

  /** At start one program that cannot run must not keep the others from running. */
  async #publishOr(source: ProgramSource, text: string): Promise<void> {
    try {
      // The definition is as it was, the options may be others.
      this.#warn(source, [])
      await this.#dataPlane.publish(source, text)
    } catch (error) {
      const { apiId, stage } = source
      this.#log.error(`Stage ${stage.stageName} of API ${apiId} cannot be served: ${error}`)
    }
  }

  async #apply(change: Change): Promise<void> {
    if (change.type === 'identities') {
      await this.#publishIdentities()
      return
    }
    if (change.type === 'flush') {
      await this.#dataPlane.flush(change.apiId, change.stageName, change.cache)
      return
    }
    if (change.type === 'retract') {
      const { apiId, stageName } = change
      await this.#dataPlane.retract(apiId, stageName)
      await this.#orComplain(
        `the kept program of stage ${stageName} of API ${apiId}, which is gone, cannot be removed`,
        () => this.#lastGood.remove(apiId, stageName),
      )
      return
    }
    const { apiId, stage } = change.source
    this.#warn(change.source, change.remarks)
    const text = JSON.stringify(change.source)
    await this.#dataPlane.publish(change.source, text)
    await this.#keep(apiId, stage.stageName, text)
  }

  #keep(apiId: string, stage: string, text: string): Promise<void> {
    return this.#orComplain(
      `stage ${stage} of API ${apiId} is live but cannot be kept for a start without the store`,
      () => this.#lastGood.put(apiId, stage, text),
    )
  }

  /** A full disk must not undo what the store has and the threads run. */
  async #orComplain(complaint: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#log.error(`${complaint}: ${error}`)
    }
  }

  #warn(source: ProgramSource, remarks: readonly string[]): void {
    const all = [
      ...remarks,
      ...privateRemarks(source, this.#privateNetwork),
      ...roleRemarks(source, this.#acting).map(({ where, text }) => `${where}: ${text}`),
    ]
    for (const remark of all.slice(0, remarksLogged)) {
      this.#log.warn(`Stage ${source.stage.stageName} of API ${source.apiId}: ${remark}`)
    }
  }
}
