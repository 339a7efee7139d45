// The event stream of an engine, kept. `settled` is a barrier: what happened before it has been heard after it.
import type Docker from 'dockerode'

export interface HeardEvent {
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly status?: string
  readonly time: number
  /** The line as it came: `timeNano` is beyond what a number holds. */
  readonly line: string
}

interface Waiter {
  readonly holds: () => boolean
  readonly resolve: () => void
}

/** Generous: a noisy machine is no reason to fail. */
const deadline = 60_000

export class Recorder implements AsyncDisposable {
  readonly heard: HeardEvent[] = []
  readonly #stream: NodeJS.ReadableStream
  readonly #waiters = new Set<Waiter>()
  #rest = ''

  private constructor(stream: NodeJS.ReadableStream) {
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => this.#take(chunk.toString()))
    stream.on('error', () => undefined)
  }

  /** From `since` (seconds), so that nothing is lost between the 200 and the subscription. */
  static async open(
    docker: Docker,
    since: number,
    filters: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<Recorder> {
    const stream = await docker.getEvents({ since, filters: JSON.stringify(filters) })
    return new Recorder(stream)
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') this.heard.push({ ...JSON.parse(line), line })
    for (const waiter of this.#waiters) {
      if (!waiter.holds()) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  /** Resolves when the condition holds on what was heard. */
  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return
    await new Promise<void>((resolve, reject) => {
      const waiter = { holds, resolve }
      this.#waiters.add(waiter)
      AbortSignal.timeout(deadline).addEventListener('abort', () => {
        if (!this.#waiters.delete(waiter)) return
        const all = this.heard.map(event => `${event.Type} ${event.Action}`).join(', ')
        reject(new Error(`not heard within ${deadline} ms: ${what}; heard: ${all}`))
      })
    })
  }

  /**
   * What was said of one container, in order: `kill 15`, `die`, `connect NETWORK`, `disconnect NETWORK`, ... Execs are
   * left out.
   */
  of(id: string): readonly string[] {
    return this.heard
      .filter(event => event.Actor.ID === id || event.Actor.Attributes.container === id)
      .filter(event => !event.Action.startsWith('exec_'))
      .map(event => {
        if (event.Type === 'network') return `${event.Action} ${event.Actor.Attributes.name ?? ''}`
        return event.Action === 'kill' ? `kill ${event.Actor.Attributes.signal ?? ''}` : event.Action
      })
  }

  async heardOf(id: string, word: string, times = 1): Promise<void> {
    await this.until(() => this.of(id).filter(said => said === word).length >= times, `${word} of ${id}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if ('destroy' in this.#stream && typeof this.#stream.destroy === 'function') this.#stream.destroy()
  }
}
