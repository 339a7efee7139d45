// Who is told of what, and when: tables of memories over time, each a story in which nothing is said twice.

import { describe, expect, test } from 'vitest'
import { NO_SETTINGS } from '../../../src/core/endpoint-settings.ts'
import type { Outcome } from '../../../src/core/outcome.ts'
import type { Unreachable } from '../../../src/core/proof.ts'
import { type AttachmentState, type Detach, EMPTY_STATE, type Loop, type State } from '../../../src/core/state.ts'
import type { Incident } from '../../../src/notify/rules/incident.ts'
import { incidentsNow, QUIET, REMINDER, RETURNS_WITHIN } from '../../../src/notify/rules/incidents-now.ts'
import type { Notice } from '../../../src/notify/rules/notice.ts'
import {
  type Inputs,
  NOTIFY_AFTER,
  NOTIFY_OF_ENGINE_AFTER,
  type Visibility,
} from '../../../src/notify/rules/problem.ts'
import { MINUTE, NOW, observed, remembered, SUPABASE, UNRESOLVED } from '../../core/builders.ts'
import { evidenceOf } from '../../core/logged.ts'

const KEY = `name/pms-backend -> ${SUPABASE}`
const SECOND = 1_000
const PLAN = { actions: [], blocked: [], skipped: [], satisfied: [] }
const SEEN: Extract<Visibility, { kind: 'seen' }> = { kind: 'seen', plan: PLAN, outcomes: [], pausedUntil: null }
const UNSEEN: Visibility = { kind: 'unseen', error: 'connect ENOENT /var/run/docker.sock', hint: 'is Docker running?' }
const INPUTS: Inputs = {
  visibility: SEEN,
  mode: 'daemon',
  unwritten: [],
  unserved: null,
  failing: [],
  written: true,
  crash: null,
}

function attachment(over: Partial<AttachmentState> = {}): AttachmentState {
  return {
    container: 'pms-backend',
    network: SUPABASE,
    wanted: true,
    state: 'attached',
    since: NOW - MINUTE,
    lastDetach: null,
    reported: null,
    seen: {},
    ...over,
  }
}

const LOOP: Loop = {
  key: KEY,
  kind: 'detach-loop',
  container: 'pms-backend',
  network: SUPABASE,
  cause: 'explicit',
  source: 'outside-detach',
  count: 3,
  since: NOW - 4 * MINUTE,
  last: NOW,
  every: 120_000,
}

function failing(error: string, key = KEY, container = 'pms-backend'): Outcome {
  return {
    kind: 'failed',
    code: 'engine-refused',
    action: {
      kind: 'attach',
      key,
      identity: 'i',
      containerId: 'c',
      container,
      networkId: 'n',
      network: SUPABASE,
      why: '',
      warnings: [],
      aliases: [],
      settings: NO_SETTINGS,
      restart: { kind: 'none' },
      resolve: [],
      reach: [],
      effect: 'now',
    },
    cause: 'explicit',
    milliseconds: 1,
    error,
    hint: 'free an address',
  }
}

/** A host over time: what it remembers, and what has been told. */
class Story {
  state: State = EMPTY_STATE
  incidents: readonly Incident[] = []
  now = NOW
  readonly told: Notice[] = []

  /** Time goes by, and a pass ends. The notices of this pass. */
  pass(after: number, over: Partial<Inputs> = {}, change: Partial<State> = {}): readonly Notice[] {
    this.now += after
    this.state = { ...this.state, ...change }
    const { incidents, notices } = incidentsNow(this.incidents, this.state, { ...INPUTS, ...over }, this.now)
    this.incidents = incidents
    this.told.push(...notices)
    return notices
  }

  get kinds(): readonly string[] {
    return this.told.map(n => `${n.kind} ${n.phase}`)
  }
}

const refused = { attachments: { [KEY]: attachment({ state: 'detached' }) }, backoffs: backoff() }
const well = { attachments: { [KEY]: attachment() }, backoffs: {} }

function backoff(attempts = 1) {
  return { [KEY]: { attempts, until: NOW, fingerprint: '', code: null, error: '' } }
}

describe('a loop', () => {
  test('a loop is told as it is flagged, with its times, cause, source and remedy, and once more when it is over', () => {
    const story = new Story()
    const [opened] = story.pass(0, {}, { loops: [LOOP] })
    expect(opened).toMatchObject({
      kind: 'loop',
      phase: 'opened',
      incident: 'loop',
      at: NOW,
      since: LOOP.since,
      container: 'pms-backend',
      network: SUPABASE,
      title: `pms-backend lost ${SUPABASE} 3 times in 4 min, every ~120 s`,
      lines: [
        'netheal attaches it again by itself each time; it stops being lost when what takes it away is stopped',
        'first: 2025-12-29 14:28:01 UTC, last: 2025-12-29 14:32:01 UTC',
      ],
    })
    expect(opened?.remedy).toContain('docker network disconnect')
    expect(story.pass(2 * MINUTE, {}, { loops: [{ ...LOOP, count: 4 }] })).toEqual([])
    const [closed, ...more] = story.pass(15 * MINUTE, {}, { loops: [] })
    expect(more).toEqual([])
    expect(closed).toMatchObject({ kind: 'recovered', phase: 'closed', incident: 'loop', since: LOOP.since })
    expect(closed?.title).toBe(`over after 21 min: pms-backend lost ${SUPABASE} 4 times in 4 min, every ~120 s`)
    expect(closed?.remedy).toBeNull()
  })

  test('a restart loop has an incident of its own, and no network', () => {
    const loop: Loop = {
      ...LOOP,
      key: 'id',
      kind: 'restart-loop',
      network: null,
      cause: 'restarted',
      source: 'outside-restart',
    }
    const [opened] = new Story().pass(0, {}, { loops: [loop] })
    expect(opened).toMatchObject({ container: 'pms-backend', network: null })
    expect(opened?.title).toContain('was stopped and started from outside 3 times')
  })

  test('a loop is told again once a day while it lasts', () => {
    const story = new Story()
    story.pass(0, {}, { loops: [LOOP] })
    for (let hour = 1; hour <= 50; hour++) story.pass(60 * MINUTE)
    expect(story.kinds).toEqual(['loop opened', 'loop reminder', 'loop reminder'])
    expect(story.told[1]?.title).toBe(`for 24 h now: pms-backend lost ${SUPABASE} 3 times in 4 min, every ~120 s`)
  })
})

describe('an attach that fails', () => {
  test('an attach that fails and that a retry heals within seconds is no news', () => {
    const story = new Story()
    story.pass(0, { visibility: { ...SEEN, outcomes: [failing('HTTP 500')] } }, refused)
    story.pass(1 * SECOND, {}, { backoffs: backoff(2) })
    story.pass(2 * SECOND, {}, well)
    expect(story.told).toEqual([])
    expect(story.incidents).toEqual([])
  })

  test('an attach that fails for half a minute is told, with what the engine said, although this pass did not try', () => {
    const story = new Story()
    story.pass(0, { visibility: { ...SEEN, outcomes: [failing('no address left')] } }, refused)
    story.pass(NOTIFY_AFTER - 1)
    expect(story.told).toEqual([])
    const [opened] = story.pass(1)
    expect(opened).toMatchObject({
      kind: 'failed',
      since: NOW,
      title: `pms-backend cannot be attached to ${SUPABASE}`,
      lines: [
        'now: pms-backend is detached',
        'tried once: no address left',
        'netheal tries again by itself, at least every 5 min',
      ],
      remedy: 'free an address',
    })
    const [closed] = story.pass(5 * MINUTE, {}, well)
    expect(closed).toMatchObject({ kind: 'recovered', title: `over after 6 min: ${opened?.title}` })
    expect(closed?.lines[0]).toBe('now: pms-backend is attached')
  })

  test('what is over says how long it was off, which may be longer than the failing', () => {
    const loss: Detach = {
      ...{ key: KEY, container: 'pms-backend', network: SUPABASE, at: NOW - SECOND, cause: 'explicit', excused: null },
      evidence: evidenceOf(NOW - 4 * MINUTE),
    }
    const story = new Story()
    const off = { ...refused, detaches: [loss] }
    story.pass(0, { visibility: { ...SEEN, outcomes: [failing('no address left')] } }, off)
    expect(story.pass(NOTIFY_AFTER, {}, off)).toMatchObject([{ phase: 'opened' }])
    const [closed] = story.pass(4 * MINUTE, {}, { ...well, detaches: [loss] })
    expect(closed?.lines[0]).toMatch(/^now: pms-backend is attached; it was off for \d+ min to \d+ min$/)
  })

  test('an attach that fails in a one-shot is told at once: it tries no second time', () => {
    const told = new Story().pass(0, { mode: 'once', visibility: { ...SEEN, outcomes: [failing('no')] } }, refused)
    expect(told).toMatchObject([{ kind: 'failed', phase: 'opened' }])
  })

  test('an attach that fails in twenty containers for one reason is one message, and one when it is over', () => {
    const keys = Array.from({ length: 20 }, (_, i) => `name/app-${i} -> ${SUPABASE}`)
    const all = (state: 'detached' | 'attached') =>
      Object.fromEntries(keys.map((key, i) => [key, attachment({ container: `app-${i}`, state })]))
    const backoffs = Object.fromEntries(
      keys.map(key => [key, { attempts: 1, until: NOW, fingerprint: '', code: null, error: '' }]),
    )
    const story = new Story()
    story.pass(0, {}, { attachments: all('detached'), backoffs })
    const [opened, ...more] = story.pass(NOTIFY_AFTER)
    expect(more).toEqual([])
    expect(opened?.title).toContain('20 containers: app-0 cannot be attached')
    expect(opened?.lines[0]).toBe('now: app-0 is detached')
    expect(opened?.lines[10]).toMatch(/^containers: app-0, .* and 10 more$/)
    expect(opened?.container).toBeNull()
    expect(story.pass(MINUTE, {}, { attachments: all('attached'), backoffs: {} })).toHaveLength(1)
    expect(story.kinds).toEqual(['failed opened', 'recovered closed'])
  })

  test('an attach that fails and is left alone by a pause is neither failed nor recovered', () => {
    const story = new Story()
    const paused: Visibility = { ...SEEN, pausedUntil: NOW + 60 * MINUTE }
    story.pass(0, { visibility: paused }, { attachments: refused.attachments })
    story.pass(MINUTE, { visibility: paused }, { backoffs: backoff() })
    story.pass(NOTIFY_AFTER, { visibility: paused })
    expect(story.told).toEqual([])
    story.pass(0)
    story.pass(NOTIFY_AFTER)
    expect(story.kinds).toEqual(['failed opened'])
    story.pass(MINUTE, { visibility: paused }, { backoffs: {} })
    expect(story.kinds).toEqual(['failed opened'])
    story.pass(MINUTE, { visibility: paused }, well)
    expect(story.kinds).toEqual(['failed opened', 'recovered closed'])
  })

  test('an attach that fails ends when the container is removed, and says so', () => {
    const story = new Story()
    story.pass(0, {}, refused)
    story.pass(NOTIFY_AFTER)
    const [closed] = story.pass(MINUTE, {}, { attachments: { [KEY]: attachment({ state: 'missing' }) }, backoffs: {} })
    expect(closed?.lines[0]).toBe('now: pms-backend no longer exists')
  })
})

test.each(['network-missing', 'network-ambiguous', 'network-mode', 'swarm-task', 'stale-entry'] as const)(
  'blocked (%s) is told with its hint once it lasts',
  reason => {
    const blocked = {
      kind: 'blocked' as const,
      attached: null,
      key: KEY,
      container: 'pms-backend',
      network: SUPABASE,
      reason,
      hint: `do this about ${reason}`,
    }
    const visibility: Visibility = { ...SEEN, plan: { ...PLAN, blocked: [blocked] } }
    const story = new Story()
    story.pass(0, { visibility }, { attachments: { [KEY]: attachment({ state: 'blocked', reported: reason }) } })
    expect(story.told).toEqual([])
    expect(story.pass(NOTIFY_AFTER, { visibility })).toMatchObject([
      {
        kind: 'failed',
        remedy: `do this about ${reason}`,
        lines: ['now: pms-backend is blocked', 'netheal attaches it by itself as soon as that is put right'],
      },
    ])
  },
)

describe('an engine that cannot be seen', () => {
  test('an engine that cannot be seen is told after two minutes, alone, and nothing is concluded about any attachment', () => {
    const story = new Story()
    story.pass(0, {}, refused)
    story.pass(SECOND, { visibility: UNSEEN })
    story.pass(NOTIFY_OF_ENGINE_AFTER - SECOND, { visibility: UNSEEN })
    expect(story.told).toEqual([])
    const [opened, ...more] = story.pass(SECOND, { visibility: UNSEEN })
    expect(more).toEqual([])
    expect(opened).toMatchObject({ kind: 'failed', container: null, network: null, since: NOW + SECOND })
    expect(opened?.lines).toEqual([
      'error: connect ENOENT /var/run/docker.sock',
      'netheal heals by itself once the engine answers again',
    ])
    expect(opened?.remedy).toBe('is Docker running?')
    expect(story.pass(SECOND, {}, well)).toMatchObject([{ kind: 'recovered', incident: 'failed' }])
  })

  test('an engine that cannot be seen does not end what was told before it', () => {
    const story = new Story()
    story.pass(0, {}, refused)
    story.pass(NOTIFY_AFTER)
    story.pass(10 * MINUTE, { visibility: UNSEEN })
    story.pass(REMINDER, { visibility: UNSEEN })
    expect(story.told.filter(n => n.container !== null).map(n => n.phase)).toEqual(['opened'])
  })

  test('an engine that cannot be seen is seen by one-shots as well: the second of them says so', () => {
    const story = new Story()
    story.pass(0, { visibility: UNSEEN, mode: 'once' })
    expect(story.told).toEqual([])
    story.pass(2 * MINUTE, { visibility: UNSEEN, mode: 'once' })
    expect(story.kinds).toEqual(['failed opened'])
  })
})

describe('what is attached and not reached', () => {
  const found = (change: Partial<Unreachable> | null, unproven: number | null = null) => {
    const unreachable = change === null ? null : { ...UNRESOLVED, since: NOW, ...change }
    return { attachments: { [KEY]: remembered([observed({ unreachable, unproven })]) } }
  }
  const title = `pms-backend is attached to ${SUPABASE}, but supabase-db does not resolve inside it`

  test('what is not reached is told once that lasts, with the reason and what helps, and when it is over', () => {
    const story = new Story()
    expect(story.pass(0, {}, found({}))).toEqual([])
    const [opened] = story.pass(NOTIFY_AFTER, {}, found({}, 5))
    expect(opened).toMatchObject({ kind: 'unresolved', title, remedy: UNRESOLVED.hint })
    expect(story.pass(REMINDER, {}, found({}))).toMatchObject([{ phase: 'reminder', title: `for 24 h now: ${title}` }])
    const [over] = story.pass(MINUTE, {}, found(null))
    expect(over).toMatchObject({
      kind: 'recovered',
      incident: 'unresolved',
      lines: expect.arrayContaining([expect.stringMatching(/^now: pms-backend is attached/)]),
    })
  })

  test('another reason is the same incident, and is told by the name of the last one', () => {
    const story = new Story()
    story.pass(0, {}, found({ reason: 'no-answer' }))
    story.pass(NOTIFY_AFTER, {}, found({ reason: 'no-answer' }))
    expect(story.pass(MINUTE, {}, found({ reason: 'target-paused' }))).toEqual([])
    expect(story.kinds).toEqual(['unreachable opened'])
    expect(story.pass(MINUTE, {}, found(null))).toMatchObject([{ incident: 'unreachable' }])
  })

  test('it is not over until that is proven: not by a new endpoint, and not by a detach', () => {
    const story = new Story()
    story.pass(0, {}, found({}))
    story.pass(NOTIFY_AFTER, {}, found({}))
    story.pass(MINUTE, {}, { attachments: { [KEY]: attachment({ state: 'detached' }) } })
    story.pass(MINUTE, {}, found(null, 0))
    expect(story.kinds).toEqual(['unresolved opened'])
    story.pass(MINUTE, {}, found(null))
    expect(story.kinds).toEqual(['unresolved opened', 'recovered closed'])
  })

  test('a proof that is pending is no incident, and what a rule no longer asks for is over', () => {
    const story = new Story()
    story.pass(0, {}, found(null, 0))
    story.pass(10 * MINUTE, {}, found(null, 0))
    expect(story.told).toEqual([])
    story.pass(0, {}, found({}))
    story.pass(NOTIFY_AFTER, {}, found({}))
    story.pass(
      0,
      {},
      { attachments: { [KEY]: remembered([observed({ unreachable: UNRESOLVED })], { wanted: false }) } },
    )
    expect(story.kinds).toEqual(['unresolved opened', 'recovered closed'])
  })
})

describe('a crash of the daemon before', () => {
  const crash = { pid: 4711, since: NOW - 60 * MINUTE, lastPassAt: NOW - MINUTE }

  test('a crash of the daemon before is told once, and ends without a word', () => {
    const story = new Story()
    story.pass(0, { crash, visibility: null })
    story.pass(SECOND)
    story.pass(RETURNS_WITHIN)
    story.pass(RETURNS_WITHIN)
    expect(story.told).toMatchObject([
      {
        kind: 'crashed',
        lines: [
          'it ran since 2025-12-29 13:32:01 UTC (pid 4711)',
          'its last pass ended at 2025-12-29 14:31:01 UTC',
          'started again at 2025-12-29 14:32:01 UTC',
        ],
      },
    ])
    expect(story.incidents).toEqual([])
  })

  test('a daemon that crashes again and again is told twice, and not every five seconds', () => {
    const story = new Story()
    for (let i = 0; i < 100; i++) {
      story.pass(5 * SECOND, { crash, visibility: null })
      story.pass(SECOND)
    }
    expect(story.told.map(n => n.title)).toEqual([
      'netheal did not shut down cleanly, and was started again',
      'netheal did not shut down cleanly, and was started again (again)',
    ])
  })
})

test('records that cannot be written are told once they stay so; a quiet one-shot that wrote nothing ends nothing', () => {
  const story = new Story()
  const problems = ['cannot write /var/log/netheal/actions.1.log: ENOSPC']
  story.pass(0, { unwritten: problems })
  expect(story.pass(NOTIFY_AFTER, { unwritten: problems })).toMatchObject([{ kind: 'failed', lines: problems }])
  expect(story.pass(MINUTE, { mode: 'once', written: false })).toEqual([])
  expect(story.pass(MINUTE, { mode: 'once' })).toMatchObject([{ kind: 'recovered' }])
})

test('a page that cannot be served is told as that, not as records, and each ends for itself', () => {
  const story = new Story()
  const page = 'http.listen: something else listens on 127.0.0.1:8790 already; stop it, or write another port'
  const record = 'cannot write /var/log/netheal/actions.1.log: ENOSPC'
  const both = { unserved: page, unwritten: [record] }
  story.pass(0, { unserved: page })
  const [told, ...others] = story.pass(NOTIFY_AFTER, both)
  expect(others).toEqual([])
  expect(told).toMatchObject({ kind: 'failed', lines: [page], remedy: null })
  expect(told?.title).toContain('page cannot be served')
  expect(story.pass(NOTIFY_AFTER, both)).toMatchObject([{ phase: 'opened', lines: [record] }])
  expect(story.pass(MINUTE, { unserved: page })).toMatchObject([{ phase: 'closed', lines: [record] }])
  expect(story.pass(MINUTE)).toMatchObject([{ phase: 'closed', lines: [page] }])
})

test('a problem that comes back within the hour is told once more, and is over only after half an hour of quiet', () => {
  const story = new Story()
  for (let turn = 0; turn < 12; turn++) {
    story.pass(0, {}, refused)
    story.pass(NOTIFY_AFTER)
    story.pass(MINUTE, {}, well)
  }
  expect(story.kinds).toEqual(['failed opened', 'recovered closed', 'failed opened'])
  expect(story.told[2]?.title).toContain('(again)')
  story.pass(QUIET - MINUTE - 1)
  expect(story.told).toHaveLength(3)
  story.pass(1)
  expect(story.kinds.at(-1)).toBe('recovered closed')
  // An hour later it is another one.
  story.pass(RETURNS_WITHIN)
  story.pass(0, {}, refused)
  story.pass(NOTIFY_AFTER)
  expect(story.told.at(-1)).toMatchObject({ phase: 'opened', title: `pms-backend cannot be attached to ${SUPABASE}` })
})

test('open incidents tell when they must be looked at again', () => {
  const due = (state: State) => incidentsNow([], state, INPUTS, NOW).due
  expect(due(EMPTY_STATE)).toBeNull()
  expect(due({ ...EMPTY_STATE, ...refused })).toBe(NOW + NOTIFY_AFTER)
  expect(due({ ...EMPTY_STATE, loops: [LOOP] })).toBe(NOW + REMINDER)
})

test('causes come before their effects in a message, and nothing in it is unseen or long', () => {
  const evil = `x\u001b[31m\n${'\u202e'}${'y'.repeat(5_000)}`
  const notices = incidentsNow(
    [],
    { ...EMPTY_STATE, ...refused, loops: [{ ...LOOP, container: evil }] },
    {
      ...INPUTS,
      mode: 'once',
      unwritten: [evil],
      crash: { pid: 1, since: NOW, lastPassAt: null },
      visibility: { ...SEEN, outcomes: [failing(evil)] },
    },
    NOW,
  ).notices
  expect(notices.map(n => n.kind)).toEqual(['crashed', 'failed', 'failed', 'loop'])
  for (const { title, lines, remedy } of notices) {
    for (const text of [title, ...lines, remedy ?? '']) {
      expect(text.length).toBeLessThanOrEqual(400)
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  }
  expect(new Set(notices.map(n => n.id)).size).toBe(4)
  for (const { id } of notices) expect(id).toMatch(/^[a-z0-9-]+$/)
})
