/** The clock of the whole process jumps under the built daemon on a real engine: Debian's libfaketime, and no injected clock. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { configFor, detach, estate, isAttached } from '../engine/estate.ts'
import { install } from '../engine/installation.ts'
import { prepareCommand } from '../support/debian-package.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { fakeTimeOf } from './fake-time.ts'
import { attached, EVERY_TWO_SECONDS, endsHealed, scene } from './scene.ts'

const faketime =
  inject('engine') === null ? { absence: 'needs an engine' } : await prepareCommand('faketime', 'faketime')

describeReal('the clock jumps', () => {
  describe.skipIf('absence' in faketime)('(needs faketime)', () => {
    test.for([
      ['a day ahead, and back', '+1d'],
      ['a day back, and ahead', '-1d'],
      ['ten years back, and ahead', '-3650d'],
    ] as const)('the clock jumps: %s', { timeout: 180_000 }, async ([, jump]) => {
      await using folder = await fresh()
      const clock = join(folder.path, 'clock')
      await writeFile(clock, '+0')
      await using stage = await scene({
        watch: EVERY_TWO_SECONDS,
        prepare: async netheal => void Object.assign(netheal.env, await fakeTimeOf(clock)),
      })
      const { host, netheal, daemon } = stage
      for (const to of [jump, '+0']) {
        const before = await netheal.lastPassAt()
        await writeFile(clock, to)
        for (const app of [host.backend, host.worker]) {
          await detach(host.stack, app)
          await attached(host, app)
        }
        const jumped = async (): Promise<boolean> => Math.abs((await netheal.lastPassAt()) - before) > 3_600_000
        await until(jumped, { what: 'a pass that is dated by the new clock' })
      }
      await daemon.said('attached', { container: host.worker.name, count: 3 })
      await endsHealed(stage)
      expect((await netheal.detaches()).map(d => d.cause)).toEqual(Array(6).fill('explicit'))
    })

    // node-cron waits for the time that it saw last: what ticks meanwhile is the daemon's own guard, after two minutes at most.
    test.runIf(process.env.NETHEAL_TEST_FAULTS === '1')(
      'the clock jumps: a day back: the schedule alone goes on',
      {
        timeout: 300_000,
      },
      async () => {
        await using folder = await fresh()
        const clock = join(folder.path, 'clock')
        await writeFile(clock, '+0')
        await using box = sandbox()
        const host = await estate(box)
        const watch = { events: false, ...EVERY_TWO_SECONDS }
        await using netheal = await install(realEngine(), { ...configFor(host, { resolve: [] }), watch })
        Object.assign(netheal.env, await fakeTimeOf(clock))
        const daemon = netheal.start()
        for (const app of [host.backend, host.worker]) await attached(host, app)
        await writeFile(clock, '-1d')
        // The first time it may come as it was timed before the jump.
        for (const app of [host.backend, host.worker]) {
          await detach(host.stack, app)
          await until(() => isAttached(host.stack, app), { what: 'the schedule', deadline: 200_000, every: 200 })
        }
        expect(await daemon.stop()).toBe(0)
      },
    )
  })
})

async function fresh(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'netheal-clock-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
