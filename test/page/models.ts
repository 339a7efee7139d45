/** Page models as a host would have them: a week with two loops, a quiet month, nothing at all, ten thousand detaches. */

import { type DetachCause, remedyFor } from '../../src/core/cause.ts'
import type { Unreachable } from '../../src/core/proof.ts'
import type { Evidence } from '../../src/core/state.ts'
import type { HeartbeatDay, LoopEpisode, Loss } from '../../src/history/rules/story.ts'
import type { PageModel, ShownAttachment } from '../../src/page/model.ts'

export const NOW: number = Date.parse('2025-12-29T14:32:01.000Z')
export const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
export const APP = 'pms-backend'
export const WORKER = 'pms-worker-v2'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

/** The same numbers each time: in [0, 1). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export function evidenceOf(change: Partial<Evidence> = {}): Evidence {
  return {
    containerId: '4f1c0d9be1a2'.padEnd(64, '7'),
    previousId: null,
    networkId: '9d2e'.padEnd(64, '1'),
    previousNetworkId: '9d2e'.padEnd(64, '1'),
    lastAttachedAt: null,
    lostAt: null,
    startedAt: null,
    exitCode: null,
    coolify: true,
    deployment: null,
    ...change,
  }
}

/** A loss healed in 14 ms, and what a test says otherwise. */
export function loss(change: Partial<Loss> = {}): Loss {
  const at = change.at ?? NOW - HOUR
  const milliseconds = change.milliseconds === undefined ? 14 : change.milliseconds
  return {
    container: APP,
    network: NETWORK,
    at,
    cause: 'replaced',
    untold: null,
    evidence: null,
    outcome: 'healed',
    healedAt: milliseconds === null ? null : at + milliseconds,
    milliseconds,
    outage: null,
    failures: 0,
    why: null,
    ...change,
  }
}

export function attachment(change: Partial<ShownAttachment> = {}): ShownAttachment {
  return {
    container: APP,
    network: NETWORK,
    state: 'attached',
    since: NOW - 3 * DAY,
    lastDetach: null,
    reported: null,
    reach: { proof: { rung: 'named', at: NOW - 3 * MINUTE }, isPending: false, unreachable: null, doubt: null },
    ...change,
  }
}

export function heartbeats(
  count: number,
  change: (day: number) => Partial<HeartbeatDay> | null = () => ({}),
): HeartbeatDay[] {
  return Array.from({ length: count }, (_, i) => i).flatMap(i => {
    const at = Math.floor(NOW / DAY) * DAY - (count - 1 - i) * DAY + SECOND
    const made = change(i)
    if (made === null) return []
    return [
      { day: new Date(at).toISOString().slice(0, 10), at, well: true, text: `${APP} and ${WORKER} healthy`, ...made },
    ]
  })
}

/** All well for a month. */
export function quiet(change: Partial<PageModel> = {}): PageModel {
  return {
    generatedAt: NOW,
    program: '0.1.0',
    refresh: null,
    host: 'coolify-1',
    healer: { alive: true, mode: 'daemon', pid: 812, lastPassAt: NOW - 41 * SECOND, lastPassOk: true, lastError: null },
    paused: null,
    problems: [],
    attachments: [attachment(), attachment({ container: WORKER })],
    loops: [],
    span: { from: NOW - 30 * DAY, to: NOW },
    story: { losses: [], loops: [], restarts: [], warnings: [], span: null },
    heartbeats: heartbeats(64),
    unreadable: [],
    ...change,
  }
}

/** netheal never ran here. */
export function empty(): PageModel {
  return quiet({
    healer: { alive: false, mode: null, pid: null, lastPassAt: null, lastPassOk: null, lastError: null },
    attachments: [],
    heartbeats: [],
  })
}

/** Days in which Coolify redeployed again and again, something disconnected every two minutes, and an engine failed. */
export function week(): PageModel {
  const random = chance(7)
  const took = (): number => 5 + random() * random() * 60
  const redeploys = Array.from({ length: 6 }, (_, i) =>
    loss({
      at: NOW - 5 * DAY - 3 * HOUR + i * (3 * MINUTE + random() * 20 * SECOND),
      milliseconds: took(),
      evidence: evidenceOf({ previousId: 'a91b77c05512'.padEnd(64, '3'), deployment: `ko4s8kw0${i}c84gg` }),
    }),
  )
  const disconnects = Array.from({ length: 14 }, (_, i) =>
    loss({
      container: WORKER,
      cause: 'explicit',
      at: NOW - 28 * MINUTE + i * 120 * SECOND + Math.floor(random() * 900),
      milliseconds: took(),
      evidence: evidenceOf({ containerId: 'c0ffee112233'.padEnd(64, '5') }),
    }),
  )
  const single: Loss[] = [
    loss({ at: NOW - 6.9 * DAY, cause: null, milliseconds: 22 }),
    loss({ container: WORKER, at: NOW - 6.9 * DAY, cause: null, milliseconds: 19 }),
    loss({ at: NOW - 6.2 * DAY, milliseconds: 9.4 }),
    loss({
      at: NOW - 4.1 * DAY,
      cause: 'network-recreated',
      milliseconds: 2.4 * HOUR,
      failures: 5,
      why: 'the engine refused: network not found; is its stack up?',
    }),
    loss({
      container: WORKER,
      at: NOW - 4.1 * DAY,
      cause: 'network-recreated',
      milliseconds: 2.4 * HOUR,
      failures: 4,
      why: 'the engine refused: network not found; is its stack up?',
    }),
    loss({
      container: WORKER,
      at: NOW - 2.6 * DAY,
      cause: 'network-removed',
      outcome: 'left',
      milliseconds: null,
      why: 'network-missing: is its stack up?',
    }),
    loss({
      container: WORKER,
      at: NOW - 2.5 * DAY,
      cause: 'replaced',
      milliseconds: 1.2 * SECOND,
      failures: 1,
      why: 'the engine refused: address pool is full',
    }),
    loss({ at: NOW - 1.3 * DAY, milliseconds: 48 }),
    loss({ at: NOW - 0.6 * DAY, cause: 'explicit', untold: null, milliseconds: 12 }),
  ]
  const losses = [...single, ...redeploys, ...disconnects].sort((a, b) => a.at - b.at)
  const [first] = disconnects
  const since = first?.at ?? NOW
  const episode = (change: Partial<LoopEpisode>): LoopEpisode => ({
    container: APP,
    network: NETWORK,
    kind: 'detach-loop',
    cause: 'replaced',
    source: 'coolify-redeploy',
    count: 6,
    every: 190 * SECOND,
    since: redeploys[0]?.at ?? NOW,
    last: redeploys.at(-1)?.at ?? NOW,
    flaggedAt: (redeploys[2]?.at ?? NOW) + 50,
    clearedAt: (redeploys.at(-1)?.at ?? NOW) + 15 * MINUTE,
    remedy: remedyFor('coolify-redeploy'),
    ...change,
  })
  return quiet({
    attachments: [
      attachment({ since: NOW - 0.6 * DAY, lastDetach: { at: NOW - 0.6 * DAY, cause: 'explicit' } }),
      attachment({
        container: WORKER,
        since: NOW - 2 * MINUTE,
        lastDetach: { at: NOW - 2 * MINUTE, cause: 'explicit' },
      }),
    ],
    span: { from: NOW - 7 * DAY, to: NOW },
    loops: [
      {
        key: `name/${WORKER} -> ${NETWORK}`,
        kind: 'detach-loop',
        container: WORKER,
        network: NETWORK,
        cause: 'explicit',
        source: 'outside-detach',
        count: 14,
        since,
        last: disconnects.at(-1)?.at ?? NOW,
        every: 120 * SECOND,
        starts: [],
      },
    ],
    story: {
      losses,
      loops: [
        episode({}),
        episode({
          container: WORKER,
          cause: 'explicit',
          source: 'outside-detach',
          count: 3,
          every: 120 * SECOND,
          since,
          last: disconnects[2]?.at ?? NOW,
          flaggedAt: (disconnects[2]?.at ?? NOW) + 40,
          clearedAt: null,
          remedy: remedyFor('outside-detach'),
        }),
      ],
      restarts: [
        { container: APP, at: NOW - 6.2 * DAY, verb: 'restart', succeeded: true },
        { container: WORKER, at: NOW - 2.5 * DAY, verb: 'restart', succeeded: false },
      ],
      warnings: [
        {
          at: NOW - 2.6 * DAY,
          container: WORKER,
          network: NETWORK,
          message: `${WORKER} cannot be attached to ${NETWORK} (network-missing); is its stack up?`,
          over: NOW - 2.5 * DAY,
        },
        {
          at: NOW - 2.4 * DAY,
          container: APP,
          network: NETWORK,
          message: `the default route of ${APP} moves from coolify to ${NETWORK}; it cannot be prevented on this engine`,
          over: null,
        },
        {
          at: NOW - 1.3 * DAY,
          container: APP,
          network: NETWORK,
          message: `the default route of ${APP} moves from coolify to ${NETWORK}; it cannot be prevented on this engine`,
          over: null,
        },
      ],
      span: { from: NOW - 7 * DAY, to: NOW },
    },
    heartbeats: heartbeats(64, i =>
      i === 40 || i === 41
        ? null
        : i === 60 || i === 63
          ? { well: false, text: `${WORKER} is not attached to ${NETWORK}; attached: ${APP}` }
          : {},
    ),
  })
}

const CAUSES: readonly DetachCause[] = ['explicit', 'replaced', 'network-recreated', 'network-removed']

/** Over a month and twenty containers, each cause, a few left alone; all of one container in a loop. */
export function crowd(count: number): PageModel {
  const random = chance(11)
  const losses = Array.from({ length: count }, (_, i) => {
    const cause = CAUSES[Math.floor(random() * 4)] ?? 'explicit'
    const left = random() < 0.02
    return loss({
      container: i % 2 === 0 ? APP : `worker-${i % 20}`,
      at: NOW - 30 * DAY + (i / count) * 30 * DAY,
      cause,
      milliseconds: left ? null : 3 + 10 ** (random() * 4),
      outcome: left ? 'left' : 'healed',
      why: left ? 'netheal is paused' : null,
      evidence: evidenceOf(),
    })
  })
  const mine = losses.filter(l => l.container === APP)
  const shared = {
    container: APP,
    network: NETWORK,
    kind: 'detach-loop',
    cause: 'explicit',
    source: 'outside-detach',
    count: mine.length,
    every: 10 * MINUTE,
    since: mine[0]?.at ?? NOW,
    last: mine.at(-1)?.at ?? NOW,
  } as const
  return quiet({
    loops: [{ ...shared, key: APP, starts: [] }],
    story: {
      losses,
      loops: [
        {
          ...shared,
          flaggedAt: mine[2]?.at ?? NOW,
          clearedAt: null,
          remedy: remedyFor('outside-detach'),
        },
      ],
      restarts: [],
      warnings: losses.slice(0, 3000).map(l => ({
        at: l.at,
        container: l.container,
        network: l.network,
        message: `warning of ${l.at}`,
        over: null,
      })),
      span: { from: NOW - 30 * DAY, to: NOW },
    },
  })
}

/** With every text that others choose put through `change`. What is the same stays the same where `change` is injective. */
export function renamed(model: PageModel, change: (text: string) => string): PageModel {
  const named = <T extends { readonly container: string; readonly network: string }>(item: T): T => ({
    ...item,
    container: change(item.container),
    network: change(item.network),
  })
  const orNull = (text: string | null): string | null => (text === null ? null : change(text))
  const { healer, paused, story } = model
  return {
    ...model,
    program: change(model.program),
    host: orNull(model.host),
    healer: { ...healer, lastError: orNull(healer.lastError) },
    paused: paused === null ? null : { ...paused, reason: orNull(paused.reason) },
    problems: model.problems.map(change),
    attachments: model.attachments.map(a => {
      const { unreachable } = a.reach
      const said =
        unreachable === null
          ? null
          : { ...unreachable, detail: change(unreachable.detail), hint: orNull(unreachable.hint) }
      return { ...named(a), reported: orNull(a.reported), reach: { ...a.reach, unreachable: said } }
    }),
    loops: model.loops.map(l => ({ ...l, container: change(l.container), network: orNull(l.network) })),
    story: {
      losses: story.losses.map(l => ({
        ...named(l),
        why: orNull(l.why),
        evidence:
          l.evidence === null
            ? null
            : {
                ...l.evidence,
                deployment: orNull(l.evidence.deployment),
                containerId: change(l.evidence.containerId),
                previousId: orNull(l.evidence.previousId),
              },
      })),
      loops: story.loops.map(l => ({
        ...l,
        container: change(l.container),
        network: orNull(l.network),
        remedy: change(l.remedy),
        cause: change(l.cause),
      })),
      restarts: story.restarts.map(r => ({ ...r, container: change(r.container) })),
      warnings: story.warnings.map(w => ({
        ...w,
        container: orNull(w.container),
        network: orNull(w.network),
        message: change(w.message),
      })),
      span: story.span,
    },
    heartbeats: model.heartbeats.map(h => ({ ...h, text: change(h.text) })),
    unreadable: model.unreadable.map(change),
  }
}

/** The week, and everything else that can be wrong at once: each place of the page has something in it. */
const PAUSED: Unreachable = {
  reason: 'target-paused',
  detail: 'supabase-db is paused',
  hint: 'docker unpause supabase-db',
  since: NOW - HOUR,
}

export function troubled(): PageModel {
  const model = week()
  return {
    ...model,
    healer: { ...model.healer, lastPassOk: false, lastError: 'no engine at unix:///var/run/docker.sock' },
    paused: { until: NOW + HOUR, reason: 'moving the database' },
    problems: ['cannot write /var/log/netheal/actions.1.log: no space left on the disk (ENOSPC)'],
    attachments: [
      ...model.attachments,
      attachment({ container: 'a', state: 'detached' }),
      attachment({ container: 'b', state: 'blocked', reported: 'network-missing' }),
      attachment({
        container: 'f',
        state: 'unreachable',
        reach: { proof: null, isPending: false, unreachable: PAUSED, doubt: null },
      }),
      attachment({ container: 'c', state: 'waiting' }),
      attachment({ container: 'd', state: 'stopped', lastDetach: { at: NOW - DAY, cause: 'replaced' } }),
      attachment({ container: 'e', state: 'missing' }),
    ],
    loops: [
      ...model.loops,
      {
        ...{ key: '4f1c', kind: 'restart-loop', container: APP, network: null, cause: 'restarted' },
        ...{ source: 'outside-restart', count: 4, since: NOW - HOUR, last: NOW - 5 * MINUTE, every: 15 * MINUTE },
        starts: [NOW - HOUR, NOW - 40 * MINUTE, NOW - 20 * MINUTE, NOW - 5 * MINUTE],
      } as const,
    ],
    unreadable: ['3 lines of the action log'],
  }
}
