// Facts: the crash back-off, and which of StartedAt, FinishedAt and RestartCount each act moves.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'
import { crashing } from './world.ts'

const never = '0001-01-01T00:00:00Z'

export function crashFacts(open: Open): void {
  test('back-off: restarting counts as running, without a process and without endpoints', async () => {
    await using world = open()
    const network = await world.network('net')
    const recorder = await world.events()
    const id = await world.run('a', { networks: ['net'], command: crashing, policy: 'always' })
    const seen = await world.crashed(recorder, id, 3)
    expect(seen.State).toMatchObject({ Status: 'restarting', Running: true, Restarting: true, Pid: 0, ExitCode: 3 })
    expect(seen.RestartCount).toBeGreaterThanOrEqual(3)
    expect(seen.NetworkSettings.Networks[world.name('net')]).toMatchObject({ NetworkID: network, EndpointID: '' })
    await world.docker.getContainer(id).remove({ force: true })
  })

  test('back-off shows in a list as restarting', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.run('a', { command: crashing, policy: 'always' })
    await world.crashed(recorder, id, 5)
    const listed = await world.listed(id)
    expect(listed?.State).toBe('restarting')
    expect(listed?.Status).toMatch(/^Restarting \(3\) .* ago$/)
    await world.docker.getContainer(id).remove({ force: true })
  })

  test('a crash counts; a kill in back-off ends it; a start by hand begins to count anew', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.run('a', { command: crashing, policy: 'always' })
    const seen = await world.crashed(recorder, id, 5)
    await world.docker.getContainer(id).kill()
    const killed = await world.inspect(id)
    expect(killed.State).toMatchObject({ Status: 'exited', Restarting: false, ExitCode: 3 })
    expect(killed.RestartCount).toBe(seen.RestartCount)
    await world.start(id)
    expect((await world.inspect(id)).RestartCount).toBeLessThan(seen.RestartCount)
    await world.docker.getContainer(id).remove({ force: true })
  })

  test('never stopped: FinishedAt is zero', async () => {
    await using world = open()
    const id = await world.run('a')
    expect((await world.inspect(id)).State.FinishedAt).toBe(never)
  })

  test('stop and start: FinishedAt stays, StartedAt passes it, nothing is counted', async () => {
    await using world = open()
    const id = await world.run('a')
    const running = await world.inspect(id)
    await world.stop(id)
    const stopped = await world.inspect(id)
    expect(stopped.State.StartedAt).toBe(running.State.StartedAt)
    expect(Date.parse(stopped.State.FinishedAt)).toBeGreaterThanOrEqual(Date.parse(stopped.State.StartedAt))
    await world.start(id)
    const again = await world.inspect(id)
    expect(again.State.FinishedAt).toBe(stopped.State.FinishedAt)
    expect(Date.parse(again.State.StartedAt)).toBeGreaterThanOrEqual(Date.parse(again.State.FinishedAt))
    expect(again.RestartCount).toBe(0)
    expect(again.Created).toBe(running.Created)
  })

  test('restart: another StartedAt and FinishedAt, nothing is counted, networks are kept', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a')
    await world.connect(network, id)
    const before = await world.inspect(id)
    await world.docker.getContainer(id).restart({ t: 30 })
    const after = await world.inspect(id)
    expect(after.State.StartedAt).not.toBe(before.State.StartedAt)
    expect(after.State.FinishedAt).not.toBe(never)
    expect(after.RestartCount).toBe(0)
    expect((await world.entry(id, 'net'))?.NetworkID).toBe(network)
    expect((await world.entry(id, 'net'))?.EndpointID).not.toBe('')
  })

  test('a kill counts as a stop by hand: the restart policy stays out', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.run('a', { policy: 'unless-stopped' })
    await world.docker.getContainer(id).kill()
    await recorder.heardOf(id, 'die')
    await world.settle(recorder)
    const seen = await world.inspect(id)
    expect(seen.State).toMatchObject({ Status: 'exited', ExitCode: 137, Restarting: false })
    expect(seen.RestartCount).toBe(0)
  })

  test('start of a running one and stop of a stopped one: 304', async () => {
    await using world = open()
    const id = await world.run('a')
    expect((await world.refused(world.start(id))).status).toBe(304)
    await world.stop(id)
    expect((await world.refused(world.stop(id))).status).toBe(304)
  })
}
