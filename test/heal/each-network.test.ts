// A proxy that has to be on each network of some containers: the daemon, against what Coolify does with its own.
import { describe, expect, test } from 'vitest'
import { startHealer } from './healer.ts'
import { Rig, ruleFor } from './rig.ts'

const PROXY = 'coolify-proxy'
const MANAGED = { 'coolify.managed': 'true' }
const rules = [ruleFor({ containers: [PROXY], network: { ofEach: { label: MANAGED } } })]
const STACKS = Array.from({ length: 20 }, (_, i) => `stack-${String(i).padStart(2, '0')}`)

async function host(stacks: readonly string[]): Promise<Rig> {
  const rig = await Rig.open({ rules })
  for (const stack of stacks) {
    rig.simulator.createNetwork(stack)
    rig.simulator.run({ name: `app-${stack}`, networkMode: stack, labels: MANAGED })
  }
  rig.simulator.run({ name: PROXY, networkMode: 'coolify', labels: MANAGED })
  return rig
}

const isOn = (rig: Rig, stack: string): boolean => rig.simulator.isAttached(PROXY, stack)
const isWanted = (rig: Rig, stack: string): boolean =>
  rig.notebook.state.attachments[`name/${PROXY} -> ${stack}`]?.wanted !== false
const losses = (rig: Rig): readonly string[] => rig.notebook.state.detaches.map(d => `${d.network} ${d.cause}`)

describe('a proxy that belongs where its apps are', () => {
  test('a disconnect is healed, and is the loss of that network alone', async () => {
    await using rig = await host(['shop', 'blog'])
    await using _healer = await startHealer(rig)
    expect([isOn(rig, 'shop'), isOn(rig, 'blog')]).toEqual([true, true])
    await rig.simulator.disconnect('shop', PROXY)
    await rig.simulator.until(() => isOn(rig, 'shop'))
    await rig.eventually(() => rig.log.of('success').length === 3, 'the line of the success')
    expect(losses(rig)).toEqual(['shop explicit'])
  })

  test('a new app on a new network has it before its first process', async () => {
    await using rig = await host([])
    await using _healer = await startHealer(rig)
    rig.simulator.createNetwork('fresh')
    rig.simulator.createContainer({ name: 'app', networkMode: 'fresh', labels: MANAGED })
    await rig.simulator.until(() => isOn(rig, 'fresh'))
    expect(rig.simulator.container('app').status).toBe('created')
    expect(losses(rig)).toEqual([])
  })

  test('a new proxy is on all of twenty networks before its first process: no loop', async () => {
    await using rig = await host(STACKS)
    await using _healer = await startHealer(rig)
    await rig.simulator.removeContainer(PROXY)
    rig.simulator.createContainer({ name: PROXY, networkMode: 'coolify', labels: MANAGED })
    await rig.simulator.until(() => STACKS.every(stack => rig.simulator.entry(PROXY, stack) !== undefined))
    await rig.simulator.startContainer(PROXY)
    expect(STACKS.filter(stack => !isOn(rig, stack))).toEqual([])
    await rig.eventually(() => rig.log.of('success').length === 40, 'the lines of the successes')
    expect(new Set(losses(rig).map(l => l.split(' ')[1]))).toEqual(new Set(['replaced']))
    expect([losses(rig).length, rig.notebook.state.loops]).toEqual([20, []])
  })

  test('an app is removed, the proxy taken off and the network removed, ten times over: never fought, never a loss', async () => {
    await using rig = await host(['shop'])
    await using healer = await startHealer(rig)
    for (let round = 0; round < 10; round++) {
      await rig.simulator.removeContainer('app-shop')
      await rig.eventually(() => !isWanted(rig, 'shop'), 'that it is not wanted any more')
      await rig.simulator.disconnect('shop', PROXY)
      rig.simulator.removeNetwork('shop')
      rig.simulator.createNetwork('shop')
      rig.simulator.run({ name: 'app-shop', networkMode: 'shop', labels: MANAGED })
      await rig.simulator.until(() => isOn(rig, 'shop'))
      await rig.eventually(() => rig.log.of('success').length === round + 2, 'the line of the success')
    }
    const passed = healer.passes.length
    healer.wake('test')
    await rig.eventually(() => healer.passes.length > passed, 'a look at all of it')
    expect([losses(rig), rig.notebook.state.loops, rig.log.of('failed')]).toEqual([[], [], []])
  })

  test('what is left alone with it on a network is not put back, and left where it is', async () => {
    await using rig = await host(['shop'])
    await using healer = await startHealer(rig)
    await rig.simulator.removeContainer('app-shop')
    healer.wake('test')
    await rig.eventually(() => !isWanted(rig, 'shop'), 'that it is not wanted any more')
    expect(isOn(rig, 'shop')).toBe(true)
    await rig.simulator.disconnect('shop', PROXY)
    const passed = healer.passes.length
    healer.wake('test')
    await rig.eventually(() => healer.passes.length > passed, 'a look at all of it')
    expect([isOn(rig, 'shop'), losses(rig)]).toEqual([false, []])
  })
})

test('a thousand networks of five thousand containers cost a full pass its two lists, and not a call for each', async () => {
  await using rig = await Rig.open({ rules })
  const stacks = Array.from({ length: 1_000 }, (_, i) => `n-${i}`)
  for (const stack of stacks) rig.simulator.createNetwork(stack)
  for (let i = 0; i < 5_000; i++)
    rig.simulator.run({ name: `app-${i}`, networkMode: stacks[i % stacks.length] ?? '', labels: MANAGED })
  rig.simulator.run({ name: PROXY, networkMode: 'coolify', labels: MANAGED })
  for (const stack of stacks) await rig.simulator.connect(stack, PROXY)
  await rig.pass()
  const calls = (): readonly number[] =>
    ['GET /containers/json', 'GET /networks', 'GET /containers/{id}/json'].map(c => rig.simulator.calls.count(c))
  const before = calls()
  const { plan } = await rig.pass()
  expect([plan.satisfied.length, plan.actions, plan.blocked]).toEqual([1_000, [], []])
  expect(calls().map((n, i) => n - (before[i] ?? 0))).toEqual([1, 1, 0])
}, 120_000)

describe('leave', () => {
  const leaving = [{ ...(rules[0] ?? ruleFor()), leave: true }]
  const GRACE = 30_000

  async function leavingHost(): Promise<Rig> {
    const rig = await Rig.open({ rules: leaving })
    for (const stack of ['shop', 'blog']) {
      rig.simulator.createNetwork(stack)
      rig.simulator.run({ name: `app-${stack}`, networkMode: stack, labels: MANAGED })
    }
    rig.simulator.run({ name: PROXY, networkMode: 'coolify', labels: MANAGED })
    // By another hand, before netheal looked.
    await rig.simulator.connect('blog', PROXY)
    return rig
  }

  test('what netheal connected is left once nobody else is there, after a while; what others connected never', async () => {
    await using rig = await leavingHost()
    await rig.pass()
    for (const stack of ['shop', 'blog']) await rig.simulator.removeContainer(`app-${stack}`)
    const { next } = await rig.pass()
    expect([isOn(rig, 'shop'), next.at]).toEqual([true, rig.clock.now() + GRACE])
    rig.clock.advance(GRACE)
    await rig.pass()
    expect([isOn(rig, 'shop'), isOn(rig, 'blog'), isOn(rig, 'coolify')]).toEqual([false, true, true])
    rig.simulator.removeNetwork('shop')
    const done = rig.log.entries
      .filter(e => 'verb' in e && e.verb === 'leave')
      .map(e => [e.kind, 'network' in e && e.network])
    expect(done).toEqual([
      ['action', 'shop'],
      ['success', 'shop'],
    ])
    await rig.pass()
    expect([losses(rig), rig.notebook.state.connected]).toEqual([[], []])
  })

  test('an application that is made anew meanwhile keeps it, and a stopped one is somebody', async () => {
    await using rig = await leavingHost()
    await rig.pass()
    await rig.simulator.removeContainer('app-shop')
    await rig.pass()
    rig.simulator.createContainer({ name: 'app-shop', networkMode: 'shop', labels: MANAGED })
    rig.clock.advance(GRACE)
    await rig.pass()
    expect(isOn(rig, 'shop')).toBe(true)
    await rig.simulator.startContainer('app-shop')
    await rig.simulator.stopContainer('app-shop')
    rig.clock.advance(GRACE)
    await rig.pass()
    expect(isOn(rig, 'shop')).toBe(true)
  })

  test('nothing is left while netheal is paused', async () => {
    await using rig = await leavingHost()
    await rig.pass()
    await rig.simulator.removeContainer('app-shop')
    await rig.pass()
    rig.clock.advance(GRACE)
    rig.pause.end = rig.clock.now() + 60_000
    await rig.pass()
    expect(isOn(rig, 'shop')).toBe(true)
  })

  test('a disconnect that is denied is said once, and not tried again', async () => {
    await using rig = await leavingHost()
    await rig.pass()
    await rig.simulator.removeContainer('app-shop')
    await rig.pass()
    rig.clock.advance(GRACE)
    rig.simulator.faults.fail({ route: 'POST /networks/{id}/disconnect', status: 403, message: 'denied' })
    await rig.pass()
    await rig.pass()
    expect(rig.log.of('failed')).toMatchObject([{ verb: 'leave', container: PROXY, network: 'shop' }])
    expect(isOn(rig, 'shop')).toBe(true)
  })
})
