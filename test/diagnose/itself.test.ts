// netheal itself: each thing that can be wrong with it, by its code; and a netheal with which all is well says so.

import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { EMPTY_STATE, type State } from '../../src/core/state.ts'
import type { Context } from '../../src/diagnose/context.ts'
import { itself } from '../../src/diagnose/itself/itself.ts'
import type { ItsDirectory, Itself } from '../../src/diagnose/itself-port.ts'
import { ranked } from '../../src/diagnose/rules/causes.ts'
import { host, lookAt, NOW } from '../core/builders.ts'
import { findingOf, shortly, wellItself } from './asked.ts'
import { contextOf, madeEngine } from './made-context.ts'

const never = new AbortController().signal
const HOUR = 3_600_000
const DAY = 24 * HOUR
const GIB = 1024 ** 3
/** Nothing is wrong with it, and when it last ran is not known. */
const QUIET = { faults: [], lastRun: null }
const ran: State = {
  ...EMPTY_STATE,
  heartbeatDay: '2025-12-29',
  lastPass: { at: NOW - 12_000, ok: true, error: null, mode: 'daemon', pid: 812 },
}
const directory: Extract<ItsDirectory, { kind: 'directory' }> = {
  ...{ kind: 'directory', writable: true, by: 'netheal (pid 812)', readOnly: false, free: 12 * GIB, files: 1_000_000 },
}
const well: Itself = {
  ...wellItself,
  healer: { ...wellItself.healer, pid: 812, lastPassAt: NOW - 12_000 },
  heartbeat: {
    ...{ kind: 'line', file: '/var/log/netheal/heartbeat.log', at: NOW - 14 * HOUR, well: true },
    ...{ text: 'pms-backend healthy', due: NOW - 14.5 * HOUR },
  },
  places: [
    { what: 'log', directory: '/var/log/netheal', found: directory },
    { what: 'state', directory: '/var/lib/netheal', found: { ...directory, free: 5 * GIB } },
    { what: 'lock', directory: '/run/netheal', found: directory },
  ],
}

interface Given {
  readonly own?: Partial<Itself>
  readonly state?: State
  readonly over?: Partial<Context>
}

async function answer({ own = {}, state = ran, over = {} }: Given = {}) {
  return await itself(contextOf({ over: { state, itself: async () => ({ ...well, ...own }), ...over } }), never)
}

/** Without the engine's line. */
async function codes(given: Given = {}): Promise<readonly string[]> {
  return shortly(await answer(given)).filter(c => c !== 'engine-well well')
}

test('netheal itself is well: the engine, the healer, its records', async () => {
  const found = await answer()
  expect(found.map(f => f.verdict)).toEqual(['well', 'well', 'well'])
  expect(found.map(f => f.summary)).toEqual([
    'Docker 28.5.2 (API 1.51) answers',
    'netheal is running (pid 812), last pass 12 s ago',
    'its records can be written, 5.0 GiB free; last heartbeat 2025-12-29 00:32:01 UTC',
  ])
})

test('a pass that ended while this ran is no clock that was set back', async () => {
  const state = { ...ran, lastPass: { ...ran.lastPass, at: NOW + 40 } } as State
  expect((await answer({ state })).map(f => f.summary)).toContain('netheal is running (pid 812), last pass 0 ms ago')
})

test('netheal was never installed: a note, and nothing else is held against it', async () => {
  const own: Partial<Itself> = {
    config: { kind: 'none', file: '/etc/netheal/config.json' },
    healer: { alive: false, mode: null, pid: null, lastPassAt: null, lastPassOk: null, oldest: 600_000 },
    heartbeat: { kind: 'none', file: '/var/log/netheal/heartbeat.log' },
    places: [{ what: 'log', directory: '/var/log/netheal', found: { kind: 'missing' } }],
  }
  expect(await codes({ own, state: EMPTY_STATE })).toEqual(['not-installed note'])
})

describe('without a config', () => {
  const file = '/etc/netheal/config.json'
  const dead = { ...well.healer, alive: false, mode: null, pid: null }
  const unit = { name: 'netheal.service', file: '/lib/systemd/system/netheal.service', enabled: true, ...QUIET }
  test.for([
    ['a daemon runs by another', {}, ran, 'config-elsewhere note'],
    ['netheal has run', { healer: dead }, ran, 'config-elsewhere note'],
    [
      'netheal has run, and may not be looked at',
      { healer: dead, state: { note: 'EACCES', closed: true } },
      EMPTY_STATE,
      'config-elsewhere note',
    ],
    ['a unit that starts it', { healer: dead, units: [unit] }, EMPTY_STATE, 'config-missing wrong'],
    ['a unit that does not', { healer: dead, units: [{ ...unit, enabled: false }] }, EMPTY_STATE, 'not-installed note'],
  ] as const)('netheal without a config: %s', async ([, own, state, code]) => {
    expect(await codes({ own: { config: { kind: 'none', file }, ...own }, state })).toEqual([code])
  })
})

test('what is closed to this user is one finding, whatever it is', async () => {
  const why = 'permission denied (EACCES)'
  const own: Partial<Itself> = {
    healer: { ...well.healer, alive: false, mode: null, pid: null },
    state: { note: `cannot read state.json: ${why}`, closed: true },
    lock: { kind: 'unknown', why },
    heartbeat: { kind: 'unreadable', file: 'heartbeat.log', why },
    pause: { until: null, reason: null, note: { text: why, closed: true } },
  }
  const found = await answer({ own, state: EMPTY_STATE })
  expect(shortly(found)).toEqual(['engine-well well', 'itself-unseen unseen'])
  expect(found[1]?.evidence).toHaveLength(5)
  expect(found[1]?.remedy).toEqual(['run it as root: sudo netheal diagnose'])
})

describe('the engine', () => {
  test.for(['engine-unreachable', 'engine-forbidden', 'engine-timeout', 'engine-too-old', 'engine-refused'] as const)(
    'the engine: %s, with what to do',
    async code => {
      const engineError = new NethealError(code, 'no permission on unix:///var/run/docker.sock', { hint: 'usermod' })
      const found = await answer({ over: { look: null, engineError } })
      expect(findingOf(found, code)).toMatchObject({ verdict: 'wrong', remedy: ['usermod'] })
      expect(findingOf(found, code).summary).toContain('no permission on')
    },
  )

  test('the engine: one that answers the look and no greeting', async () => {
    const gone = new NethealError('engine-unreachable', 'gone')
    const engine = { ...madeEngine, greet: () => Promise.reject(gone) }
    expect(shortly(await answer({ over: { engine } }))[0]).toBe('engine-unreachable wrong')
    const bug = { ...madeEngine, greet: () => Promise.reject(new TypeError('a bug')) }
    await expect(answer({ over: { engine: bug } })).rejects.toThrow('a bug')
  })

  test('the engine: an old one works, and what it cannot do is said', async () => {
    const engine = {
      ...madeEngine,
      greet: async () => ({
        product: 'Docker' as const,
        caveat: null,
        version: '20.10.24',
        apiVersion: '1.41',
        newestApiVersion: '1.41',
        newerThan: null,
      }),
    }
    const look = lookAt([], host([], { gatewayPriority: false }))
    const found = await answer({ over: { engine, look } })
    expect(shortly(found).slice(0, 2)).toEqual(['engine-well well', 'engine-old note'])
    expect(found[1]?.summary).toContain('Docker 20.10.24 (API 1.41) has no gateway priorities')
  })

  test('the engine: one that is newer than any that was tested, and than the API that is spoken', async () => {
    const greeting = { product: 'Docker' as const, caveat: null, version: '29.7.2', apiVersion: '1.52' }
    const greet = async () => ({ ...greeting, newestApiVersion: '1.55', newerThan: '28.5' })
    const found = await answer({ over: { engine: { ...madeEngine, greet } } })
    expect(shortly(found).slice(0, 2)).toEqual(['engine-well well', 'engine-newer note'])
    expect(found[0]?.summary).toBe('Docker 29.7.2 (API 1.55, of which netheal speaks 1.52) answers')
  })
})

test('a clock that was set back', async () => {
  const state = { ...ran, lastPass: { ...ran.lastPass, at: NOW + HOUR } } as State
  expect(await codes({ state })).toContain('clock-back wrong')
  expect(await codes({ state: { ...ran, lastPass: { ...ran.lastPass, at: NOW + 1_000 } } as State })).not.toContain(
    'clock-back wrong',
  )
})

describe('the healer', () => {
  const dead = { ...well.healer, alive: false, mode: null, pid: null }
  const closed = { note: 'cannot read /var/lib/netheal/state.json: permission denied (EACCES)', closed: true }
  const error = new NethealError('config', '/etc/netheal/config.json:3: watch.pol: unknown key\nattachments: missing', {
    hint: 'did you mean poll?',
  })
  const file = '/etc/netheal/config.json'

  test.for([
    ['is dead', { healer: dead }, ran, 'healer-dead wrong'],
    ['hangs', { healer: { ...well.healer, alive: false } }, ran, 'healer-hangs wrong'],
    ['never ran', { healer: dead }, EMPTY_STATE, 'healer-never-ran wrong'],
    ['may not be looked at', { healer: dead, state: closed }, EMPTY_STATE, 'itself-unseen unseen'],
    ['failed', { healer: { ...well.healer, lastPassOk: false } }, ran, 'pass-failed wrong'],
    ['has a bad config', { config: { kind: 'bad', file, error } }, ran, 'config-bad wrong'],
    ['is paused', { pause: { until: NOW + HOUR, reason: 'migration', note: null } }, ran, 'paused note'],
    [
      'has a torn pause',
      { pause: { until: null, reason: null, note: { text: 'torn', closed: false } } },
      ran,
      'pause-ignored note',
    ],
    [
      'may not be asked whether it is paused',
      { pause: { until: null, reason: null, note: { text: 'no', closed: true } } },
      ran,
      'pause-unseen unseen',
    ],
    ['hides its lock', { lock: { kind: 'unknown', why: '/proc hides process 7' } }, ran, 'lock-unseen unseen'],
    [
      'is a one-shot that never ends',
      { lock: { kind: 'held', pid: 7, mode: 'once', since: NOW - HOUR } },
      ran,
      'lock-stuck wrong',
    ],
  ] as const)('the healer: %s', async ([, own, state, code]) => {
    expect(await codes({ own, state })).toContain(code)
  })

  test('the healer: a one-shot by hand is not called one of cron', async () => {
    const own = { healer: { ...well.healer, mode: 'once' as const, pid: null } }
    const cron = [{ name: 'cron', file: '/etc/cron.d/netheal', enabled: true, ...QUIET }]
    const said = async (more: Partial<Itself>) =>
      findingOf(await answer({ own: { ...own, ...more } }), 'healer-well').summary
    expect(await said({ units: [] })).toContain('run by cron or by hand')
    expect(await said({ units: cron })).toContain('netheal runs from cron')
  })

  test.each([
    ['daemon', 'it tries again at the next event and on its schedule; for more: sudo journalctl -u netheal'],
    ['once', 'its next run tries again; to try now: sudo netheal once'],
  ] as const)('the healer: what a failed pass of a %s leads to', async (mode, step) => {
    const own = { healer: { ...well.healer, mode, lastPassOk: false } }
    expect(findingOf(await answer({ own, state: ran }), 'pass-failed').remedy).toEqual([step])
  })

  test('the healer: a config that is closed to this user is no bad one: nothing of netheal is known, and nothing held against it', async () => {
    const config = { kind: 'closed' as const, file, error }
    expect(await codes({ own: { config, healer: dead }, state: EMPTY_STATE })).toEqual(['config-unseen unseen'])
  })

  test('the healer: a bad config is quoted, its mistakes as evidence', async () => {
    const found = findingOf(await answer({ own: { config: { kind: 'bad', file, error } } }), 'config-bad')
    expect(found.summary).toContain('watch.pol: unknown key')
    expect(found.evidence).toEqual(['attachments: missing'])
    expect(found.remedy[0]).toBe('did you mean poll?')
  })

  test.for([
    [[], 'netheal once from cron'],
    [
      [{ name: 'netheal.service', file: '/lib/systemd/system/netheal.service', enabled: false, ...QUIET }],
      'enable --now netheal',
    ],
    [
      [{ name: 'netheal.service', file: '/lib/systemd/system/netheal.service', enabled: true, ...QUIET }],
      'systemctl restart',
    ],
    [[{ name: 'cron', file: '/etc/cron.d/netheal', enabled: true, ...QUIET }], '/etc/cron.d/netheal should run it'],
    [[{ name: 'netheal-once.timer', file: '/x.timer', enabled: true, ...QUIET }], 'systemctl list-timers netheal-once'],
    [[{ name: 'netheal-once.timer', file: '/x.timer', enabled: false, ...QUIET }], 'enable --now netheal-once.timer'],
  ] as const)('the healer: what starts a dead one: %j', async ([units, step]) => {
    const found = await answer({ own: { healer: dead, units } })
    expect(findingOf(found, 'healer-dead').remedy[0]).toContain(step)
  })
})

describe('what starts it', () => {
  const dead = { ...well.healer, alive: false, mode: null, pid: null }
  const cron = { name: 'cron', file: '/etc/cron.d/netheal', enabled: true, lastRun: null }
  const broken = { ...cron, faults: [{ kind: 'mode', mode: '0664' } as const, { kind: 'no-cron' } as const] }

  test('a line of cron that cron passes over is the cause of a healer that does not run, and no second root', async () => {
    const found = await answer({ own: { healer: dead, units: [broken] } })
    expect(findingOf(found, 'start-broken')).toMatchObject({
      verdict: 'wrong',
      subject: '/etc/cron.d/netheal',
      summary: '/etc/cron.d/netheal does not start netheal: cron passes over it, for its mode is 0664',
      evidence: ['no cron runs on this host'],
      remedy: [
        'sudo chmod 644 /etc/cron.d/netheal',
        'sudo systemctl enable --now cron || sudo systemctl enable --now crond',
      ],
    })
    const roots = ranked(found).filter(r => r.finding.verdict === 'wrong' && r.depth === 0)
    expect(roots.map(r => r.finding.code)).toEqual(['start-broken'])
  })

  test('a broken line of cron beside a daemon that heals is only worth knowing', async () => {
    expect(findingOf(await answer({ own: { units: [broken] } }), 'start-broken').verdict).toBe('note')
  })

  test('a timer that runs: when it last did stands in the evidence', async () => {
    const lastRun = 'Mon 2025-12-29 14:32:00 UTC'
    const timer = { name: 'netheal-once.timer', file: '/x.timer', enabled: true, faults: [], lastRun }
    const healer = { ...well.healer, mode: 'once' as const, pid: null }
    const { evidence } = findingOf(await answer({ own: { healer, units: [timer] } }), 'healer-well')
    expect(evidence).toContain(`/x.timer: starts at boot, last ran ${lastRun}`)
  })
})

describe('its records', () => {
  const at = (found: ItsDirectory) => ({
    places: [{ what: 'log' as const, directory: '/var/log/netheal', found }],
  })
  test.for([
    ['gone', { kind: 'missing' }, 'directory-missing wrong'],
    ['closed above it', { kind: 'unseen', why: 'permission denied (EACCES)' }, 'directory-unseen unseen'],
    ['read-only', { ...directory, readOnly: true, writable: false }, 'directory-read-only wrong'],
    ['closed to who runs netheal', { ...directory, writable: false }, 'directory-closed wrong'],
    ['full', { ...directory, free: 4096 }, 'disk-full wrong'],
    ['without an inode', { ...directory, files: 0 }, 'disk-full wrong'],
    ['nearly full', { ...directory, free: 50 * 1024 * 1024 }, 'disk-low note'],
    ['nearly without inodes', { ...directory, files: 20 }, 'disk-low note'],
    ['on a file system that counts none', { ...directory, files: null }, 'records-well well'],
  ] as const)('the records of netheal: a directory that is %s', async ([, found, code]) => {
    expect(await codes({ own: at(found) })).toContain(code)
  })

  test('the records of netheal: the lock directory goes with each boot, and is not missed; nor is any before the first pass', async () => {
    const lock = [{ what: 'lock' as const, directory: '/run/netheal', found: { kind: 'missing' as const } }]
    expect(await codes({ own: { places: lock } })).toContain('records-well well')
    expect(await codes({ own: at({ kind: 'missing' }), state: EMPTY_STATE })).not.toContain('directory-missing wrong')
  })

  test('the records of netheal: the log directory of a netheal that never saw the engine is not gone: it has not been made yet', async () => {
    const blind: State = { ...ran, heartbeatDay: null, lastPass: ran.lastPass && { ...ran.lastPass, ok: false } }
    expect(await codes({ own: at({ kind: 'missing' }), state: blind })).not.toContain('directory-missing wrong')
    const state = [{ what: 'state' as const, directory: '/var/lib/netheal', found: { kind: 'missing' as const } }]
    expect(await codes({ own: { places: state }, state: blind })).toContain('directory-missing wrong')
  })

  test('the records of netheal: none yet: not called writable', async () => {
    const found = await codes({ own: at({ kind: 'missing' }), state: EMPTY_STATE })
    expect(found).toContain('records-none note')
    expect(found).not.toContain('records-well well')
  })

  test('the records of netheal: a state that is torn, one that is closed, and what netheal itself complains of', async () => {
    expect(await codes({ own: { state: { note: 'torn', closed: false } } })).toContain('state-broken wrong')
    expect(await codes({ own: { state: { note: 'EACCES', closed: true } } })).toContain('state-unseen unseen')
    const state = { ...ran, problems: ['cannot write /var/log/netheal/actions.1.log: no space left'] }
    expect(findingOf(await answer({ state }), 'records-problem').summary).toContain('no space left')
  })

  const beat = (over: object) => ({ own: { heartbeat: { ...well.heartbeat, ...over } as Itself['heartbeat'] } })
  test.for([
    ["today's", {}, 'records-well well'],
    ["yesterday's, while today's is not due for long", { at: NOW - DAY, due: NOW - 60_000 }, 'records-well well'],
    ["yesterday's, hours after today's was due", { at: NOW - DAY, due: NOW - 5 * HOUR }, 'heartbeat-old wrong'],
    ['of last week', { at: NOW - 7 * DAY }, 'heartbeat-old wrong'],
    ['DEGRADED', { well: false, text: 'pms-backend detached' }, 'heartbeat-degraded note'],
    ['that cannot be read', { kind: 'unreadable', why: 'EACCES' }, 'heartbeat-unseen unseen'],
  ] as const)('the records of netheal: a heartbeat %s', async ([, over, code]) => {
    expect(await codes(beat(over))).toContain(code)
  })
})
