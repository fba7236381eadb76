/**
 * The objects that directives put into variables: `#define`d blocks and `$bodyContent`, and the
 * loop's `$foreach`.
 */
import { catchBreak, maxCalls, type Render, type Rendering } from './rendering.ts'
import type { HostObject } from './values.ts'

/** How often a block may be inside of itself; Velocity's `directive.define.maxdepth`. */
const maxDepth = 2

/** A block that renders anew each time it is used, with the variables that are in force there. */
export class Block implements HostObject {
  readonly isHostObject = true
  readonly #rendering: Rendering
  readonly #render: Render
  #depth = 0

  constructor(rendering: Rendering, render: Render) {
    this.#rendering = rendering
    this.#render = render
  }

  property(): undefined {
    return undefined
  }

  call(name: string): unknown {
    return name === 'toString' ? this.toString() : undefined
  }

  /** Writes the block; false, with nothing written, when it is too often inside of itself. */
  render(): boolean {
    const rendering = this.#rendering
    if (this.#depth >= maxDepth || rendering.calls.length > maxCalls * 5) return false
    this.#depth++
    rendering.calls.push('#define')
    try {
      catchBreak(() => this.#render(rendering))
      return true
    } finally {
      rendering.calls.pop()
      this.#depth--
    }
  }

  toString(): string {
    return this.#rendering.capture(() => this.render())
  }
}

/** `$foreach`: where a loop is. */
export class ForeachScope implements HostObject {
  readonly isHostObject = true
  readonly parent: ForeachScope | null
  readonly length: number
  index = 0

  constructor(parent: ForeachScope | null, length: number) {
    this.parent = parent
    this.length = length
  }

  property(name: string): unknown {
    switch (name) {
      case 'index':
        return this.index
      case 'count':
        return this.index + 1
      case 'hasNext':
        return this.index + 1 < this.length
      case 'first':
        return this.index === 0
      case 'last':
        return this.index + 1 === this.length
      case 'parent':
        return this.parent
      case 'topmost':
        return this.topmost
      case 'info':
        return new Map<string, unknown>([
          ['depth', this.depth],
          ['name', 'foreach'],
        ])
      default:
        return undefined
    }
  }

  /** The properties by their getters, of which Velocity's `$foreach.hasNext` is one. */
  call(name: string): unknown {
    if (name === 'hasNext' || name === 'isFirst' || name === 'isLast') {
      return this.property(name.replace(/^is./, letter => letter[2]!.toLowerCase()))
    }
    return name.startsWith('get')
      ? this.property(name[3]?.toLowerCase() + name.slice(4))
      : undefined
  }

  get topmost(): ForeachScope {
    return this.parent?.topmost ?? this
  }

  get depth(): number {
    return (this.parent?.depth ?? 0) + 1
  }

  toString(): string {
    return '{}'
  }
}
