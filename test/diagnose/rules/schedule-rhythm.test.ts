// When schedules fire, as far as their text tells, and whether that fits what was seen.
import { describe, expect, test } from 'vitest'
import { fitOf } from '../../../src/diagnose/rules/rhythm-fit.ts'
import { firesAt, rhythmOfSchedule, shareAfter, utcWall } from '../../../src/diagnose/rules/schedule-rhythm.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

describe('the typical interval', () => {
  test.for([
    ['* * * * *', MINUTE],
    ['*/2 * * * *', 2 * MINUTE],
    ['0-59/2 * * * *', 2 * MINUTE],
    ['1-59/2 * * * *', 2 * MINUTE],
    ['0,15,30,45 * * * *', 15 * MINUTE],
    ['5/10 * * * *', 10 * MINUTE],
    ['17 * * * *', HOUR],
    ['@hourly', HOUR],
    ['0 */6 * * *', 6 * HOUR],
    ['0 3 * * *', DAY],
    ['@daily', DAY],
    ['0 4 * * sun', 7 * DAY],
    ['0 4 * * 7', 7 * DAY],
    ['0 9 * * 1-5', DAY],
    ['0 0 1 jan *', 365 * DAY],
    ['daily', DAY],
    ['weekly', 7 * DAY],
    ['every 7 days', 7 * DAY],
    ['OnUnitActiveSec=30s, OnBootSec=30s', 30 * SECOND],
    ['OnBootSec=2min, OnUnitInactiveSec=1h 30min', 90 * MINUTE],
    ['OnUnitActiveSec=90', 90 * SECOND],
    ['OnCalendar=*:0/2', 2 * MINUTE],
    ['OnCalendar=*:*:0/30', 30 * SECOND],
    ['OnCalendar=*:0,15,30,45, RandomizedDelaySec=5s', 15 * MINUTE],
    ['OnCalendar=minutely', MINUTE],
    ['OnCalendar=hourly', HOUR],
    ['OnCalendar=*-*-* 03:00:00', DAY],
    ['OnCalendar=Mon..Fri 08:30', DAY],
    ['OnCalendar=Mon *-*-* 00:00 UTC', 7 * DAY],
    ['OnCalendar=weekly, OnUnitActiveSec=5min', 5 * MINUTE],
    // Two runs close together, then nothing for long: no rhythm.
    ['0,5 * * * *', null],
    ['0 3,4 * * *', null],
  ] as const)('the typical interval of a schedule: %s', ([schedule, every]) => {
    const rhythm = rhythmOfSchedule(schedule)
    expect(rhythm).not.toBeNull()
    expect(rhythm?.kind === 'once' ? 'once' : rhythm?.every).toBe(every)
  })

  test.for([['@reboot'], ['OnBootSec=30s'], ['once, 2026-01-01 00:00 UTC']])(
    'the typical interval of a schedule: %s runs once',
    ([schedule]) => {
      expect(rhythmOfSchedule(schedule ?? '')).toEqual({ kind: 'once' })
    },
  )

  test.for([
    ['Restart=always'],
    ['0~59 * * * *'],
    ['61 * * * *'],
    ['* * * *'],
    ['*/0 * * * *'],
    ['0 0 31 2 *'],
    ['OnCalendar=2027-01-01'],
    ['OnCalendar=*-*~1'],
    ['OnCalendar=*-*-* 03:00 Europe/Berlin'],
    ['OnUnitActiveSec=soon'],
    ['@never'],
    [''],
  ])('the typical interval of a schedule: %s is not known', ([schedule]) => {
    expect(rhythmOfSchedule(schedule ?? '')).toBeNull()
  })
})

function calendarOf(schedule: string) {
  const rhythm = rhythmOfSchedule(schedule)
  if (rhythm?.kind !== 'calendar') throw new Error(`${schedule} is no calendar`)
  return rhythm.calendar
}

describe('its times', () => {
  const at = (text: string) => utcWall(Date.parse(`${text}Z`))
  test.for([
    ['*/2 * * * *', '2025-12-29T14:32:00', true],
    ['*/2 * * * *', '2025-12-29T14:33:00', false],
    ['*/2 * * * *', '2025-12-29T14:32:01', false],
    // 2025-12-29 is a Monday. Day or weekday, where both are given.
    ['0 0 1 * mon', '2025-12-29T00:00:00', true],
    ['0 0 1 * mon', '2026-01-01T00:00:00', true],
    ['0 0 1 * mon', '2025-12-30T00:00:00', false],
    ['0 0 */2 * mon', '2025-12-30T00:00:00', false],
    ['OnCalendar=Mon *-*-1 00:00', '2025-12-29T00:00:00', false],
    ['OnCalendar=Sat..Tue 00:00', '2025-12-30T00:00:00', true],
    ['OnCalendar=Sat..Tue 00:00', '2025-12-31T00:00:00', false],
  ] as const)('the times of a schedule: %s at %s: %s', ([schedule, moment, fires]) => {
    expect(firesAt(calendarOf(schedule), at(moment))).toBe(fires)
  })

  test('the times of a schedule: the share of the time that follows them', () => {
    expect(shareAfter(calendarOf('*/2 * * * *'), 30_000)).toBeCloseTo(0.25)
    expect(shareAfter(calendarOf('* * * * *'), 90_000)).toBe(1)
    expect(shareAfter(calendarOf('0 3 * * *'), 30_000)).toBeCloseTo(30 / 86_400)
  })
})

describe('does it fit', () => {
  const NOON = Date.parse('2025-12-29T12:00:00Z')
  const spaced = (count: number, every: number, from = NOON) =>
    Array.from({ length: count }, (_, i) => from + i * every)
  const judged = (schedule: string | null, times: readonly number[], every: number | null = null, wall = utcWall) =>
    fitOf(schedule === null ? null : rhythmOfSchedule(schedule), { times, every }, wall)

  test.for([
    ['the same rhythm', '*/2 * * * *', spaced(3, 120_000, NOON + 71_000), 120_000, 'fits'],
    ['the same rhythm, nearly', 'OnUnitActiveSec=30s', spaced(4, 33_000), 33_000, 'fits'],
    ['gathered by systemd within its minute', 'OnUnitActiveSec=30s', spaced(4, 60_000), 60_000, 'fits'],
    ['the same, told to be exact', 'OnUnitActiveSec=30s, AccuracySec=1s', spaced(4, 60_000), 60_000, 'open'],
    ['often enough, with another rhythm', '* * * * *', spaced(4, 170_000, NOON + 40_000), 170_000, 'open'],
    ['too seldom to be it', '0 3 * * *', spaced(4, 120_000), 120_000, 'differs'],
    ['once only', '@reboot', spaced(4, 120_000), 120_000, 'differs'],
    ['once, seen once', '@reboot', [NOON], null, 'open'],
    ['nothing seen', '*/2 * * * *', [], null, 'open'],
    ['a loop of its own', 'Restart=always', spaced(4, 30_000), 30_000, 'open'],
    ['no schedule', null, spaced(4, 30_000), 30_000, 'open'],
    ['once, right after a daily job', '0 12 * * *', [NOON + 4_000], null, 'fits'],
    ['once, an hour after a daily job', '0 12 * * *', [NOON + HOUR], null, 'open'],
    ['once, after a job of each minute: chance', '* * * * *', [NOON + 4_000], null, 'open'],
    [
      'irregular, always right after it',
      '*/5 * * * *',
      [NOON, NOON + 15 * MINUTE, NOON + HOUR].map(t => t + 9_000),
      null,
      'fits',
    ],
    [
      'irregular, and not after it',
      '*/5 * * * *',
      [NOON, NOON + 15 * MINUTE, NOON + HOUR].map(t => t + 99_000),
      null,
      'open',
    ],
    ['two of three are not enough', '0 * * * *', [NOON, NOON + HOUR, NOON + 90 * MINUTE], null, 'open'],
  ] as const)('does a schedule fit the losses? %s', ([, schedule, times, every, kind]) => {
    expect(judged(schedule, times, every).kind).toBe(kind)
  })

  test("does a schedule fit the losses? by the host's clock on the wall, unless the timer says UTC", () => {
    const berlin = (at: number) => utcWall(at + HOUR)
    expect(judged('0 13 * * *', [NOON + 4_000], null, berlin).kind).toBe('fits')
    expect(judged('0 12 * * *', [NOON + 4_000], null, berlin).kind).toBe('open')
    expect(judged('OnCalendar=12:00 UTC', [NOON + 4_000], null, berlin).kind).toBe('fits')
  })

  test('does a schedule fit the losses? in words', () => {
    expect(judged('*/2 * * * *', spaced(4, 120_000, NOON + 5_000), 120_000).how).toBe(
      'it runs every ~120 s, and it happened every ~120 s, 4 of 4 came within 30 s after it was due',
    )
  })
})

// A power of its length took for ever.
test('a span of time that was made to hurt is none, at once', () => {
  for (const text of [`${'1'.repeat(90)}!`, `${'1 '.repeat(45)}!`, `${'1a'.repeat(45)}!`, '1'.repeat(60_000)])
    expect(rhythmOfSchedule(`OnUnitActiveSec=${text}`)).toBeNull()
})
