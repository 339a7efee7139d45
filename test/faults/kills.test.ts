/**
 * SIGKILL of the built daemon at random moments of healing, on a real engine: ten in every test run, two hundred in the
 * fault suite. NETHEAL_TEST_SEED repeats the moments of a failure, as far as the machine is as fast.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Random, randomFrom } from '../../soak/random.ts'
import type { State } from '../../src/core/state.ts'
import { readState } from '../../src/record/state.ts'
import { detach, type Estate, estate, startedAt } from '../engine/estate.ts'
import { type Installation, install } from '../engine/installation.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { attached, EVENTS_ONLY, nothingTorn } from './scene.ts'
import { type Counter, startsOf } from './starts.ts'

/** A rule allows 60 restarts an hour: each batch has containers of its own. */
const BATCH = 25
const kills = Number(process.env.NETHEAL_TEST_KILLS ?? (process.env.NETHEAL_TEST_FAULTS === '1' ? 200 : 10))
const seed = Number(process.env.NETHEAL_TEST_SEED ?? Math.floor(Math.random() * 1e9))
const batches = Array.from({ length: Math.ceil(kills / BATCH) }, (_, at) => ({
  number: at + 1,
  count: Math.min(BATCH, kills - at * BATCH),
}))

/** The estate under two rules: the backend must never be restarted, the worker once after each attach. */
interface Field {
  readonly host: Estate
  readonly netheal: Installation
  readonly workerStarts: Counter
  /** How long a heal with its restart takes here, in milliseconds. */
  readonly healing: number
  /** Detaches that were made, by container name. */
  readonly detaches: Map<string, number>
}

describeReal('killed', () => {
  test.for(batches)(
    'killed at random moments of healing: batch $number',
    { timeout: 900_000 },
    async ({ number, count }) => {
      const random = randomFrom(seed + number)
      await using box = sandbox()
      const host = await estate(box)
      const { backend, worker } = host
      const rule = { network: host.stack.name }
      const restart = { when: 'after-attach', cooldown: '0s', maxPerHour: 60 }
      await using netheal = await install(realEngine(), {
        attachments: [
          { ...rule, containers: [backend.name] },
          { ...rule, containers: [worker.name], restart },
        ],
        watch: EVENTS_ONLY,
        loop: { detaches: 1000 },
      })
      await using workerStarts = await startsOf(box.docker, worker)
      const before = await startedAt(backend)
      const started = performance.now()
      const first = await netheal.running()
      await settled(netheal, host, 0)
      const healing = performance.now() - started
      first.signal('SIGKILL')
      await first.ended()
      const field: Field = { host, netheal, workerStarts, healing, detaches: new Map() }

      for (let kill = 1; kill <= count; kill++) {
        await round(field, random).catch(cause => {
          throw new Error(`kill ${kill} of batch ${number}, NETHEAL_TEST_SEED=${seed}: ${cause.message}`, { cause })
        })
      }
      expect(await startedAt(backend)).toBe(before)
      // Drafts of those that were killed are gone, nothing was set aside.
      const left = (await readdir(join(netheal.folder, 'state'))).filter(name => /\.tmp$|unreadable/.test(name))
      expect(left).toEqual([])
    },
  )
})

/** One kill, and the start after it. */
async function round(field: Field, random: Random): Promise<void> {
  const { host, netheal, detaches } = field
  const { backend, worker } = host
  const victims = random.pick([[backend], [worker], [backend, worker]])
  const isRunning = random.chance(0.75)
  // Most of what can go wrong lies in the first moments; the whole of it reaches to the end of the restart.
  const moment = random.next() * (random.chance(0.6) ? 0.3 : 1.2) * field.healing
  const lines = (await netheal.actionLog()).length

  // A loss while it runs; or one that it finds at its start.
  if (!isRunning) await takeOff(field, victims)
  const doomed = isRunning ? await netheal.running() : netheal.start()
  const losses = isRunning ? takeOff(field, victims) : Promise.resolve()
  await Promise.all([losses, pause(moment).then(() => doomed.signal('SIGKILL'))])
  expect(await doomed.ended(), doomed.stderr).toBe(null)
  const killedAt = (await netheal.actionLog()).length
  await readable(netheal)

  const next = netheal.start()
  for (const app of [backend, worker]) await attached(host, app)
  await settled(netheal, host, killedAt)
  next.signal('SIGKILL')
  await next.ended()
  const state = await readable(netheal)
  await nothingTorn(netheal)

  const news = (await netheal.actionLog()).slice(lines)
  for (const app of victims) {
    // Nobody else attaches it: whoever did had written down that it would.
    const said = (word: string): number => news.filter(l => l.includes(`] ${word}: `) && l.includes(app.name)).length
    expect(said('FIXING'), 'it was meant').toBeGreaterThan(0)
    expect(said('ACTION'), 'it was about to be done').toBeGreaterThan(0)
    expect(state.detaches.filter(d => d.container === app.name)).toHaveLength(detaches.get(app.name) ?? 0)
  }
  expectEnds([news.slice(0, killedAt - lines), news.slice(killedAt - lines)], host)
  await expectNoDoubleRestart(field, state)
}

async function takeOff({ host, detaches }: Field, victims: readonly SandboxContainer[]): Promise<void> {
  for (const app of victims) {
    detaches.set(app.name, (detaches.get(app.name) ?? 0) + 1)
    await detach(host.stack, app)
  }
}

/** The state as it lies there, with what was written ahead of it: whole, whenever its writer was killed. */
async function readable(netheal: Installation): Promise<State> {
  const { state, note } = await readState({ directory: join(netheal.folder, 'state') })
  expect(note).toBe(null)
  return state
}

/** Both are attached, the state says so, and what this run began since that line of the log is done. */
async function settled(netheal: Installation, { worker }: Estate, since: number): Promise<void> {
  const done = async (): Promise<boolean> => {
    const { lastPass, attachments } = await readable(netheal)
    const news = (await netheal.actionLog()).slice(since).filter(line => line.includes(worker.name))
    const count = (text: string): number => news.filter(line => line.includes(text)).length
    const owed = count('SUCCESS: Connected') - count('SUCCESS: Restarted')
    const states = Object.values(attachments).map(a => a.state)
    const isRunning = (await worker.handle.inspect()).State.Running
    return (
      owed === 0 && lastPass?.ok === true && isRunning && states.length === 2 && states.every(s => s === 'attached')
    )
  }
  await until(done, { what: 'the daemon to be done', deadline: 60_000 })
}

/** Of each container, only the last FIXING of a run that was killed may lack its end; the next run has it, or found it done. */
function expectEnds(runs: readonly (readonly string[])[], { backend, worker }: Estate): void {
  for (const run of runs) {
    for (const { name } of [backend, worker]) {
      const words = run.flatMap(line => {
        const [, word, sentence] = /\] ([A-Z]+): (.*)$/.exec(line) ?? []
        if (word === undefined || !sentence?.includes(name)) return []
        if (word === 'FIXING') return ['begins']
        return /^(Connected|Could not connect)|was not connected/.test(sentence) ? ['ends'] : []
      })
      expect(words.join(' '), name).toMatch(/^(begins ends ?)*(begins)?$/)
    }
  }
}

/** Each restart that happened was counted and written down before, and no detach led to a second one. */
async function expectNoDoubleRestart({ netheal, host, workerStarts, detaches }: Field, state: State): Promise<void> {
  const meant = (await netheal.logged('ACTION')).filter(line => line.includes(`Restarting ${host.worker.name}`)).length
  const counted = Object.values(state.restarts).flat().length
  // The first attach of all asked for one as well.
  const allowed = (detaches.get(host.worker.name) ?? 0) + 1
  expect(workerStarts.count).toBeLessThanOrEqual(meant)
  expect(meant).toBeLessThanOrEqual(counted)
  expect(counted).toBeLessThanOrEqual(allowed)
}
