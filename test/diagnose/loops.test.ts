// The loops that netheal flagged, with their evidence and what ends them; and that no history is no good news.
import { describe, expect, test } from 'vitest'
import { type Detach, EMPTY_STATE, type Loop, type State } from '../../src/core/state.ts'
import type { Context } from '../../src/diagnose/context.ts'
import type { Itself } from '../../src/diagnose/itself-port.ts'
import { loops } from '../../src/diagnose/loops.ts'
import { application, backend, id, MINUTE, NOW, on, rule, SUPABASE, supabase, UUID } from '../core/builders.ts'
import { shortly, wellItself } from './asked.ts'
import { contextOf } from './made-context.ts'

const never = new AbortController().signal
const KEY = `name/pms-backend -> ${SUPABASE}`
const BACKEND = id('container pms-backend')
const watched: State = {
  ...EMPTY_STATE,
  attachments: {
    [KEY]: {
      container: 'pms-backend',
      network: SUPABASE,
      wanted: true,
      state: 'attached',
      since: NOW - 3 * 86_400_000,
      lastDetach: null,
      reported: null,
      seen: {},
    },
  },
  lastPass: { at: NOW - 5_000, ok: true, error: null, mode: 'daemon', pid: 7 },
}
const loop: Loop = {
  key: KEY,
  kind: 'detach-loop',
  container: 'pms-backend',
  network: SUPABASE,
  cause: 'replaced',
  source: 'coolify-redeploy',
  count: 7,
  since: NOW - 14 * MINUTE,
  last: NOW - 2 * MINUTE,
  every: 2 * MINUTE,
}

function detaches(count: number, over: Partial<Detach['evidence']> = {}): readonly Detach[] {
  return Array.from({ length: count }, (_, i) => ({
    key: KEY,
    container: 'pms-backend',
    network: SUPABASE,
    at: NOW - 2 * (count - i) * MINUTE,
    cause: 'replaced' as const,
    excused: null,
    evidence: {
      containerId: id(`container ${i + 1}`),
      previousId: id(`container ${i}`),
      networkId: supabase.id,
      previousNetworkId: supabase.id,
      lastAttachedAt: null,
      lostAt: null,
      startedAt: null,
      exitCode: 0,
      coolify: true,
      deployment: 'q1w2e3r4t5z6u7i8o9p0a1s2',
      ...over,
    },
  }))
}

async function answer(state: State, itself: Itself = wellItself, over: Partial<Context> = {}) {
  return await loops(contextOf({ over: { state, itself: async () => itself, ...over } }), never)
}

describe('a flagged loop', () => {
  test('a flagged loop of a Coolify application: its last losses, its rhythm, the deployments, and what makes it stick', async () => {
    const context = contextOf({
      containers: [backend('running', [on(supabase)], { labels: application(), image: `${UUID}:abc` })],
      rules: [rule({ containers: [{ coolify: 'pms-backend' }] })],
    })
    const [subject] = context.subjects
    const key = subject?.attachments[0]?.key ?? ''
    const state = {
      ...watched,
      loops: [{ ...loop, key }],
      detaches: detaches(7).map(d => ({ ...d, key })),
      deployments: [{ id: 'q1w2e3r4t5z6u7i8o9p0a1s2', firstSeen: NOW - 3 * MINUTE, lastSeen: NOW - MINUTE }],
    }
    const [finding, ...more] = await loops({ ...context, state }, never)
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      code: 'detach-loop',
      verdict: 'wrong',
      subject: 'pms-backend',
      summary: `pms-backend lost ${SUPABASE} 7 times, every ~120 s, the last time 120 s ago (source: coolify-redeploy)`,
    })
    expect(finding?.evidence).toHaveLength(2 + 5)
    expect(finding?.evidence.slice(0, 2)).toEqual([
      'from 2025-12-29 14:18:01 UTC to 2025-12-29 14:30:01 UTC, cause: replaced',
      '2 earlier losses: netheal history',
    ])
    const short = (n: number) => id(`container ${n}`).slice(0, 12)
    expect(finding?.evidence.at(-1)).toBe(
      `2025-12-29 14:30:01 UTC replaced: container ${short(7)} (was ${short(6)}), network ${supabase.id.slice(0, 12)}, Coolify deployment q1w2e3r4t5z6u7i8o9p0a1s2 (seen from 2025-12-29 14:29:01 UTC)`,
    )
    expect(finding?.remedy.length).toBeGreaterThan(1)
    expect(finding?.remedy.join('\n')).toContain(SUPABASE)
  })

  test('a flagged loop of something that disconnects: no advice about compose files', async () => {
    const outside: Loop = { ...loop, cause: 'explicit', source: 'outside-detach' }
    const found = await answer({ ...watched, loops: [outside], detaches: detaches(3) })
    expect(found[0]?.remedy).toEqual([
      expect.stringContaining('docker network disconnect'),
      expect.stringContaining('"automation" lists'),
    ])
  })

  test('a flagged loop of restarts, by the id of the container', async () => {
    const times = [NOW - 90_000, NOW - 60_000, NOW - 30_000]
    const restarts: Loop = {
      ...{ key: BACKEND, kind: 'restart-loop', container: 'pms-backend', network: null, cause: 'restarted' },
      ...{ source: 'outside-restart', count: 3, since: NOW - 90_000, last: NOW - 30_000, every: 30_000 },
    }
    const starts = { [BACKEND]: { container: 'pms-backend', identity: 'name/pms-backend', times } }
    const [finding] = await answer({ ...watched, loops: [restarts], starts })
    expect(finding).toMatchObject({
      code: 'restart-loop',
      verdict: 'wrong',
      summary:
        'pms-backend was stopped and started from outside 3 times, every ~30 s, the last time 30 s ago (source: outside-restart)',
    })
    expect(finding?.evidence[1]).toContain('2025-12-29 14:31:31 UTC; its RestartCount did not change')
  })

  test('a flagged loop is told also when nobody watches any more; one of another container is not', async () => {
    const dead: Itself = { ...wellItself, healer: { ...wellItself.healer, alive: false } }
    const old = { ...EMPTY_STATE, lastPass: { ...watched.lastPass, at: NOW - 86_400_000 } } as State
    expect(shortly(await answer({ ...old, loops: [loop] }, dead))).toEqual(['detach-loop wrong'])
    const other = { ...loop, key: 'name/other -> x', container: 'other' }
    expect(shortly(await answer({ ...watched, loops: [other] }))).toEqual(['no-loop well'])
  })
})

describe('no loop', () => {
  test('no loop says what was lost in the last day', async () => {
    expect((await answer(watched))[0]?.summary).toBe('no loop, and nothing lost in the last 24 h')
    const [finding] = await answer({ ...watched, detaches: detaches(2) })
    expect(finding).toMatchObject({ verdict: 'well', summary: 'no loop; in the last 24 h pms-backend lost 2 times' })
    expect(finding?.evidence).toHaveLength(2)
  })

  test('no loop of a few minutes says of how many', async () => {
    const before = watched.attachments[KEY]
    const attachments = before === undefined ? {} : { [KEY]: { ...before, since: NOW - 3 * MINUTE } }
    const [finding] = await answer({ ...watched, attachments })
    expect(finding?.summary).toBe('no loop, and nothing lost in the 3 min that netheal has watched')
  })

  test('a loop of a container that no rule names is not known, though netheal watches others', async () => {
    const made = contextOf()
    const stranger = { label: 'pms-mailer', details: null, attachments: [] }
    const findings = await loops({ ...made, state: watched, subjects: [...made.subjects, stranger] }, never)
    expect(shortly(findings)).toEqual(['loops-unknown unseen', 'no-loop well'])
    expect(findings[0]).toMatchObject({ subject: 'pms-mailer' })
    expect(findings[0]?.summary).toContain('no rule names it')
  })

  const dead: Itself = { ...wellItself, healer: { ...wellItself.healer, alive: false } }
  test.for([
    ['netheal never ran', EMPTY_STATE, dead, 'netheal has not been watching: no history'],
    ['nor does a daemon that has just started know', EMPTY_STATE, wellItself, 'netheal has not been watching'],
    [
      'it stopped two hours ago',
      { ...watched, lastPass: { at: NOW - 7_200_000, ok: true, error: null, mode: 'daemon', pid: 7 } } as State,
      dead,
      'its last pass was 120 min ago',
    ],
    [
      'its state is closed to us',
      EMPTY_STATE,
      { ...dead, state: { note: 'cannot read /var/lib/netheal/state.json: permission denied (EACCES)', closed: true } },
      'permission denied',
    ],
  ] as const)('whether there is a loop is not known: %s', async ([, state, itself, why]) => {
    const [finding, ...more] = await answer(state, itself)
    expect(more).toEqual([])
    expect(finding).toMatchObject({ code: 'loops-unknown', verdict: 'unseen' })
    expect(finding?.summary).toContain(why)
    expect(finding?.remedy).toHaveLength(1)
  })

  test('that there is no loop is known from one-shots of cron that ran lately', async () => {
    expect(shortly(await answer(watched, dead))).toEqual(['no-loop well'])
  })
})
