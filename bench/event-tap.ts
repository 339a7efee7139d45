// The engine's events as they come, with the moment at which each got here: what heals is seen from outside, by the engine's
// own word, and not by what netheal says about itself.
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { unlessStopped } from './unless-stopped.ts'

export interface TappedEvent {
  readonly kind: string
  readonly action: string
  /** Of the container; for a network event that of the one that joined or left. */
  readonly container: string
  readonly network: string
  readonly name: string
  /** When it got here, in ms, as `performance.now()`. */
  readonly at: number
  /** When it happened, in ms, by the engine's clock. */
  readonly engineAt: number
}

/** Milliseconds until an event that does not come is a failure. */
const patience = 60_000

export class EventTap implements Disposable {
  readonly #sent: ClientRequest
  readonly #signal: AbortSignal
  #events: TappedEvent[] = []
  readonly #waiting = new Set<() => void>()

  private constructor(sent: ClientRequest, response: IncomingMessage, signal: AbortSignal) {
    this.#sent = sent
    this.#signal = signal
    // It breaks when it is disposed of; whoever waits for an event of a broken one fails by its patience.
    createInterface({ input: response })
      .on('line', line => this.#take(line))
      .on('error', () => undefined)
  }

  /** The engine may answer before it listens: whoever must not miss anything lets something happen first, and waits for it. */
  static open(socketPath: string, signal: AbortSignal): Promise<EventTap> {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container', 'network'] }))
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath, path: `/events?filters=${filters}`, agent: false }, response =>
        resolve(new EventTap(sent, response, signal)),
      )
      sent.on('error', reject)
      sent.end()
    })
  }

  #take(line: string): void {
    const at = performance.now()
    const event = JSON.parse(line) as {
      Type: string
      Action: string
      Actor: { ID: string; Attributes: Record<string, string> }
    }
    const { ID, Attributes } = event.Actor
    const network = event.Type === 'network'
    // A number beyond 2^53: as a double it is exact to a quarter of a microsecond, which is more than is needed here.
    const [, nanoseconds = '0'] = /"timeNano":(\d+)/.exec(line) ?? []
    this.#events.push({
      ...{ kind: event.Type, action: event.Action, at, engineAt: Number(nanoseconds) / 1e6 },
      ...{
        container: network ? (Attributes.container ?? '') : ID,
        network: network ? ID : '',
        name: Attributes.name ?? '',
      },
    })
    for (const wake of [...this.#waiting]) wake()
  }

  /** Forgets what was before: `next` looks at what comes from here on. */
  mark(): void {
    this.#events = []
  }

  /** The first such event since the mark, as soon as it is there. */
  async next(holds: (event: TappedEvent) => boolean, what: string): Promise<TappedEvent> {
    let late = false
    let wake: () => void = () => undefined
    const timer = setTimeout(() => {
      late = true
      wake()
    }, patience)
    try {
      for (;;) {
        const event = this.#events.find(holds)
        if (event !== undefined) return event
        if (late) throw new Error(`no event in ${patience / 1000} s: ${what}`)
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        this.#waiting.add(resolve)
        await unlessStopped(this.#signal, promise).finally(() => this.#waiting.delete(resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }

  joined(container: string, network: string): Promise<TappedEvent> {
    const holds = (e: TappedEvent): boolean =>
      e.action === 'connect' && e.container === container && e.network === network
    return this.next(holds, `${container.slice(0, 12)} joins ${network.slice(0, 12)}`)
  }

  [Symbol.dispose](): void {
    this.#sent.destroy()
  }
}
