/**
 * Time-outs for the request path: thousands of them behind one interval. Arming and cancelling cost
 * a list operation each, because almost every time-out is cancelled before it is due.
 *
 * A timing wheel: slot number = due tick modulo the number of slots. Each tick visits the slots
 * whose time has come; what lies there for a later turn of the wheel stays.
 *
 *     tick 10 ms, 512 slots (one turn = 5.12 s), tick 100 now:
 *     due in 50 ms -> tick 106, slot 106      due in 29 s -> tick 3001, slot 441, passed over 5 times
 *
 * A time-out is never early and at most one tick late. The interval is unref'd, starts with the
 * first time-out and stops when a tick finds the wheel empty.
 */
import { type Clock, systemClock } from './clock.ts'

/** Something that can be armed; extend it so that the object at hand is the list entry itself. */
export abstract class CoarseTimeout {
  /** Neighbours in the slot; null when not armed. Only `CoarseTimers` writes these three. */
  timerPrevious: CoarseTimeout | null = null
  timerNext: CoarseTimeout | null = null
  timerDueTick = 0

  /** Called once when due; by then it is disarmed and may be armed again. Must not throw. */
  abstract onTimeout(): void
}

class Callback extends CoarseTimeout {
  readonly #callback: () => void
  constructor(callback: () => void) {
    super()
    this.#callback = callback
  }
  override onTimeout(): void {
    this.#callback()
  }
}

const idle = (): void => {}
const slotCount = 512

/** A wheel of time-outs with a resolution of `tickMs` milliseconds. */
export class CoarseTimers {
  readonly clock: Clock
  readonly #tickMs: number
  /** One sentinel per slot, head of a circular list. */
  readonly #slots: CoarseTimeout[] = []
  #armed = 0
  /** The last tick whose slot was visited. */
  #tick: number
  #interval: NodeJS.Timeout | null = null

  constructor(tickMs = 10, clock: Clock = systemClock) {
    this.clock = clock
    this.#tickMs = tickMs
    for (let i = 0; i < slotCount; i++) {
      const sentinel = new Callback(idle)
      sentinel.timerNext = sentinel
      sentinel.timerPrevious = sentinel
      this.#slots.push(sentinel)
    }
    this.#tick = this.#currentTick()
  }

  /** How many time-outs are armed. */
  get size(): number {
    return this.#armed
  }

  /** Calls `timeout.onTimeout()` in `delayMs` milliseconds; an armed one is moved. `now`: of the clock, by who has just looked. */
  arm(timeout: CoarseTimeout, delayMs: number, now = this.clock.monotonic()): void {
    if (timeout.timerNext !== null) this.#unlink(timeout)
    if (this.#interval === null) this.#start()
    // The part of a tick that has already gone must not be taken off the delay: hence ceil.
    const due = Math.ceil((now + Math.max(delayMs, 0)) / this.#tickMs)
    timeout.timerDueTick = due > this.#tick ? due : this.#tick + 1
    this.#link(timeout)
  }

  /** Disarms; does nothing if it was not armed. */
  cancel(timeout: CoarseTimeout): void {
    if (timeout.timerNext !== null) this.#unlink(timeout)
  }

  /** Arms a plain function. Give what it returns to `cancel`. */
  after(delayMs: number, callback: () => void): CoarseTimeout {
    const timeout = new Callback(callback)
    this.arm(timeout, delayMs)
    return timeout
  }

  /** Runs everything that is due by the clock. The interval does it; a test with a fake clock may. */
  turn(): void {
    const now = this.#currentTick()
    // After a long standstill every slot is visited once, not once per missed turn of the wheel.
    let tick = Math.max(this.#tick, now - slotCount)
    this.#tick = now
    let due: CoarseTimeout[] | null = null
    while (tick < now) {
      tick++
      const sentinel = this.#slots[tick % slotCount] as CoarseTimeout
      let entry = sentinel.timerNext as CoarseTimeout
      while (entry !== sentinel) {
        const next = entry.timerNext as CoarseTimeout
        if (entry.timerDueTick <= now) {
          due ??= []
          due.push(entry)
        }
        entry = next
      }
    }
    if (due !== null) this.#fire(due, now)
    if (this.#armed === 0) this.#stop()
  }

  #fire(due: CoarseTimeout[], now: number): void {
    for (const entry of due) {
      // One that fired before may have cancelled or re-armed this one.
      if (entry.timerNext === null || entry.timerDueTick > now) continue
      this.#unlink(entry)
      entry.onTimeout()
    }
  }

  #currentTick(): number {
    return Math.floor(this.clock.monotonic() / this.#tickMs)
  }

  #start(): void {
    this.#tick = this.#currentTick()
    let expected = this.#tick + 1
    this.#interval = setInterval(() => {
      const tick = this.#currentTick()
      const late = tick - expected > 2
      expected = tick + 1
      // The thread was busy. Let it read its sockets first: answers that are already here are in time.
      if (late) setImmediate(() => this.turn())
      else this.turn()
    }, this.#tickMs)
    this.#interval.unref()
  }

  #stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval)
    this.#interval = null
  }

  #link(timeout: CoarseTimeout): void {
    const sentinel = this.#slots[timeout.timerDueTick % slotCount] as CoarseTimeout
    const last = sentinel.timerPrevious as CoarseTimeout
    timeout.timerPrevious = last
    timeout.timerNext = sentinel
    last.timerNext = timeout
    sentinel.timerPrevious = timeout
    this.#armed++
  }

  #unlink(timeout: CoarseTimeout): void {
    const previous = timeout.timerPrevious as CoarseTimeout
    const next = timeout.timerNext as CoarseTimeout
    previous.timerNext = next
    next.timerPrevious = previous
    timeout.timerPrevious = null
    timeout.timerNext = null
    this.#armed--
  }
}

/** The thread's own wheel, 10 ms a tick. */
export const coarseTimers = new CoarseTimers()
