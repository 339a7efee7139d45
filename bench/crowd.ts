// Many containers of a sandbox: started and removed a few at a time. All at once an engine on a busy machine takes longer
// for the last of them than the sandbox waits for any.
import type { Sandbox, SandboxContainer } from '../test/support/sandbox.ts'

const atOnce = 4

export class Crowd implements AsyncDisposable {
  readonly #box: Sandbox
  readonly #signal: AbortSignal
  readonly #containers: SandboxContainer[] = []

  constructor(box: Sandbox, signal: AbortSignal) {
    this.#box = box
    this.#signal = signal
  }

  /** In the order in which they were started. */
  get containers(): readonly SandboxContainer[] {
    return this.#containers
  }

  /** Starts more of them until there are so many, on these networks. Their names end with their number. */
  async growTo(count: number, stem: string, networks: readonly string[]): Promise<void> {
    const numbers = Array.from({ length: count - this.#containers.length }, (_, n) => this.#containers.length + n)
    await few(numbers, async n => {
      this.#signal.throwIfAborted()
      this.#containers.push(await this.#box.container('crowd', { name: `${stem}-${this.#box.suffix}-${n}`, networks }))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await few(this.#containers, async ({ handle }) => {
      // The sandbox removes what is left, and says what it cannot.
      await handle.remove({ force: true, v: true }).catch(() => undefined)
    })
  }
}

async function few<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
