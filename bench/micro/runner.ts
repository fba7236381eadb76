/**
 * What running a route's steps costs: awaiting every step, awaiting only promises in an async function, and the pipeline's way:
 * a plain loop that leaves only when a step returned a promise. Eight steps that do nothing.
 */
import { bench, run, summary } from 'mitata'

type Step = (x: object) => undefined | Promise<undefined>

const steps: Step[] = Array.from({ length: 8 }, () => () => undefined)
const x = {}

async function awaitEach(): Promise<void> {
  for (const step of steps) await step(x)
}

async function awaitPromises(): Promise<void> {
  for (const step of steps) {
    const result = step(x)
    if (result instanceof Promise) await result
  }
}

function plainLoop(): void {
  for (let i = 0; i < steps.length; i++) {
    const result = (steps[i] as Step)(x)
    if (result instanceof Promise) throw new Error('no step of this bench waits')
  }
}

summary(() => {
  bench('await on every step', awaitEach)
  bench('async function, await on promises only', awaitPromises)
  bench('plain loop (pipeline/pipeline.ts)', plainLoop)
})

await run()
