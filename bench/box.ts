// The tests' sandbox on the engine of this run: on one that was named it takes away all that it made; one of our own goes
// with all that is on it, and a busy 20.10 takes longer for a network of a hundred than the sandbox waits.
import { Sandbox } from '../test/support/sandbox.ts'
import type { BenchEngine } from './engine.ts'

export class Box extends Sandbox {
  readonly #own: boolean

  constructor(engine: BenchEngine) {
    super(engine)
    this.#own = engine.words.own
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#own) await super[Symbol.asyncDispose]()
  }
}
