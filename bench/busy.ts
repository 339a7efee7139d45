// A host that has other work: five processes on two cores that compute and never wait, as a build of an image does.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'

export class Busy implements AsyncDisposable {
  readonly #children: readonly ChildProcess[]

  /** Two and a half processes a core. */
  constructor() {
    const count = Math.ceil(2.5 * availableParallelism())
    this.#children = Array.from({ length: count }, () =>
      spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore', env: {} }),
    )
  }

  get count(): number {
    return this.#children.length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#children.map(async child => {
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }),
    )
  }
}
