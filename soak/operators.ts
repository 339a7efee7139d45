/** What operators do to their host, each at random moments; each says what it has lost by it. model.ts says what must hold then. */
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../test/support/until.ts'
import type { Loss, Model } from './model.ts'
import { nethealOperators } from './netheal-operators.ts'
import { networkOperators } from './network-operators.ts'
import type { Random } from './random.ts'
import { reachOperators } from './reach-operators.ts'
import { type App, isOn, release, type Stage, startOf } from './stage.ts'
import type { Timings } from './timings.ts'

/** What an operator works with. `step` is the number of the step. */
export interface Work {
  readonly stage: Stage
  readonly model: Model
  readonly random: Random
  readonly timings: Timings
  readonly step: number
  /** Says to what it is done: chosen by chance, so it belongs to the step's name. */
  note(what: string): void
}

export interface Operator {
  readonly name: string
  /** How often it comes, among the others. */
  readonly weight: number
  run(work: Work): Promise<readonly Loss[]>
}

/** One of those that a rule asks for. */
export function anyWanted({ stage, random, note }: Work): App {
  const app = random.pick(Object.values(stage.apps).filter(a => a.wanted))
  note(app.title)
  return app
}

export function explicit(...apps: readonly App[]): readonly Loss[] {
  return apps.map(app => ({ id: app.container.id, cause: 'explicit' }))
}

export async function detach({ network }: Stage, app: App): Promise<void> {
  await network.handle.disconnect({ Container: app.container.id })
}

/** It has been started by its operator. */
export async function restamp(app: App): Promise<void> {
  app.startedAt = await startOf(app.container)
}

export async function running({ title, container }: App): Promise<void> {
  await until(async () => (await container.handle.inspect()).State.Running, {
    what: `${title} to run`,
    deadline: 60_000,
  })
}

async function replaced(app: App, make: () => Promise<App['container']>): Promise<readonly Loss[]> {
  app.container = await make()
  await restamp(app)
  return [{ id: app.container.id, cause: 'replaced' }]
}

const detachOne: Operator = {
  name: 'detach',
  weight: 6,
  async run(work) {
    const { stage, timings } = work
    const app = anyWanted(work)
    stage.connects.delete(app.container.id)
    await detach(stage, app)
    await timings.heal(stage, app)
    return explicit(app)
  },
}

const detachAll: Operator = {
  name: 'detach all at once',
  weight: 2,
  async run({ stage }) {
    const apps = Object.values(stage.apps).filter(a => a.wanted)
    await Promise.all(apps.map(app => detach(stage, app)))
    return explicit(...apps)
  },
}

const detachTwice: Operator = {
  name: 'detach, and again as soon as it is back',
  weight: 2,
  async run(work) {
    const { stage } = work
    const app = anyWanted(work)
    await detach(stage, app)
    await until(() => isOn(stage.network, app.container), { what: 'the first heal', deadline: 60_000, every: 1 })
    await detach(stage, app)
    return explicit(app, app)
  },
}

const redeploy: Operator = {
  name: 'redeploy, the old one first',
  weight: 4,
  async run({ stage, step }) {
    const { worker } = stage.apps
    await worker.container.handle.remove({ force: true })
    return await replaced(worker, () => release(stage, 'worker', step))
  },
}

const roll: Operator = {
  name: 'rolling update',
  weight: 3,
  async run({ stage, step }) {
    const { backend } = stage.apps
    const old = backend.container
    const losses = await replaced(backend, () => release(stage, 'backend', step))
    await old.handle.remove({ force: true })
    return losses
  },
}

const recreate: Operator = {
  name: 'compose up --force-recreate',
  weight: 3,
  async run({ stage, step }) {
    const { web } = stage.apps
    const old = web.container
    return await replaced(web, async () => {
      const labels = { 'com.docker.compose.replace': old.id }
      const name = `${old.id.slice(0, 12)}_${old.name}`
      const fresh = await release(stage, 'web', step, { name, labels, start: false })
      await old.handle.stop()
      await old.handle.remove()
      await fresh.handle.rename({ name: old.name })
      await fresh.handle.start()
      return { ...fresh, name: old.name }
    })
  },
}

/** Stops and starts that leave every entry where it is: no loss. */
function lifecycle(name: string, weight: number, run: (app: App, work: Work) => Promise<unknown>): Operator {
  return {
    name,
    weight,
    async run(work) {
      const app = anyWanted(work)
      await run(app, work)
      await running(app)
      await restamp(app)
      return []
    },
  }
}

const restart = lifecycle('restart', 2, app => app.container.handle.restart())

const stopAndStart = lifecycle('stop, and start', 2, async (app, { random }) => {
  await app.container.handle.stop()
  await pause(random.next() * 300)
  await app.container.handle.start()
})

const killAndStart = lifecycle('kill, and start', 1, async app => {
  await app.container.handle.kill()
  await app.container.handle.start()
})

const crash = lifecycle('crash, and its policy starts it', 1, async (app, { stage }) => {
  const { handle, id } = app.container
  const isAnother = async (): Promise<boolean> => (await handle.inspect()).State.StartedAt !== app.startedAt
  const crashed = async (): Promise<boolean> => {
    // A signal in the first moments of a run, before the trap, is lost: then it is sent again.
    await stage.box.exec(id, ['kill', '-USR1', '1'])
    return await until(isAnother, { what: 'the next run', deadline: 5_000 })
  }
  await until(crashed, { what: 'the crash, and the next run', deadline: 60_000, every: 200 })
})

const detachStopped: Operator = {
  name: 'detach while it is stopped',
  weight: 2,
  async run(work) {
    const { stage } = work
    const app = anyWanted(work)
    await app.container.handle.stop()
    await stage.network.handle.disconnect({ Container: app.container.id, Force: true })
    await app.container.handle.start()
    await restamp(app)
    return explicit(app)
  },
}

const rename: Operator = {
  name: 'rename away, and back',
  weight: 1,
  async run({ stage, random }) {
    const { handle, name } = stage.apps.worker.container
    await handle.rename({ name: 'pms-worker-aside' })
    await pause(random.next() * 300)
    await handle.rename({ name })
    return []
  },
}

/** Of the spare one alone: it has no names to be proven, and Docker 20.10 hangs for good where a pause meets an exec. */
const frozenByDocker: Operator = {
  name: 'docker pause, and unpause',
  weight: 2,
  async run({ stage, note }) {
    const { spare } = stage.apps
    const { handle } = spare.container
    await handle.pause()
    if (spare.wanted) {
      note('with a detach between them')
      await detach(stage, spare)
      await until(() => isOn(stage.network, spare.container), { what: 'a paused one to be attached', deadline: 60_000 })
    }
    await handle.unpause()
    return spare.wanted ? explicit(spare) : []
  },
}

export const operators: readonly Operator[] = [
  ...[detachOne, detachAll, detachTwice, redeploy, roll, recreate, restart, stopAndStart, killAndStart, crash],
  ...[detachStopped, rename, frozenByDocker],
  ...networkOperators,
  ...reachOperators,
  ...nethealOperators,
]

/** As often as its weight says. */
export function anyOperator(random: Random): Operator {
  return random.pick(operators.flatMap(operator => Array<Operator>(operator.weight).fill(operator)))
}
