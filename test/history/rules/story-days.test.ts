// Days and numbers of a story, and the part of it that somebody asked for.
import { describe, expect, test } from 'vitest'
import { storyOf } from '../../../src/history/rules/chronicle.ts'
import { causesOf, daysOf, healTimes, storyBetween } from '../../../src/history/rules/story-days.ts'
import { MINUTE, NOW, SUPABASE } from '../../core/builders.ts'
import { cleared, connected, connecting, fixing, flagged, healed, lost, notConnected } from '../../core/logged.ts'

const DAY = 24 * 60 * MINUTE
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const worker = { container: 'pms-worker-v2' }

const story = storyOf(
  [
    ...healed(-DAY, null),
    ...[fixing(0, 'explicit'), connecting(0), notConnected(50, 'no'), ...healed(2_000, 'explicit')],
    ...healed(3_000, 'replaced'),
    flagged(3_050, 2, null),
    lost(4_000, 'replaced', 'netheal is paused', worker),
    cleared(20 * MINUTE),
  ],
  NOW + DAY,
)

test('the story has a line for each day and container', () => {
  const none = {
    explicit: 0,
    replaced: 0,
    'network-recreated': 0,
    'network-removed': 0,
    'start-failed': 0,
    first: 0,
    unknown: 0,
  }
  expect(daysOf(story)).toEqual([
    {
      ...{ day: dayOf(NOW - DAY), container: 'pms-backend', lost: 0, causes: { ...none, first: 1 }, healed: 1 },
      ...{ failures: 0, heal: { median: 35, p95: 35, max: 35 }, loops: 0, restarts: 0 },
    },
    {
      ...{ day: dayOf(NOW), container: 'pms-backend', lost: 2, causes: { ...none, explicit: 1, replaced: 1 } },
      ...{ healed: 2, failures: 1, heal: { median: 35, p95: 2_040, max: 2_040 }, loops: 1, restarts: 0 },
    },
    {
      ...{ day: dayOf(NOW), container: 'pms-worker-v2', lost: 1, causes: { ...none, replaced: 1 }, healed: 0 },
      ...{ failures: 0, heal: null, loops: 0, restarts: 0 },
    },
  ])
})

test('an end without its beginning is no first attach', () => {
  expect(causesOf(storyOf([connected(0, 35)], NOW + DAY).losses)).toMatchObject({ first: 0, unknown: 1 })
})

test('median, p95 and slowest are times that were measured', () => {
  const entries = Array.from({ length: 20 }, (_, n) => [
    fixing(n * 1_000, 'explicit'),
    connected(n * 1_000 + n + 1, n + 1),
  ])
  expect(healTimes(storyOf(entries.flat(), NOW + DAY).losses)).toEqual({ median: 10, p95: 19, max: 20 })
})

describe('between', () => {
  test('the story of a span has what was not over before it', () => {
    const cut = storyBetween(story, NOW + 1_000, NOW + 3_000)
    // Noticed before, healed in it; and one at its very end.
    expect(cut.losses.map(l => l.at)).toEqual([NOW, NOW + 3_000])
    expect(cut.loops).toHaveLength(1)
    expect(storyBetween(story, NOW + DAY, NOW + 2 * DAY)).toMatchObject({ losses: [], loops: [] })
  })

  test('the story may be of some containers only', () => {
    const { losses, loops } = storyBetween(story, 0, NOW + DAY, name => name === worker.container)
    expect(losses).toMatchObject([{ container: worker.container, network: SUPABASE }])
    expect(loops).toEqual([])
  })
})
