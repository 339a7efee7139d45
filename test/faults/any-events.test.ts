// Whatever order, duplication or loss of events: the end is the same. The real daemon on the simulated engine (a real one
// cannot be made to tell its events wrong), with a stream between them that drops, doubles and shuffles what it tells.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Engine, EngineEvent } from '../../src/heal/ports.ts'
import { reconcile } from '../../src/heal/reconcile.ts'
import { APP, NETWORK, Rig, ruleFor, WORKER } from '../heal/rig.ts'

type App = typeof APP | typeof WORKER

const APPS: readonly App[] = [APP, WORKER]

/** What somebody does to the host; each leaves it in a state that does not depend on what netheal did in between. */
type Deed = { readonly kind: 'detach' | 'replace' | 'stop' | 'start' | 'crash' | 'pause' | 'rename'; readonly app: App }

/** How often an event is told (0: it is lost), and whether it waits for a later one to go before it. */
interface Telling {
  readonly times: 0 | 1 | 2
  readonly late: boolean
}

const commands: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('detach', 'detach', 'replace', 'stop', 'start', 'crash', 'pause', 'rename'),
    app: fc.constantFrom(APP, WORKER),
  }),
  { minLength: 1, maxLength: 6 },
)
const tellings: fc.Arbitrary<readonly Telling[]> = fc.array(
  fc.record({ times: fc.constantFrom(0, 1, 1, 2), late: fc.boolean() }),
  { minLength: 1, maxLength: 12 },
)

/** The engine, whose stream tells each event as the next of `tellings` says. */
function toldBy(engine: Engine, telling: readonly Telling[]): Engine {
  let told = 0
  return {
    ...engine,
    events(now, onEvent, signal) {
      let waiting: EngineEvent[] = []
      const tell = (event: EngineEvent): void => {
        const { times, late } = telling[told++ % telling.length] ?? { times: 1, late: false }
        const copies = Array<EngineEvent>(times).fill(event)
        if (late) {
          waiting = [...copies, ...waiting]
          return
        }
        for (const each of [...copies, ...waiting.splice(0)]) onEvent(each)
      }
      return engine.events(now, tell, signal)
    },
  }
}

async function done(rig: Rig, { kind, app }: Deed): Promise<void> {
  const { simulator } = rig
  const { status } = simulator.container(app)
  const isUp = status === 'running' || status === 'paused'
  switch (kind) {
    case 'detach':
      if (simulator.entry(app, NETWORK) !== undefined) await simulator.disconnect(NETWORK, app).catch(() => undefined)
      return
    case 'replace':
      await simulator.removeContainer(app)
      simulator.run({ name: app, networkMode: 'coolify', restart: 'unless-stopped' })
      return
    case 'stop':
      if (status === 'running') await simulator.stopContainer(app, 0)
      return
    case 'start':
      if (!isUp) await simulator.startContainer(app)
      return
    case 'crash':
      if (status === 'running') await simulator.killContainer(app)
      return
    case 'pause':
      if (status === 'running') await simulator.pauseContainer(app)
      else if (status === 'paused') await simulator.unpauseContainer(app)
      return
    case 'rename':
      await simulator.renameContainer(app, 'aside')
      await simulator.renameContainer('aside', app)
  }
}

interface End {
  readonly attached: readonly string[]
  readonly plan: readonly string[]
  readonly writes: ReadonlySet<string>
}

/** Does all this under a running daemon, lets the schedule come, and says how it ended. */
async function endOf(what: readonly Deed[], telling: readonly Telling[]): Promise<End> {
  await using rig = await Rig.open({ rules: [ruleFor({ containers: [APP, WORKER] })] })
  const stop = new AbortController()
  const deps = { ...rig.deps, engine: toldBy(rig.engine, telling) }
  const watch = { events: true, poll: '*/2 * * * *' }
  const ended = reconcile(deps, rig.settings, watch, { stop: stop.signal, abort: stop.signal })
  let failure: unknown = null
  ended.catch((error: unknown) => {
    failure = error
  })
  await rig.eventually(() => rig.isAttached(APP) && rig.isAttached(WORKER), 'the first heal', 20)
  for (const command of what) await done(rig, command)
  // Level-based: one look at the end, whatever was told before, is all that it needs.
  const isUp = (app: App): boolean => /^(running|paused)$/.test(rig.simulator.container(app).status)
  const well = (): boolean => APPS.filter(isUp).every(app => rig.isAttached(app))
  rig.clock.tick()
  await rig.eventually(() => failure !== null || well(), 'the end', 50)
  stop.abort()
  await ended
  const { plan } = await rig.pass()
  return {
    attached: APPS.filter(app => rig.isAttached(app)),
    plan: plan.actions.map(a => `${a.kind} ${a.container}`),
    writes: new Set(rig.simulator.calls.writes.map(w => w.route)),
  }
}

test('for any order, duplication or loss of events the end state is the same', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(commands, tellings, async (what, telling) => {
      const faithful = await endOf(what, [{ times: 1, late: false }])
      const mangled = await endOf(what, telling)
      expect(mangled).toEqual(faithful)
      expect(mangled.plan).toEqual([])
      expect([...mangled.writes]).toEqual(['POST /networks/{id}/connect'])
    }),
    { numRuns: 40 },
  )
})

test('with every event lost, the schedule alone comes to the same end', { timeout: 120_000 }, async () => {
  const what: readonly Deed[] = [
    { kind: 'detach', app: APP },
    { kind: 'replace', app: WORKER },
    { kind: 'stop', app: APP },
    { kind: 'start', app: APP },
  ]
  const end = await endOf(what, [{ times: 0, late: false }])
  expect(end).toEqual(await endOf(what, [{ times: 1, late: false }]))
  expect(end.attached).toEqual([APP, WORKER])
})
