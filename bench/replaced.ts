// One replacement beside a running daemon, seen from outside: the new container's own process and the engine's events say
// whether its networks were there before it.
import type { Daemon } from '../test/engine/daemon.ts'
import type { SandboxContainer, SandboxNetwork } from '../test/support/sandbox.ts'
import { until } from '../test/support/until.ts'
import type { EngineCalls } from './engine-calls.ts'
import type { EventTap, TappedEvent } from './event-tap.ts'
import type { App } from './redeploy.ts'

export interface Watching {
  readonly tap: EventTap
  readonly calls: EngineCalls
  /** The networks that netheal attaches it to. */
  readonly stacks: readonly SandboxNetwork[]
  /** Another container: the engine's own connect is measured on it, beside each replacement. */
  readonly control: SandboxContainer
}

export interface Replaced {
  /** How many of the networks its first process found. */
  readonly inTime: number
  /** Milliseconds from the `create` event until netheal said that all was attached, and until the `start` event, as they got here. */
  readonly healed: number
  readonly started: number
  /** Milliseconds from the `start` event to the last `connect` event, by the engine's clock; below 0 when all were in time. */
  readonly late: number
  /** Milliseconds until the engine itself has connected a running container to as many networks, all asked for at once. */
  readonly connect: number
}

export async function replaced(app: App, daemon: Daemon, watching: Watching): Promise<Replaced> {
  const { tap, stacks } = watching
  tap.mark()
  const since = daemon.lines.length
  const of = (action: string) => (e: TappedEvent) =>
    e.kind === 'container' && e.action === action && e.name.includes(app.id)
  const done = daemon.said('attached', { since, count: stacks.length }).then(() => performance.now())
  done.catch(() => undefined)
  const [created, started, { removeOld }] = await Promise.all([
    tap.next(of('create'), 'the new container'),
    tap.next(of('start'), 'its start'),
    app.deploy(),
  ])
  const joined = await Promise.all(stacks.map(({ id }) => tap.joined(created.container, id)))
  const found = await until(() => app.testimony(created.container), { what: 'what its first process found' })
  const result = {
    // One of them is the network that it was made on.
    inTime: found - 1,
    healed: (await done) - created.at,
    started: started.at - created.at,
    late: Math.max(...joined.map(it => it.engineAt)) - started.engineAt,
  }
  await removeOld()
  return { ...result, connect: await ownConnect(watching) }
}

/** Of a running container, in ms: the second of two, so that the first pays for what is cold. */
async function ownConnect({ calls, tap, stacks, control }: Watching): Promise<number> {
  let took = 0
  for (let i = 0; i < 2; i++) {
    tap.mark()
    const since = performance.now()
    await Promise.all(stacks.map(({ id }) => calls.connect(id, control.id)))
    took = performance.now() - since
    for (const { id } of stacks) await calls.disconnect(id, control.id)
  }
  return took
}
