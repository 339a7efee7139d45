// Containers whose inspect hangs: left alone for a while, each time for longer, told once, and no look waits for them.

import { describe, expect, test } from 'vitest'
import { UNEXAMINED } from '../../src/core/examination.ts'
import { EMPTY_STATE } from '../../src/core/state.ts'
import type { Container, World } from '../../src/core/world.ts'
import type { Unresponsive } from '../../src/heal/notebook.ts'
import { type Observed, observe, type Scope } from '../../src/heal/observe.ts'
import type { Engine } from '../../src/heal/ports.ts'
import { unresponsiveAfter, unresponsiveEntries, unresponsiveUntil } from '../../src/heal/unresponsive.ts'
import { container, coolify, host, lookAt, NOW, on, rule, run } from '../core/builders.ts'
import { Rig, ruleFor, WORKER } from './rig.ts'

const APP = container('pms-backend', { endpoints: [on(coolify)], run: null })
const HOST = host([APP])
const halfway = (): number => 0.5

function seenWithout(...unseen: readonly string[]): Observed {
  return { ...lookAt([rule()], HOST), unseen: new Set(unseen) }
}

describe('how long an unresponsive container is left alone', () => {
  const waitsAfter = (
    before: Readonly<Record<string, Unresponsive>>,
    unseen: readonly string[],
    began = NOW,
    now = NOW,
  ) =>
    Object.fromEntries(unresponsiveAfter(new Map(Object.entries(before)), seenWithout(...unseen), halfway, began, now))

  test('a container that does not answer for the first time is left alone for a second, with jitter', () => {
    expect(waitsAfter({}, ['a'])).toEqual({ a: { attempts: 1, until: NOW + 750 } })
  })

  test('a container that does not answer again is left alone for twice as long', () => {
    expect(waitsAfter({ a: { attempts: 1, until: NOW } }, ['a'])).toEqual({ a: { attempts: 2, until: NOW + 1_500 } })
    expect(waitsAfter({ a: { attempts: 2, until: NOW - 1 } }, ['a'])).toEqual({
      a: { attempts: 3, until: NOW + 3_000 },
    })
  })

  test('a container that was not asked in this look waits no longer than before', () => {
    const before = { a: { attempts: 3, until: NOW + 1 } }
    expect(waitsAfter(before, ['a'])).toEqual(before)
  })

  test('the wait is counted from the end of the look, and who was asked from its beginning', () => {
    const before = { a: { attempts: 1, until: NOW + 5_000 } }
    expect(waitsAfter(before, ['a'], NOW, NOW + 10_000)).toEqual(before)
    expect(waitsAfter(before, ['a'], NOW + 5_000, NOW + 10_000)).toEqual({ a: { attempts: 2, until: NOW + 11_500 } })
  })

  test('a container that answered is forgotten, and another one waits for itself', () => {
    const before = { a: { attempts: 3, until: NOW }, b: { attempts: 1, until: NOW + 9_000 } }
    expect(waitsAfter(before, ['b'])).toEqual({ b: before.b })
  })

  test('the restraint of the next plan has the end of each wait', () => {
    const silent = new Map([['a', { attempts: 2, until: NOW + 5 }]])
    expect(unresponsiveUntil(silent)).toEqual(new Map([['a', NOW + 5]]))
  })
})

test('an unresponsive container is told once, by its name, or by its id where it has none', () => {
  const silent = { attempts: 1, until: NOW }
  const unknown = 'f'.repeat(64)
  const before = new Map([['known', silent]])
  const now = new Map([...before, [APP.id, silent], [unknown, silent]])
  const entries = unresponsiveEntries(before, now, seenWithout(...now.keys()), NOW)
  expect(entries.map(e => [e.kind, e.at, e.container, 'code' in e && e.code])).toEqual([
    ['warning', NOW, APP.name, 'container-silent'],
    ['warning', NOW, 'f'.repeat(12), 'container-silent'],
  ])
})

test('what is said of a container that does not answer ends none: it may be starting', () => {
  const silent = new Map([[APP.id, { attempts: 1, until: NOW }]])
  const said = JSON.stringify(unresponsiveEntries(new Map(), silent, seenWithout(APP.id), NOW))
  expect(said).toContain('it may be starting slowly')
  expect(said).not.toMatch(/kill|restart|\brm\b|hang/)
})

describe('a look beside containers that do not answer', () => {
  interface Asking {
    readonly ids: readonly string[]
    readonly networks: boolean
  }

  /** Looks with an engine that has `listed` in its list, and answers an inspect by `inspect`. */
  async function lookWith(
    inspect: (ids: readonly string[]) => {
      readonly containers: readonly Container[]
      readonly unseen?: readonly string[]
    },
    options: {
      readonly silent?: ReadonlyMap<string, number>
      readonly scope?: Scope
      readonly base?: World
      readonly seesStarts?: boolean
      readonly names?: readonly string[]
    } = {},
  ): Promise<{ readonly seen: Observed; readonly asked: readonly Asking[] }> {
    const asked: Asking[] = []
    const { silent = new Map(), scope = { kind: 'full' }, base = null, seesStarts = true, names = [APP.name] } = options
    const engine: Partial<Engine> = {
      lookAll: async () => HOST,
      lookAt: async (ids, _signal, known) => {
        asked.push({ ids, networks: known === undefined })
        const { containers, unseen = [] } = inspect(ids)
        return { containers, gone: [], networks: HOST.networks, unseen }
      },
    }
    const restraint = { pausedUntil: null, seesStarts, silent }
    const of = {
      engine: engine as Engine,
      rules: [rule({ containers: names })],
      state: EMPTY_STATE,
      restraint,
      now: NOW,
      base,
      examined: UNEXAMINED,
    }
    return { seen: await observe(of, scope, new AbortController().signal), asked }
  }
  const whole = { ...APP, run: run() }

  test('a container that is left alone is not asked, and nothing is tried with it', async () => {
    const { seen, asked } = await lookWith(() => ({ containers: [] }), { silent: new Map([[APP.id, NOW + 1]]) })
    expect(asked).toEqual([])
    expect(seen.unseen).toEqual(new Set([APP.id]))
    expect(seen.plan.skipped).toMatchObject([{ reason: 'backing-off', until: NOW + 1 }])
  })

  test('a container whose wait is over is asked again', async () => {
    const { seen, asked } = await lookWith(() => ({ containers: [whole] }), { silent: new Map([[APP.id, NOW]]) })
    expect(asked.map(a => a.ids)).toEqual([[APP.id]])
    expect(seen.unseen).toEqual(new Set())
    expect(seen.plan.actions).toHaveLength(1)
  })

  test('a container that does not answer is asked once, and nothing is tried with it in this look', async () => {
    const { seen, asked } = await lookWith(() => ({ containers: [], unseen: [APP.id] }))
    expect(asked.map(a => a.ids)).toEqual([[APP.id]])
    expect(seen.unseen).toEqual(new Set([APP.id]))
    expect(seen.plan.skipped).toMatchObject([{ reason: 'backing-off', until: NOW + 1_000 }])
    expect(seen.plan.actions).toEqual([])
  })

  test('a container that is left alone is not asked for its own event either', async () => {
    const { asked } = await lookWith(() => ({ containers: [] }), {
      silent: new Map([[APP.id, NOW + 1]]),
      scope: { kind: 'containers', ids: new Set([APP.id, 'another']) },
      base: HOST,
    })
    expect(asked.map(a => a.ids)).toEqual([['another']])
  })

  test('a container that was made a moment ago and does not answer is known by its name', async () => {
    const { seen } = await lookWith(() => ({ containers: [], unseen: [APP.id] }), {
      scope: { kind: 'containers', ids: new Set([APP.id]) },
      base: host([]),
    })
    expect(seen.world.containers.find(c => c.id === APP.id)?.name).toBe(APP.name)
    expect(seen.plan.actions).toEqual([])
    const silent = unresponsiveAfter(new Map(), seen, halfway, NOW, NOW)
    expect(unresponsiveEntries(new Map(), silent, seen, NOW)).toMatchObject([{ container: APP.name }])
  })

  test('a container that would be acted on is inspected once, and the networks of the list are new enough', async () => {
    const { seen, asked } = await lookWith(() => ({ containers: [whole] }))
    expect(asked).toEqual([{ ids: [APP.id], networks: false }])
    expect(seen.plan.actions).toHaveLength(1)
  })

  test('a look that shows another action each time ends after the second inspect', async () => {
    let made = 0
    const { asked } = await lookWith(
      ids => {
        made += 1
        const another = container(`pms-backend-${made}`, { endpoints: [on(coolify)], run: null })
        return { containers: [...ids.map(id => ({ ...whole, id })), another] }
      },
      { names: ['pms-*'] },
    )
    expect(asked).toHaveLength(2)
  })
})

test('a look that waited for a container is written down with the time of its end: lines stay in order', async () => {
  await using rig: Rig = await Rig.open({
    rules: [ruleFor({ containers: [APP.name, WORKER] })],
    through: engine => ({
      ...engine,
      lookAt: async (ids, signal, known) => {
        const slow = rig.simulator.container(APP.name).id
        const seen = await engine.lookAt(
          ids.filter(id => id !== slow),
          signal,
          known,
        )
        if (!ids.includes(slow)) return seen
        // Meanwhile a follow-up of the pass before writes its line.
        rig.clock.advance(5_000)
        const { name: container } = APP
        const line = { kind: 'warning', network: null, code: 'unresolved', message: 'x', hint: null } as const
        await rig.log.write([{ ...line, at: rig.clock.now(), container }])
        return { ...seen, unseen: [slow] }
      },
    }),
  })
  await rig.pass()
  const times = rig.log.entries.map(entry => entry.at)
  expect(rig.log.entries.map(entry => entry.kind)).toEqual(['warning', 'warning', 'fixing', 'action', 'success'])
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})
