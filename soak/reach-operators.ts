/** What leaves every entry where it is while nothing is reached: interfaces, bridges, packets, the database itself, and entries that lie. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { until } from '../test/support/until.ts'
import { allBack, ok } from './network-operators.ts'
import { anyWanted, detach, explicit, type Operator } from './operators.ts'
import type { App, Stage } from './stage.ts'

/** Docker 28 refuses it after the entry was made; earlier engines take it. */
const NONSENSE = { DriverOpts: { 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.nonsense=1' } }

/** On the engine's host: in its network namespace. */
async function onHost({ engine }: Stage, ...argv: readonly string[]): Promise<void> {
  const [file = '', ...args] = [...engine.inside, ...argv]
  await promisify(execFile)(file, args)
}

const bridgeOf = ({ network }: Stage): string => `br-${network.id.slice(0, 12)}`

async function endpointOf({ network }: Stage, { container }: App) {
  const { NetworkSettings } = await container.handle.inspect()
  return NetworkSettings.Networks[network.name]
}

const interfaceDeleted: Operator = {
  name: 'interface deleted inside',
  weight: 2,
  async run(work) {
    const { stage } = work
    const { box } = stage
    const app = anyWanted(work)
    const { EndpointID: before, IPAddress: address } = (await endpointOf(stage, app)) ?? {}
    const { output } = await box.exec(app.container.id, ['ip', '-o', '-4', 'addr'])
    const line = output.split('\n').find(l => l.includes(` ${address}/`)) ?? ''
    await box.exec(app.container.id, ['ip', 'link', 'del', /^\d+: (\S+)/.exec(line)?.[1] ?? ''])
    await until(async () => ![before, ''].includes((await endpointOf(stage, app))?.EndpointID), {
      what: 'another endpoint',
      deadline: 60_000,
    })
    return []
  },
}

const bridgeDown: Operator = {
  name: 'bridge set down, and up',
  weight: 1,
  async run({ stage, model }) {
    await onHost(stage, 'ip', 'link', 'set', bridgeOf(stage), 'down')
    await model.unreachable(['bridge-missing'])
    await onHost(stage, 'ip', 'link', 'set', bridgeOf(stage), 'up')
    return []
  },
}

const bridgeDeleted: Operator = {
  name: 'bridge deleted, and the engine restarted',
  weight: 1,
  async run({ stage, model }) {
    await onHost(stage, 'ip', 'link', 'del', bridgeOf(stage))
    await model.unreachable(['bridge-missing'])
    await stage.engine.restart()
    await allBack(stage)
    return []
  },
}

const dropped: Operator = {
  name: 'packets dropped, and let through',
  weight: 1,
  async run({ stage, model }) {
    // As a firewall that was set up anew: it drops between containers of one bridge only where the kernel shows it those.
    await onHost(stage, 'sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1')
    const rule = ['FORWARD', '-p', 'tcp', '--dport', '5432', '-j', 'DROP']
    await onHost(stage, 'iptables', '-I', ...rule)
    await model.unreachable(['no-answer'])
    await onHost(stage, 'iptables', '-D', ...rule)
    return []
  },
}

const databaseStopped: Operator = {
  name: 'database stopped, and started',
  weight: 1,
  async run({ stage, model }) {
    await stage.database.handle.stop()
    await model.unreachable(['unresolved', 'no-answer', 'foreign-address'])
    await stage.database.handle.start()
    return []
  },
}

const databasePaused: Operator = {
  name: 'database paused, and unpaused',
  weight: 1,
  async run({ stage, model }) {
    await stage.database.handle.pause()
    await model.unreachable(['target-paused'])
    await stage.database.handle.unpause()
    return []
  },
}

const polluted: Operator = {
  name: 'entry that lies, made under a pause',
  weight: 2,
  async run(work) {
    const { stage, model, note } = work
    const app = anyWanted(work)
    await ok(stage.netheal.command('pause', '10m'))
    await detach(stage, app)
    await model.noticed(explicit(app))
    const refused = await stage.network.handle.connect({ Container: app.container.id, EndpointConfig: NONSENSE }).then(
      () => false,
      () => true,
    )
    note(refused ? 'the engine refused it half-way' : 'the engine took it')
    await ok(stage.netheal.command('resume'))
    return explicit(app)
  },
}

export const reachOperators: readonly Operator[] = [
  ...[interfaceDeleted, bridgeDown, bridgeDeleted, dropped, databaseStopped, databasePaused, polluted],
]
