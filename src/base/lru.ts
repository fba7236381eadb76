/**
 * Keeps what was used last, up to a number of bytes. A Map remembers the order in which its keys were put in: what is
 * used is taken out and put in again, so the first key is always the one that was not used for longest.
 */

interface Kept<V> {
  readonly value: V
  readonly bytes: number
}

export class Lru<V> {
  readonly capacityBytes: number
  readonly #kept = new Map<string, Kept<V>>()
  #bytes = 0

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#kept.size
  }

  /** Counts as a use. */
  get(key: string): V | undefined {
    const found = this.#kept.get(key)
    if (found === undefined) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, found)
    return found.value
  }

  /** Replaces what has the key; `bytes` is what key and value take together. What is larger than all of it is not kept. */
  put(key: string, value: V, bytes: number): void {
    this.delete(key)
    if (bytes > this.capacityBytes) return
    this.#kept.set(key, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.capacityBytes) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const found = this.#kept.get(key)
    if (found === undefined) return
    this.#kept.delete(key)
    this.#bytes -= found.bytes
  }

  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
  }
}
