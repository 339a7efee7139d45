/** What happens to netheal itself: paused, given another config, stopped, killed in the middle of a heal. */
import { setTimeout as pause } from 'node:timers/promises'
import { ok } from './network-operators.ts'
import { anyWanted, detach, explicit, type Operator } from './operators.ts'
import { configOf, isOn } from './stage.ts'

const paused: Operator = {
  name: 'detach under a pause',
  weight: 2,
  async run(work) {
    const { stage, model } = work
    const app = anyWanted(work)
    await ok(stage.netheal.command('pause', '10m'))
    await detach(stage, app)
    await model.noticed(explicit(app))
    if (await isOn(stage.network, app.container)) throw new Error(`${app.title} was attached under a pause`)
    await ok(stage.netheal.command('resume'))
    return explicit(app)
  },
}

const reload: Operator = {
  name: 'config reloaded',
  weight: 2,
  async run({ stage, note }) {
    const { spare } = stage.apps
    const since = stage.daemon.lines.length
    note(spare.wanted ? 'without the spare one' : 'with the spare one')
    await stage.netheal.configure(configOf(!spare.wanted))
    stage.daemon.signal('SIGHUP')
    await stage.daemon.said('config reloaded', { since })
    spare.wanted = !spare.wanted
    // What was done to it while nobody asked for it is no loss.
    if (spare.wanted) return []
    // Nobody asks for it any more: what is done to it stays done, until somebody does again.
    await detach(stage, spare)
    return []
  },
}

const badReload: Operator = {
  name: 'bad config, not reloaded',
  weight: 1,
  async run(work) {
    const { stage } = work
    const app = anyWanted(work)
    const since = stage.daemon.lines.length
    await stage.netheal.writeConfig('{"attachments": [{"containers": ["x"], "netwrok": "y"}]}')
    stage.daemon.signal('SIGHUP')
    await stage.daemon.said('config not reloaded; the old one stays in effect', { since })
    await stage.netheal.configure(configOf(stage.apps.spare.wanted))
    await detach(stage, app)
    return explicit(app)
  },
}

const killed: Operator = {
  name: 'netheal killed in the middle of a heal',
  weight: 3,
  async run(work) {
    const { stage, random } = work
    const app = anyWanted(work)
    const moment = random.next() * 250
    const doomed = stage.daemon
    await Promise.all([detach(stage, app), pause(moment).then(() => doomed.signal('SIGKILL'))])
    await doomed.ended()
    stage.daemon = stage.netheal.start()
    return explicit(app)
  },
}

const killedBefore: Operator = {
  name: 'detach while netheal is dead',
  weight: 1,
  async run(work) {
    const { stage } = work
    const app = anyWanted(work)
    stage.daemon.signal('SIGKILL')
    await stage.daemon.ended()
    await detach(stage, app)
    stage.daemon = stage.netheal.start()
    return explicit(app)
  },
}

const stopped: Operator = {
  name: 'netheal stopped and started',
  weight: 1,
  async run({ stage }) {
    const code = await stage.daemon.stop()
    if (code !== 0) throw new Error(`netheal ended with ${code} on SIGTERM: ${stage.daemon.stderr}`)
    stage.daemon = stage.netheal.start()
    return []
  },
}

export const nethealOperators: readonly Operator[] = [paused, reload, badReload, killed, killedBefore, stopped]
