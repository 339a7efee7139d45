// What the pictures are made of: distribution, lanes, axis, calendar, loops, warnings.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isoOf } from '../../src/core/stamp.ts'
import { lastingKey } from '../../src/history/rules/lasting-name.ts'
import type { Loss } from '../../src/history/rules/story.ts'
import { calendarOf } from '../../src/page/calendar.ts'
import { episodesOf } from '../../src/page/episode.ts'
import { columnsOf, distributionOf } from '../../src/page/heal-times.ts'
import { lanesOf, SLICES } from '../../src/page/lane.ts'
import { about, days, length } from '../../src/page/moment.ts'
import { warningGroups } from '../../src/page/notes.ts'
import { heightOf, percent, ticks } from '../../src/page/scale.ts'
import { drawnSpan } from '../../src/page/timeline.ts'
import { APP, heartbeats, loss, NETWORK, NOW, quiet, WORKER, week } from './models.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const SPAN = { from: NOW - 7 * DAY, to: NOW }
const THERE: ReadonlyMap<string, number> = new Map()

describe('time to heal', () => {
  const of = (...times: number[]) => distributionOf(times.map(milliseconds => loss({ milliseconds })))

  test('time to heal: nothing healed has no distribution', () => {
    expect(distributionOf([])).toBeNull()
    expect(distributionOf([loss({ outcome: 'left', milliseconds: null })])).toBeNull()
  })

  test('time to heal: a first attach healed nothing, and is not counted', () => {
    const first = loss({ cause: null, untold: null, milliseconds: 500 })
    expect(distributionOf([first])).toBeNull()
    expect(distributionOf([first, loss({ milliseconds: 20 })])).toMatchObject({ count: 1, longest: 20 })
  })

  test('time to heal: median and 95 % are times that were really measured', () => {
    expect(of(10)).toMatchObject({ count: 1, median: 10, p95: 10, longest: 10 })
    expect(of(40, 10, 20, 30)).toMatchObject({ median: 20, p95: 40, longest: 40 })
    expect(distributionOf(Array.from({ length: 100 }, (_, i) => loss({ milliseconds: i + 1 })))).toMatchObject({
      median: 50,
      p95: 95,
      longest: 100,
    })
  })

  test('time to heal: each heal is in exactly one column, whose bounds hold it, without gaps', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10 * DAY, noNaN: true }), { minLength: 1 }), times => {
        const found = of(...times)
        if (found === null) throw new Error('nothing found')
        const columns = columnsOf(found)
        for (const { from, to, count } of columns)
          expect(count).toBe(times.filter(t => t >= from && (to === null || t < to)).length)
        expect(columns.reduce((sum, c) => sum + c.count, 0)).toBe(times.length)
        for (const [i, column] of columns.slice(1).entries()) expect(columns[i]?.to).toBe(column.from)
      }),
    )
  })
})

describe('lanes', () => {
  test('the lanes of the page: those with most losses come first, and nothing is in two', () => {
    const lanes = lanesOf([loss(), loss({ container: WORKER }), loss({ container: WORKER })], SPAN, THERE)
    expect(lanes.map(l => [l.container, l.losses.length])).toEqual([
      [WORKER, 2],
      [APP, 1],
    ])
  })

  test('the lanes of the page have a bounded number of marks, which count every loss', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => loss({ at: SPAN.from + (i / 5_000) * 7 * DAY }))
    const [lane] = lanesOf(many, SPAN, THERE)
    expect(lane?.marks.length).toBeLessThanOrEqual(SLICES)
    expect(lane?.marks.reduce((sum, m) => sum + m.count, 0)).toBe(5_000)
  })

  test('the lanes of the page keep causes apart', () => {
    const at = NOW - HOUR
    const [lane] = lanesOf([loss({ at }), loss({ at, cause: 'explicit' }), loss({ at, cause: null })], SPAN, THERE)
    expect(lane?.marks.map(m => m.mark)).toEqual(['explicit', 'replaced', 'first'])
  })

  test('the lanes of the page: a loss without an end lasts until the next one, until it is known to be there, or until now', () => {
    const open = (at: number) => loss({ at, outcome: 'left', milliseconds: null })
    const until = (attached: ReadonlyMap<string, number>) =>
      lanesOf([open(NOW - 5 * DAY), open(NOW - 2 * DAY)], SPAN, attached)[0]?.gaps
    expect(until(THERE)).toEqual([
      { from: NOW - 5 * DAY, to: NOW - 2 * DAY, unhealed: true },
      { from: NOW - 2 * DAY, to: NOW, unhealed: true },
    ])
    expect(until(new Map([[lastingKey({ container: APP, network: NETWORK }), NOW - DAY]]))?.[1]?.to).toBe(NOW - DAY)
  })

  test('the lanes of the page: a time off the network that no eye would see is no gap', () => {
    expect(lanesOf([loss()], SPAN, THERE)[0]?.gaps).toEqual([])
    expect(lanesOf([loss({ milliseconds: 3 * HOUR, at: NOW - DAY })], SPAN, THERE)[0]?.gaps).toHaveLength(1)
  })
})

describe('the first days', () => {
  const DAYS_30 = { from: NOW - 30 * DAY, to: NOW }
  const modelOf = (losses: readonly Loss[]) => ({
    ...week(),
    span: DAYS_30,
    story: { ...week().story, losses },
    heartbeats: [],
  })

  test('the axis begins shortly before the first thing that is known', () => {
    const losses = [loss({ at: NOW - 2 * HOUR }), loss({ at: NOW - HOUR })]
    const { from, to } = drawnSpan(modelOf(losses), [])
    expect(from).toBeLessThan(NOW - 2 * HOUR)
    expect(from).toBeGreaterThan(NOW - 3 * HOUR)
    expect(to).toBe(NOW)
    expect(lanesOf(losses, { from, to }, THERE)[0]?.marks).toHaveLength(2)
  })

  test('the axis never begins before what the page is about, and is ten minutes long at least', () => {
    expect(drawnSpan(modelOf([loss({ at: NOW - 60 * DAY })]), []).from).toBe(DAYS_30.from)
    expect(drawnSpan(modelOf([loss({ at: NOW - 1 })]), []).from).toBe(NOW - 10 * 60_000)
  })

  test('a first attach is no loss: it is no gap, and a lane of nothing else comes last', () => {
    const first = (container: string) => loss({ container, cause: null, milliseconds: 3 * HOUR, at: NOW - DAY })
    const lanes = lanesOf([first(APP), first(APP), loss({ container: WORKER })], SPAN, THERE)
    expect(lanes.map(l => [l.container, l.gaps.length])).toEqual([
      [WORKER, 0],
      [APP, 0],
    ])
  })
})

describe('the axis', () => {
  test('the axis of the page stays within the picture', () => {
    expect(percent(SPAN.from - 1, SPAN)).toBe(0)
    expect(percent(NOW + 1, SPAN)).toBe(100)
    expect(percent((SPAN.from + NOW) / 2, SPAN)).toBe(50)
    expect(percent(5, { from: 5, to: 5 })).toBe(0)
  })

  test('the axis of the page has few labels, all within, at round moments', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 * DAY }), width => {
        const found = ticks({ from: NOW - width, to: NOW })
        expect(found.length).toBeLessThanOrEqual(8)
        for (const { at } of found) expect(at).toBeGreaterThanOrEqual(NOW - width)
      }),
    )
    expect(ticks(SPAN).map(t => t.label)).toEqual(['24 Dec', '26 Dec', '28 Dec'])
    expect(ticks({ from: NOW - 20 * MINUTE, to: NOW }).map(t => t.label)).toEqual(['14:15', '14:20', '14:25', '14:30'])
    expect(ticks({ from: NOW, to: NOW })).toEqual([])
  })

  test('the labels of the axis of the page are fewer with seconds, as they are wider', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 10 * MINUTE }), width => {
        const labels = ticks({ from: NOW - width, to: NOW }).map(t => t.label)
        if (labels.some(label => label.length > 5)) expect(labels.length).toBeLessThanOrEqual(5)
      }),
    )
    const narrow = { from: NOW - 31_000, to: NOW + 30_000 }
    expect(ticks(narrow).map(t => t.label)).toEqual(['14:31:30', '14:32:00', '14:32:30'])
  })

  test('the height on the axis of the page grows with the time, from a millisecond to a day', () => {
    expect([0, 1, DAY, 10 * DAY].map(heightOf)).toEqual([0, 0, 1, 1])
    expect(heightOf(100)).toBeLessThan(heightOf(1_000))
  })
})

describe('the calendar', () => {
  const kinds = (days: ReturnType<typeof calendarOf>) =>
    Object.fromEntries([...Map.groupBy(days, d => d.kind)].map(([kind, all]) => [kind, all.length]))

  test('the calendar of the page has each day from the month of the first heartbeat to today', () => {
    const found = calendarOf(heartbeats(64), NOW)
    expect(found[0]?.day).toBe('2025-10-01')
    expect(found.at(-1)?.day).toBe('2025-12-29')
    expect(kinds(found)).toEqual({ before: 26, well: 64 })
  })

  test('in the calendar of the page a day without its line is missing, and today is still to come', () => {
    const found = calendarOf(
      heartbeats(10, i => (i === 3 || i === 9 ? null : i === 5 ? { well: false } : {})),
      NOW,
    )
    expect(kinds(found)).toMatchObject({ missing: 1, pending: 1, degraded: 1, well: 7 })
    expect(found.find(d => d.kind === 'missing')?.day).toBe('2025-12-23')
  })

  test('in the calendar of the page a day with an outage is not one on which all was well', () => {
    const at = NOW - 3 * DAY
    const found = calendarOf(heartbeats(10), NOW, [
      loss({ at, milliseconds: 30 * 60_000 }),
      loss({ at: NOW - 5 * DAY, milliseconds: 40 }),
      loss({ at: NOW - 6 * DAY, milliseconds: 3 * HOUR, cause: null }),
    ])
    expect(kinds(found)).toMatchObject({ outage: 1, well: 9 })
    expect(found.find(d => d.kind === 'outage')?.day).toBe('2025-12-26')
  })

  test('the calendar of the page goes back four months at most, and needs no heartbeat', () => {
    expect(calendarOf(heartbeats(800), NOW).length).toBeLessThanOrEqual(120 + 31)
    expect(kinds(calendarOf([], NOW))).toEqual({ before: 28, pending: 1 })
  })
})

describe('loops', () => {
  test('loops on the page: one that goes on is told once, as the state counts it, with its losses', () => {
    const [worker, app] = episodesOf(week())
    expect(worker).toMatchObject({ container: WORKER, count: 14, over: false, clearedAt: null })
    expect(worker?.losses).toHaveLength(14)
    expect(app).toMatchObject({ container: APP, count: 6, over: true })
    expect(app?.losses).toHaveLength(6)
    expect(episodesOf(week())).toHaveLength(2)
  })

  test('loops on the page: one that the log does not have (any more) is told from the state', () => {
    const model = week()
    const found = episodesOf({ ...model, story: { ...model.story, loops: [], losses: [] } })
    expect(found).toMatchObject([{ container: WORKER, count: 14, over: false, losses: [] }])
    expect(found[0]?.remedy).toContain('docker network disconnect')
  })

  test('loops on the page: one of an application that each deploy gives another name is one, with all its losses', () => {
    const model = week()
    const called = (n: number): string => `abcdefghijklmnopqrstuvw1-10000000000${n}`
    let n = 0
    const losses = model.story.losses.map(l => (l.container === WORKER ? { ...l, container: called(n++ % 10) } : l))
    const flagged = model.story.loops.map(l => (l.container === WORKER ? { ...l, container: called(2) } : l))
    const loops = model.loops.map(l => ({ ...l, container: called(9) }))
    const rolling = { ...model, loops, story: { ...model.story, losses, loops: flagged } }
    const [worker, ...others] = episodesOf(rolling)
    expect(others).toHaveLength(1)
    expect(worker).toMatchObject({ container: called(9), count: 14, over: false })
    expect(worker?.losses).toHaveLength(14)
    const lanes = lanesOf(losses, SPAN, THERE)
    expect(lanes).toHaveLength(lanesOf(model.story.losses, SPAN, THERE).length)
    const mine = lanes.filter(l => l.container.startsWith('abcdefghijklmnopqrstuvw1-'))
    expect(mine.map(l => l.container)).toEqual([losses.findLast(l => l.container.startsWith('abc'))?.container])
  })

  test('loops on the page: where no pass is known, nobody says that one is over', () => {
    const { loops: _, ...model } = week()
    const healer = { ...model.healer, lastPassAt: null }
    expect(episodesOf({ ...model, loops: [], healer }).map(e => e.over)).toEqual([false, true])
  })

  test('loops on the page: one that was over before the span is not told', () => {
    const model = week()
    expect(episodesOf({ ...model, span: { from: NOW - HOUR, to: NOW } })).toHaveLength(1)
  })
})

test('warnings that say the same are one, with the newest time', () => {
  const warning = { container: APP, network: NETWORK, message: 'the route moves', over: null }
  expect(
    warningGroups([
      { ...warning, at: 1 },
      { ...warning, at: 3, message: 'other' },
      { ...warning, at: 5 },
    ]),
  ).toMatchObject([
    { at: 5, first: 1, count: 2 },
    { at: 3, first: 3, count: 1 },
  ])
})

test('lengths read like a person says them, and are never less exact than a twentieth', () => {
  expect(
    [0, 0.4, 14.4, 999.4, 999.6, 1_250, 59_960, 125_000, HOUR - 100, 1.5 * HOUR, 3 * DAY + 4 * HOUR].map(length),
  ).toEqual([
    ...['0 ms', 'below 1 ms', '14 ms', '999 ms', '1 s', '1.3 s', '1 min', '2 min 5 s', '1 h', '1 h 30 min', '3 d 4 h'],
  ])
  expect(about(125_000)).toBe('2 min')
  expect([HOUR, DAY, 7 * DAY, 30 * DAY].map(days)).toEqual(['1 hour', '24 hours', '7 days', '30 days'])
  expect(isoOf(Number.NaN)).toBe('1970-01-01T00:00:00.000Z')
  expect(quiet().attachments).toHaveLength(2)
})
