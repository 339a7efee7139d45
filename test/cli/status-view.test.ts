// The status as one screen: the worst first, and never more than fits, whatever there is to say.
import { describe, expect, test } from 'vitest'
import type { Status } from '../../src/cli/status/current-status.ts'
import { statusJson } from '../../src/cli/status/json.ts'
import { renderStatus } from '../../src/cli/status/view.ts'
import { type AttachmentState, type AttachmentStatus, EMPTY_STATE, type Loop } from '../../src/core/state.ts'

const NOW = Date.UTC(2025, 11, 29, 14, 32, 1)
const MINUTE = 60_000
const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
const TERMINAL = { isTerminal: true, color: false }
const PIPE = { isTerminal: false, color: false }

function attachment(container: string, state: AttachmentStatus, rest: Partial<AttachmentState> = {}): AttachmentState {
  return {
    ...{ container, network: NETWORK, wanted: true, state, since: NOW - 3 * 86_400_000, lastDetach: null },
    ...{ reported: null, seen: {} },
    ...rest,
  }
}

function statusOf(
  attachments: readonly AttachmentState[],
  rest: Partial<Status> = {},
  loops: readonly Loop[] = [],
): Status {
  return {
    healer: { alive: true, mode: 'daemon', pid: 4711, lastPassAt: NOW - 12_000, lastPassOk: true },
    state: { ...EMPTY_STATE, loops, attachments: Object.fromEntries(attachments.map((a, i) => [`key ${i}`, a])) },
    pause: { until: null, reason: null, note: null },
    problems: [],
    passProblems: [],
    targets: [],
    now: NOW,
    ...rest,
  }
}

const LOOP: Loop = {
  ...{ key: 'key 0', kind: 'detach-loop', container: 'pms-backend', network: NETWORK, cause: 'explicit' },
  ...{ source: 'outside-detach', count: 4, since: NOW - 8 * MINUTE, last: NOW - 2 * MINUTE, every: 2 * MINUTE },
}

const lastDetach = { at: NOW - 2 * MINUTE, cause: 'explicit' } as const

test('status shows why the last try to attach failed, as text and as JSON', () => {
  const status = statusOf([attachment('pms-backend', 'detached')])
  const backoff = { attempts: 2, until: NOW, fingerprint: '', code: null, error: 'no available IPv4 addresses' }
  const failing = { ...status, state: { ...status.state, backoffs: { 'key 0': backoff } } }
  expect(renderStatus(failing, PIPE)).toContain('the last try failed: no available IPv4 addresses')
  expect(statusJson(failing).attachments).toMatchObject([{ connectError: 'no available IPv4 addresses' }])
  expect(renderStatus(status, PIPE)).not.toContain('the last try failed')
})

test('status says what is held back for a target, in the singular too', () => {
  const target = { name: 'ops', pending: 0, delivered: 10, givenUp: 0, failing: null }
  const of = (heldBack: number): string => renderStatus(statusOf([], { targets: [{ ...target, heldBack }] }), PIPE)
  expect(of(0)).not.toContain('HELD BACK')
  expect(of(1)).toContain('HELD BACK 1 message is not sent to ops yet: at most 10 an hour, but for what is critical\n')
  expect(of(3)).toContain('HELD BACK 3 messages are not sent to ops yet')
})

test('status shows two attachments, one of them looping', () => {
  const status = statusOf(
    [
      attachment('pms-worker-v2', 'attached'),
      attachment('pms-backend', 'detached', { since: NOW - 2 * MINUTE, lastDetach }),
    ],
    { pause: { until: NOW + 30 * MINUTE, reason: 'moving', note: null }, problems: ['the disk is full'] },
    [LOOP],
  )
  expect(renderStatus(status, TERMINAL)).toBe(`netheal is running (pid 4711), last pass 12 s ago
PAUSED until 2025-12-29 15:02:01 UTC, for another 30 min (moving); to end it:
  netheal resume
PROBLEM the disk is full
LOOP pms-backend lost bccg4gs4o4kgsowocw08wkw4 4 times in 6 min, every ~120 s
  (outside-detach), last 120 s ago
  something on this host runs docker network disconnect; look in cron, systemd
  timers and scripts
detached     pms-backend    bccg4gs4o4kgsowocw08wkw4
             since 2025-12-29 14:30:01 UTC, 120 s ago
             last lost 120 s ago, 2025-12-29 14:30:01 UTC (explicit)
attached     pms-worker-v2  bccg4gs4o4kgsowocw08wkw4
             since 2025-12-26 14:32:01 UTC, 3 d ago; proven: listed
`)
})

test('status off a terminal has one line for each attachment', () => {
  const status = statusOf([attachment('pms-backend', 'attached', { lastDetach })])
  expect(renderStatus(status, PIPE)).toBe(`netheal is running (pid 4711), last pass 12 s ago
attached     pms-backend  ${NETWORK}  since 2025-12-26 14:32:01 UTC, 3 d ago; proven: listed; last lost 120 s ago, 2025-12-29 14:30:01 UTC (explicit)
`)
})

test('status lists of the healthy attachments the one that was lost last first', () => {
  const status = statusOf([
    attachment('never', 'attached'),
    attachment('long-ago', 'attached', { lastDetach: { at: NOW - 9 * MINUTE, cause: 'replaced' } }),
    attachment('just-now', 'attached', { lastDetach }),
  ])
  const out = renderStatus(status, PIPE)
  const places = ['just-now', 'long-ago', 'never'].map(name => out.indexOf(name))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

describe('many', () => {
  const many = (state: AttachmentStatus, n: number, name: string = state): AttachmentState[] =>
    Array.from({ length: n }, (_, i) => attachment(`${name}-${i}`, state, { since: NOW - (i + 1) * 86_400_000 }))

  test('status of a rule with many attachments: one line for what is alike, the wrong ones first', () => {
    const proxy = (network: string, state: AttachmentStatus, rest: Partial<AttachmentState> = {}) =>
      attachment('coolify-proxy', state, { network, ...rest })
    const out = renderStatus(
      statusOf([
        ...Array.from({ length: 97 }, (_, i) => proxy(`stack-${i}`, 'attached')),
        attachment('pms-backend', 'attached'),
        proxy('blog', 'detached', { lastDetach }),
        proxy('shop', 'detached', { since: NOW - 2 * MINUTE, lastDetach }),
      ]),
      TERMINAL,
    )
    expect(out.split('\n').filter(line => /^[a-z]+ {2}/.test(line))).toEqual([
      'detached     coolify-proxy  blog',
      'detached     coolify-proxy  shop',
      'attached     coolify-proxy  97 networks (stack-0, stack-1, stack-2 and 94 more)',
      'attached     pms-backend    bccg4gs4o4kgsowocw08wkw4',
    ])
  })

  test('status of a rule with many attachments: many containers on one network are one line, those that are off it are named', () => {
    const same = (state: AttachmentStatus) => Array.from({ length: 30 }, (_, i) => attachment(`${state}-${i}`, state))
    const out = renderStatus(statusOf(same('attached')), TERMINAL)
    expect(out).toContain('30 containers (attached-0, attached-1,')
    expect(renderStatus(statusOf(same('detached')), TERMINAL)).toContain('detached     detached-5   bccg')
  })

  test.for([
    ['attached', statusOf(many('attached', 40)), /^and \d+ more attached$/m],
    [
      'of each kind',
      statusOf([...many('attached', 30), ...many('missing', 3), ...many('detached', 2)]),
      /^and \d+ more: 30 attached$|^and \d+ more: \d missing, 30 attached$|^and \d+ more attached$/m,
    ],
    [
      'with long names',
      statusOf(
        many('detached', 40, 'a-very-long-name-of-a-container-that-somebody-has-thought-of-in-a-sleepless-night'),
      ),
      /^and \d+ more detached$/m,
    ],
    [
      'problems and loops',
      statusOf(
        many('attached', 10),
        { problems: Array.from({ length: 9 }, (_, i) => `problem ${i}`) },
        Array.from({ length: 9 }, () => LOOP),
      ),
      /^and 5 more problems$.*^and 6 more loops$/ms,
    ],
  ] as const)('status of many attachments: %s: still one screen', ([_, status, rest]) => {
    const out = renderStatus(status, TERMINAL)
    expect(out).toMatch(rest)
    expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(23)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('status of many attachments: a long name stays apart from its network', () => {
    const out = renderStatus(statusOf([attachment('x'.repeat(60), 'attached'), attachment('y', 'attached')]), PIPE)
    expect(out).toContain(`${'x'.repeat(60)}  ${NETWORK}`)
  })

  test('status of many attachments: exactly as many as fit need no summary', () => {
    // One line for the healer, two for each.
    expect(
      renderStatus(statusOf(many('attached', 11)), TERMINAL)
        .trimEnd()
        .split('\n'),
    ).toHaveLength(23)
    expect(renderStatus(statusOf(many('attached', 11)), TERMINAL)).not.toContain('more')
    expect(renderStatus(statusOf(many('attached', 12)), TERMINAL)).toContain('and 2 more attached')
  })

  test('status of many attachments: off a terminal all of them are there', () => {
    expect(
      renderStatus(statusOf(many('attached', 40)), PIPE)
        .trimEnd()
        .split('\n'),
    ).toHaveLength(41)
  })
})

test('status has colour only where the terminal has it, and only in words', () => {
  const status = statusOf([attachment('pms-backend', 'detached')])
  expect(renderStatus(status, TERMINAL)).not.toContain('\u001b')
  const out = renderStatus(status, { isTerminal: true, color: true })
  expect(out).toContain('\u001b[31mdetached\u001b[39m     pms-backend')
  expect(out.replace(/\u001b\[\d+m/g, '')).toBe(renderStatus(status, TERMINAL))
})
