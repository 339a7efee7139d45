// The story in a log: each loss once, with the end that it had, whatever came in between.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { storyOf, withEvidence } from '../../../src/history/rules/chronicle.ts'
import type { Logged } from '../../../src/history/rules/entry-text.ts'
import { MINUTE, NOW, SUPABASE } from '../../core/builders.ts'
import {
  APP,
  cleared,
  connected,
  connecting,
  evidenceOf,
  fixing,
  flagged,
  healed,
  lost,
  notConnected,
} from '../../core/logged.ts'
import { anyEntry } from '../../record/any-entry.ts'

const LATER = NOW + 24 * 60 * MINUTE
const lossesIn = (...entries: readonly Logged[]) => storyOf(entries, LATER).losses
const WORKER = { container: 'pms-worker-v2' }

test('a log without a line has no losses', () => {
  expect(storyOf([], LATER)).toEqual({ losses: [], loops: [], restarts: [], warnings: [], span: null })
})

test('a loss that was healed in the pass that noticed it took what the log says', () => {
  expect(storyOf(healed(0, 'replaced'), LATER)).toEqual({
    losses: [
      {
        ...{ container: APP, network: SUPABASE, at: NOW, cause: 'replaced', untold: null, evidence: null },
        ...{ outcome: 'healed', healedAt: NOW + 40, milliseconds: 35, outage: null, failures: 0, why: null },
      },
    ],
    loops: [],
    restarts: [],
    warnings: [],
    span: { from: NOW, to: NOW + 40 },
  })
})

describe('how long it was not there', () => {
  const proven = (at: number): Logged => ({
    ...{ kind: 'success', at: NOW + at, container: APP, network: null, verb: 'prove', milliseconds: null },
    notes: ['supabase-db (10.0.1.2)'],
  })

  test('by the evidence, which knows the moments, or by what the line says', () => {
    const evidence = evidenceOf(NOW - 46_000)
    const note = { notes: ['off for 40 ms to 46 s'] }
    expect(lossesIn(fixing(0, 'explicit', { evidence }), connecting(0), connected(40, 35, note))).toMatchObject([
      { milliseconds: 35, outage: { min: 40, max: 46_040 } },
    ])
    expect(lossesIn(fixing(0, 'explicit'), connecting(0), connected(40, 35, note))).toMatchObject([
      { milliseconds: 35, outage: { min: 40, max: 46_000 } },
    ])
    expect(lossesIn(...healed(0, 'explicit'))).toMatchObject([{ outage: null }])
  })

  test('until its names were proven to resolve, once', () => {
    const evidence = evidenceOf(0, { lostAt: NOW - 10 })
    const all = lossesIn(
      fixing(0, 'explicit', { evidence }),
      connecting(0),
      connected(40, 35),
      proven(9_040),
      proven(99_000),
    )
    expect(all).toMatchObject([{ healedAt: NOW + 40, outage: { min: 50, max: 9_050 } }])
  })

  test('a first attach ends no outage', () => {
    expect(lossesIn(...healed(0, null))).toMatchObject([{ outage: null }])
  })
})

test('a first attach has no cause', () => {
  expect(lossesIn(...healed(0, null))).toMatchObject([{ cause: null, untold: null, outcome: 'healed' }])
})

test('losses of several containers at once are told apart', () => {
  const found = lossesIn(
    fixing(0, 'explicit'),
    fixing(0, 'replaced', WORKER),
    connecting(0),
    connecting(0, WORKER),
    connected(20, 12, WORKER),
    connected(20, 15),
  )
  expect(found).toMatchObject([
    { container: APP, cause: 'explicit', outcome: 'healed', milliseconds: 15 },
    { container: WORKER.container, cause: 'replaced', outcome: 'healed', milliseconds: 12 },
  ])
})

describe('tried again', () => {
  test('a loss that is tried again: it is one loss, from the first line to the last', () => {
    const found = lossesIn(
      ...[fixing(0, 'explicit'), connecting(0), notConnected(50, 'no address left')],
      ...[fixing(1_000, 'explicit'), connecting(1_000), notConnected(1_050, 'no address at all')],
      ...[fixing(4_000, 'explicit'), connecting(4_000), connected(4_030, 20)],
    )
    expect(found).toMatchObject([
      {
        ...{ at: NOW, outcome: 'healed', healedAt: NOW + 4_030, milliseconds: 4_030 },
        ...{ failures: 2, why: 'no address at all' },
      },
    ])
  })

  test('a loss that is tried again: in vain so far', () => {
    expect(lossesIn(fixing(0, 'explicit'), connecting(0), notConnected(50, 'no'))).toMatchObject([
      { outcome: 'failed', failures: 1, why: 'no', healedAt: null, milliseconds: null },
    ])
  })

  test('a loss that is tried again: with a better cause once the network is there again', () => {
    const left = lost(0, 'network-removed', 'network-missing: is it gone?')
    expect(lossesIn(left, ...healed(60_000, 'network-recreated'))).toMatchObject([
      { at: NOW, cause: 'network-recreated', outcome: 'healed', milliseconds: 60_040 },
    ])
  })
})

describe('netheal was killed in the middle', () => {
  test('a loss in whose middle netheal was killed: before anything was done: the next one goes on', () => {
    expect(lossesIn(fixing(0, 'explicit'), connecting(0), ...healed(5_000, 'explicit'))).toMatchObject([
      { at: NOW, outcome: 'healed', milliseconds: 5_040, failures: 0 },
    ])
  })

  test('a loss in whose middle netheal was killed: before it could be remembered: found again, with the same evidence, it is the same', () => {
    const evidence = evidenceOf(1)
    const found = lossesIn(fixing(0, 'explicit', { evidence }), fixing(5_000, 'explicit', { evidence }))
    expect(found).toMatchObject([{ at: NOW, evidence, outcome: 'open' }])
  })

  test('a loss in whose middle netheal was killed: and after it another loss came: the first has no end', () => {
    const found = lossesIn(
      fixing(0, 'explicit', { evidence: evidenceOf(1) }),
      fixing(5_000, 'explicit', { evidence: evidenceOf(2) }),
      connected(5_040, 35),
    )
    expect(found).toMatchObject([
      { at: NOW, outcome: 'open', healedAt: null },
      { at: NOW + 5_000, outcome: 'healed', milliseconds: 35 },
    ])
  })

  test('another cause is another loss in a text log', () => {
    const found = lossesIn(fixing(0, 'explicit'), ...healed(5_000, 'replaced'))
    expect(found).toMatchObject([
      { cause: 'explicit', outcome: 'open' },
      { cause: 'replaced', outcome: 'healed' },
    ])
  })
})

describe('left alone', () => {
  test('a loss that was left alone: and healed by a later pass', () => {
    expect(lossesIn(lost(0, 'explicit', 'netheal is paused'), ...healed(MINUTE, 'explicit'))).toMatchObject([
      { at: NOW, outcome: 'healed', milliseconds: MINUTE + 40, why: null },
    ])
  })

  test('a loss that was left alone says why, as long as it is', () => {
    expect(lossesIn(lost(0, 'explicit', 'netheal is paused'))).toMatchObject([
      { outcome: 'left', why: 'netheal is paused', milliseconds: null },
    ])
  })

  test('a loss that was left alone: twice: each is a loss of its own', () => {
    const found = lossesIn(lost(0, 'replaced', 'netheal is paused'), lost(MINUTE, 'replaced', 'netheal is paused'))
    expect(found.map(l => l.at)).toEqual([NOW, NOW + MINUTE])
  })

  test('a loss that was left alone: because it went away under our hands', () => {
    const gone: Logged = {
      ...{ kind: 'warning', at: NOW + 40, container: APP, network: SUPABASE, code: 'gone' },
      ...{ message: 'one of them went away meanwhile', hint: null },
    }
    expect(lossesIn(fixing(0, 'explicit'), connecting(0), gone)).toMatchObject([
      { outcome: 'left', why: 'one of them went away meanwhile' },
    ])
  })
})

test('a loss that was accepted for the next start is not healed yet, and tried again it is the same one', () => {
  const waits = [fixing(0, 'explicit'), connected(20, 15, { notes: ['joins at its next start'] })]
  expect(lossesIn(...waits)).toMatchObject([{ outcome: 'waiting', healedAt: null, milliseconds: null }])
  expect(lossesIn(...waits, ...healed(9_000, null))).toMatchObject([
    { at: NOW, cause: 'explicit', outcome: 'healed', milliseconds: 9_040 },
  ])
})

describe('a log without its beginning', () => {
  test('a log without its beginning: an end without a beginning says so', () => {
    expect(lossesIn(connected(0, 35))).toMatchObject([
      { at: NOW, cause: null, untold: 'cut', outcome: 'healed', milliseconds: 35 },
    ])
  })

  test('a log without its beginning: of a torn line nothing is made up', () => {
    expect(lossesIn(connected(0, null, { network: 'bccg4g' }))).toEqual([])
  })
})

test('the network of an unknown wording is the one of the action that follows', () => {
  const unnamed: Logged = { ...fixing(0, 'explicit'), network: null, why: 'is not where it belongs' } as Logged
  expect(lossesIn(unnamed, connecting(0), connected(40, 35))).toMatchObject([
    { network: SUPABASE, cause: 'explicit', outcome: 'healed', milliseconds: 35 },
  ])
})

test('the old script knew no causes: its losses are none the less', () => {
  const restart = (kind: 'action' | 'success', at: number): Logged => {
    const about = { at: NOW + at, container: APP, network: null, verb: 'restart', notes: [] } as const
    return kind === 'action' ? { kind, ...about } : { kind, ...about, milliseconds: null }
  }
  const entries = [fixing(0, null), connecting(0), connected(1_000, null), restart('action', 1_000)]
  const story = storyOf([...entries, restart('success', 4_000)], LATER)
  expect(story.losses).toMatchObject([{ cause: null, untold: 'script', outcome: 'healed', milliseconds: 1_000 }])
  expect(story.restarts).toEqual([{ container: APP, at: NOW + 4_000, verb: 'restart', succeeded: true }])
})

describe('a loop', () => {
  const every = 2 * MINUTE
  const entries = [0, 1, 2, 3, 4].flatMap(n => [
    ...healed(n * every, 'explicit'),
    ...(n === 2 ? [flagged(n * every + 40, 3, every)] : []),
  ])

  test('a loop counts on after it was flagged, and is not over', () => {
    expect(storyOf([...healed(-20 * MINUTE, 'explicit'), ...entries], LATER).loops).toEqual([
      {
        ...{ container: APP, network: SUPABASE, kind: 'detach-loop', cause: 'explicit', source: 'outside-detach' },
        ...{ count: 5, every, since: NOW, last: NOW + 4 * every, flaggedAt: NOW + 2 * every + 40, clearedAt: null },
        remedy: 'look in cron',
      },
    ])
  })

  test('a loop ends where it was cleared', () => {
    const end = 23 * MINUTE
    const story = storyOf([...entries, cleared(end), ...healed(end + MINUTE, 'explicit')], LATER)
    expect(story.loops).toMatchObject([{ count: 5, clearedAt: NOW + end, last: NOW + 4 * every }])
    expect(story.losses).toHaveLength(6)
  })

  test('a loop whose losses the log does not have is told as it was flagged', () => {
    expect(storyOf([flagged(0, 3, every)], LATER).loops).toMatchObject([
      { count: 3, every, since: NOW - 240_000, last: NOW },
    ])
  })

  test('a loop that is flagged anew is another one', () => {
    const again = 60 * MINUTE
    expect(storyOf([flagged(0, 3, every), flagged(again, 4, null)], LATER).loops).toMatchObject([
      { count: 3, clearedAt: NOW + again },
      { count: 4, clearedAt: null },
    ])
  })

  test('a loop goes by many names where each deploy gives another one', () => {
    const uuid = 'a'.repeat(24)
    const [first, second] = [`${uuid}-081502123456`, `${uuid}-093011654321`]
    const story = storyOf([flagged(0, 3, null, { container: first }), cleared(MINUTE, { container: second })], LATER)
    expect(story.loops).toMatchObject([{ container: first, clearedAt: NOW + MINUTE }])
  })

  test('a loop of one second: what came after the flag is known by its line', () => {
    const burst = [...healed(0, 'explicit'), flagged(0, 1, null), ...healed(0, 'explicit'), ...healed(0, 'explicit')]
    expect(storyOf(burst, LATER).loops).toMatchObject([{ count: 3 }])
  })
})

describe('a clock that was set back', () => {
  test('a clock that was set back never makes a heal shorter than nothing', () => {
    const found = lossesIn(fixing(0, 'explicit'), notConnected(10, 'no'), ...healed(-MINUTE, 'explicit'))
    expect(found).toMatchObject([{ at: NOW, outcome: 'healed', healedAt: NOW, milliseconds: 0 }])
  })

  test('a clock that was set back leaves nothing in the future', () => {
    const { losses, span } = storyOf(healed(0, 'explicit'), NOW - MINUTE)
    expect(losses.map(l => l.at)).toEqual([NOW - MINUTE])
    expect(span).toEqual({ from: NOW - MINUTE, to: NOW - MINUTE })
  })
})

describe('evidence of the state', () => {
  const at = NOW + 250
  const detach = {
    key: 'k',
    container: APP,
    network: SUPABASE,
    at,
    cause: 'explicit',
    evidence: evidenceOf(7),
    excused: null,
  } as const

  test('evidence of the state goes to the line of the same second, with the moment itself', () => {
    const [entry] = withEvidence([fixing(0, 'explicit')], [detach])
    expect(entry).toMatchObject({ at, evidence: { lastAttachedAt: 7 } })
  })

  test('evidence of the state in one second each has its own, in their order', () => {
    const second = { ...detach, at: at + 300, evidence: evidenceOf(8) }
    const entries = [...healed(0, 'explicit'), ...healed(0, 'explicit')]
    const { losses } = storyOf(withEvidence(entries, [detach, second]), LATER)
    expect(losses.map(l => [l.at, l.evidence?.lastAttachedAt])).toEqual([
      [at, 7],
      [at + 300, 8],
    ])
  })

  test.for([
    ['another second', fixing(1_000, 'explicit')],
    ['another container', fixing(0, 'explicit', WORKER)],
    ['a first attach', fixing(0, null)],
    ['one that has its own', fixing(0, 'explicit', { evidence: evidenceOf(1) })],
  ] as const)('evidence of the state not to %s', ([_, entry]) => {
    expect(withEvidence([entry], [detach])).toEqual([entry])
  })
})

test('any log at all makes a story: sorted, and no loss without its line', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 40 }), entries => {
      const { losses } = storyOf(entries, LATER)
      expect(losses).toEqual(losses.toSorted((a, b) => a.at - b.at))
      const about = (kind: Logged['kind']) => entries.filter(e => e.kind === kind).length
      expect(losses.length).toBeLessThanOrEqual(about('fixing') + about('lost') + about('success') + about('failed'))
      for (const { outcome, healedAt, milliseconds } of losses) {
        expect(outcome === 'healed' || outcome === 'returned').toBe(healedAt !== null)
        expect(milliseconds ?? 0).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})
