/**
 * Each thread has a cache of its own for every stage. A client that may demand a fresh answer means all of them, so that its
 * thread tells the others which key to forget. They hear it within the turn of an event loop, long before a back end
 * has answered, and nobody waits for it.
 */
import { BroadcastChannel } from 'node:worker_threads'
import type { CacheDemand } from './pipeline/stage-caches.ts'

/** Joins the channel of this name; `heard` is called for what other threads say. Does not keep the thread alive. */
export function joinCacheDemands(
  name: string,
  heard: (demand: CacheDemand) => void,
): (demand: CacheDemand) => void {
  const channel = new BroadcastChannel(name)
  // Only the threads of one data plane know the name.
  channel.onmessage = event => heard((event as { data: CacheDemand }).data)
  channel.unref()
  return demand => channel.postMessage(demand)
}
