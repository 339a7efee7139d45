/** What happens to the network, and to the engine under all of it. */
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../test/support/until.ts'
import type { Loss } from './model.ts'
import { anyWanted, detach, explicit, type Operator, restamp, running, type Work } from './operators.ts'
import type { App, Stage } from './stage.ts'

const aliases = { Aliases: ['supabase-db'] }

/** Off, and away from the network, whoever was on it: again after an engine restart, which starts what was stopped. */
type Emptying = () => Promise<unknown>

/** Takes the network away, and makes another of its name. `empty` first. */
async function remake(work: Work, empty: Emptying): Promise<void> {
  const { stage, note } = work
  const { name, handle } = stage.network
  await empty()
  const since = performance.now()
  let refusal = ''
  const removed = async (): Promise<boolean> => {
    try {
      await handle.remove()
      return true
    } catch (error) {
      refusal = String(error)
      // An endpoint may outlive its container for a moment; before 28 now and then for good, until it is taken off by name.
      if (performance.now() - since > 5_000) await leftoversOff(stage)
      return false
    }
  }
  const patience = { what: 'the network to go', deadline: 10_000, every: 100 }
  if (!(await until(removed, patience).catch(() => false))) {
    note('Docker had miscounted its endpoints, and was restarted')
    await recounted(stage, refusal)
    await empty()
    await until(removed, patience)
  }
  stage.network = await stage.box.network('stack', { name })
}

/**
 * Docker 20.10 loses count of a network's endpoints where containers are stopped and started side by side, with nobody
 * connecting anything: then it refuses to remove the network, and its inspect names nobody. It counts anew when it
 * starts, and says so; a refusal of any other kind fails.
 */
async function recounted(stage: Stage, refusal: string): Promise<void> {
  const { name, handle } = stage.network
  const { Containers = {} } = await handle.inspect()
  if (Object.keys(Containers).length > 0)
    throw new Error(`the network does not go: ${refusal}; on it: ${JSON.stringify(Containers)}`)
  const said = `Fixing inconsistent endpoint_cnt for network ${name}.`
  const times = async (): Promise<number> => (await stage.engine.log(Number.POSITIVE_INFINITY)).split(said).length
  const before = await times()
  await stage.engine.restart()
  await allBack(stage)
  if ((await times()) === before) throw new Error(`the network does not go, and was not miscounted: ${refusal}`)
}

async function leftoversOff({ network }: Stage): Promise<void> {
  const { Containers = {} } = await network.handle.inspect()
  for (const { Name } of Object.values(Containers))
    await network.handle.disconnect({ Container: Name, Force: true }).catch(() => undefined)
}

function recreated(apps: readonly App[]): readonly Loss[] {
  return apps.map(app => ({ id: app.container.id, cause: 'network-recreated' }))
}

const members = (stage: Stage): readonly App[] => Object.values(stage.apps).filter(a => a.wanted)

/** Those that are on it without a rule: netheal lets them be, so their operator takes them off. */
async function strangersOff(stage: Stage): Promise<void> {
  for (const app of Object.values(stage.apps)) {
    if (!app.wanted) await stage.network.handle.disconnect({ Container: app.container.id }).catch(() => undefined)
  }
}

const underPause: Operator = {
  name: 'network made anew, under a pause',
  weight: 2,
  async run(work) {
    const { stage, model } = work
    const { netheal, database } = stage
    await ok(netheal.command('pause', '10m'))
    const apps = members(stage)
    for (const app of apps) await detach(stage, app)
    await model.noticed(recreated(apps))
    await stage.network.handle.disconnect({ Container: database.id })
    await remake(work, () => strangersOff(stage))
    await stage.network.handle.connect({ Container: database.id, EndpointConfig: aliases })
    await ok(netheal.command('resume'))
    return recreated(apps)
  },
}

const whileStopped: Operator = {
  name: 'network made anew, its members stopped',
  weight: 1,
  async run(work) {
    const { stage } = work
    const { database } = stage
    const apps = members(stage)
    await remake(work, async () => {
      await strangersOff(stage)
      // One after another: Docker 20.10 may lock itself up for good where five of a network stop at once.
      for (const { handle } of [database, ...apps.map(a => a.container)]) await handle.stop()
    })
    // The database is no concern of netheal's: its operator repairs it.
    const { handle } = stage.network
    await handle.disconnect({ Container: database.id, Force: true })
    await handle.connect({ Container: database.id, EndpointConfig: aliases })
    await database.handle.start()
    for (const app of apps) {
      const repaired = async (): Promise<boolean> => {
        const { NetworkSettings } = await app.container.handle.inspect()
        const id = NetworkSettings.Networks[stage.network.name]?.NetworkID
        return id === stage.network.id || id === ''
      }
      await until(repaired, { what: `the entry of ${app.title} to be repaired`, deadline: 60_000 })
      await app.container.handle.start()
      await restamp(app)
    }
    return recreated(apps)
  },
}

export async function allBack(stage: Stage): Promise<void> {
  const apps = Object.values(stage.apps)
  for (const app of apps) await running(app)
  for (const { handle } of [stage.database, stage.bystander])
    await until(async () => (await handle.inspect()).State.Running, { what: 'all to run again', deadline: 60_000 })
  for (const app of apps) await restamp(app)
  await stage.listen()
}

const restarted: Operator = {
  name: 'engine restarted',
  weight: 1,
  async run({ stage, random, note }) {
    const signal = random.pick(['SIGTERM', 'SIGKILL'] as const)
    note(signal)
    await stage.engine.restart(signal)
    await allBack(stage)
    return []
  },
}

const frozen: Operator = {
  name: 'engine frozen, with a detach that waits',
  weight: 1,
  async run(work) {
    const { stage, random } = work
    const app = anyWanted(work)
    await stage.engine.freeze()
    const detached = detach(stage, app)
    await pause(500 + random.next() * 2_000)
    stage.engine.thaw()
    await detached
    return explicit(app)
  },
}

export async function ok(command: Promise<{ code: number | null; stderr: string }>): Promise<void> {
  const { code, stderr } = await command
  if (code !== 0) throw new Error(`netheal ended with ${code}: ${stderr}`)
}

export const networkOperators: readonly Operator[] = [underPause, whileStopped, restarted, frozen]
