/** A loop made by hand tells the same story everywhere: in the history, in the state, and in the status. */
import { appendFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate } from './estate.ts'
import { type Installation, install } from './installation.ts'

interface HistoryAnswer {
  readonly losses: readonly {
    readonly container: string
    readonly network: string
    readonly at: string
    readonly cause: string | null
    readonly outcome: string
    readonly milliseconds: number | null
    readonly healedAt: string | null
    readonly outage: { readonly min: number; readonly max: number } | null
    readonly evidence: { readonly containerId: string } | null
  }[]
  readonly loops: readonly Record<string, unknown>[]
  readonly unreadable: { readonly lines: number; readonly files: readonly unknown[] }
}

async function historyOf(netheal: Installation, ...flags: readonly string[]): Promise<HistoryAnswer> {
  const { code, stdout, stderr } = await netheal.command('history', '--json', ...flags)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as HistoryAnswer
}

/** Almost a file's worth of lines that say nothing, so that the log rolls in the middle of what the test does. */
async function almostFull(folder: string): Promise<void> {
  await mkdir(folder)
  const quiet = '[2025-12-29 14:32:05 UTC] OK: pms-worker-v2 already attached to bccg4gs4o4kgsowocw08wkw4\n'
  await appendFile(join(folder, 'actions.1.log'), quiet.repeat(Math.floor(3_400 / quiet.length)))
}

describeReal('a loop, made by hand', () => {
  describe.for(['text', 'json'] as const)('with a %s log that rolls meanwhile', format => {
    test('a loop that is made by hand is the same in history, state and status', { timeout: 120_000 }, async () => {
      await using box = sandbox()
      const host = await estate(box)
      const { backend, worker, stack } = host
      await using netheal = await install(realEngine(), configFor(host))
      const at = (name: string): string => join(netheal.folder, name)
      await netheal.writeConfig(
        JSON.stringify({
          ...configFor(host),
          loop: { detaches: 3, within: '5m', clearAfter: '15m' },
          watch: { poll: false },
          docker: { host: `unix://${realEngine().socketPath}` },
          log: { directory: at('log'), format, maxSize: '4k', keep: 20 },
          state: { directory: at('state') },
          lock: { directory: at('lock') },
        }),
      )
      await almostFull(at('log'))
      const daemon = await netheal.running()
      for (let count = 1; count <= 4; count++) {
        await daemon.said('attached', { container: backend.name, count })
        await detach(stack, backend)
      }
      await daemon.said('attached', { container: backend.name, count: 5 })
      await until(async () => (await netheal.detaches()).length === 4, { what: 'four detaches', deadline: 40_000 })
      await daemon.said('loop flagged', { container: backend.name })
      expect(await daemon.stop()).toBe(0)
      expect((await readdir(at('log'))).filter(name => /^actions\.\d+\.log$/.test(name)).length).toBeGreaterThan(1)

      const { losses, loops, unreadable } = await historyOf(netheal)
      expect(unreadable).toMatchObject({ lines: 0, files: [] })
      const first = losses.filter(l => l.cause === null)
      expect(first.map(l => l.container).sort()).toEqual([backend.name, worker.name].sort())
      const lost = losses.filter(l => l.cause !== null)
      const state = await netheal.detaches()
      // The same moments and causes, with the same evidence, each healed.
      expect(
        lost.map(({ container, network, at, cause, evidence }) => ({ container, network, at, cause, evidence })),
      ).toEqual(
        state.map(({ container, network, at, cause, evidence }) => ({
          ...{ container, network, cause, evidence },
          at: new Date(at).toISOString(),
        })),
      )
      expect(lost.map(l => [l.cause, l.outcome])).toEqual([0, 1, 2, 3].map(() => ['explicit', 'healed']))
      for (const { milliseconds } of lost) expect(milliseconds).toBeTypeOf('number')
      // An event told of each: the moment of the loss is known.
      for (const { evidence } of state) expect(evidence.lostAt).toBeTypeOf('number')

      const { answer: status } = await netheal.status()
      const shown = status.attachments.find(a => a.container === backend.name)
      expect(shown?.lastDetach).toEqual({ at: lost.at(-1)?.at, cause: 'explicit' })
      expect(status.loops).toHaveLength(1)
      const { container, network, kind, cause, source, count, since, every } = status.loops[0] ?? {}
      expect(loops).toMatchObject([{ container, network, kind, cause, source, count, since, every, clearedAt: null }])
      expect(count).toBe(4)

      // From the log alone: to the second, as far as text goes.
      const alone = (await historyOf(netheal, '--log', at('log'))).losses.filter(l => l.cause !== null)
      const exact = format === 'json' ? 24 : 19
      expect(alone.map(l => l.at.slice(0, exact))).toEqual(lost.map(l => l.at.slice(0, exact)))
      expect(alone.every(l => (l.evidence === null) === (format === 'text'))).toBe(true)

      const { stdout } = await netheal.command('history', '--container', backend.name)
      expect(stdout).toContain(`LOOP ${backend.name} lost ${stack.name} 4 times`)
      expect(stdout).toContain('(outside-detach), still going on')
      expect(stdout).not.toContain(worker.name)
    })
  })
})

/** Milliseconds by which an event's stamp may differ from this process's clock. */
const CLOCKS = 50

describeReal('the outage beside the heal', () => {
  test('of a loss that a one-shot finds: since the event that the engine remembers, not only since it was noticed', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(realEngine(), configFor(host))
    expect((await netheal.once()).code).toBe(0)
    const seen = Date.now()
    // A restart takes the network away and gives it back: that is not when it was lost.
    await host.backend.handle.restart({ t: 0 })
    const before = Date.now()
    await detach(host.stack, host.backend)
    const after = Date.now()
    expect((await netheal.once()).code).toBe(0)
    const { lostAt } = (await netheal.detaches()).at(-1)?.evidence ?? {}
    expect(lostAt).toBeGreaterThanOrEqual(before - CLOCKS)
    expect(lostAt).toBeLessThanOrEqual(after + CLOCKS)
    const { losses } = await historyOf(netheal)
    const lost = losses.find(l => l.cause === 'explicit')
    if (lost?.outage == null || lost.milliseconds === null || lost.healedAt === null)
      throw new Error(JSON.stringify(lost))
    const { min, max } = lost.outage
    expect(min).toBeGreaterThanOrEqual(Math.floor(lost.milliseconds))
    expect(max).toBe(min)
    // It was attached when the first one-shot looked, and that is as long as it can have been off.
    expect(max).toBeLessThanOrEqual(Date.parse(lost.healedAt) - seen + CLOCKS)
    const [success] = (await netheal.logged('SUCCESS')).filter(l => l.includes('(off for '))
    expect(success).toContain(`Connected ${host.backend.name} to ${host.stack.name} in `)
    const { stdout } = await netheal.command('history')
    expect(stdout).toMatch(/explicit {2}attached again in .*, off for [\d.]+ m?s$/m)
  })
})
