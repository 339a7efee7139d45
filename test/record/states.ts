// Stored state in which every field is filled.
import type { State } from '../../src/core/state.ts'
import type { Counts } from '../../src/metrics/rules/counts.ts'
import type { Notices } from '../../src/notify/rules/notices.ts'
import type { Stored } from '../../src/record/state-shape.ts'

export const FULL: State = {
  passes: 8,
  lastPass: { at: 5, ok: false, error: 'engine', mode: 'once', pid: 7 },
  attachments: {
    'id|net': {
      container: 'pms-backend',
      network: 'net',
      wanted: true,
      state: 'attached',
      since: 1,
      lastDetach: { at: 1, cause: 'explicit' },
      reported: null,
      seen: {
        abc: {
          name: 'pms-backend',
          createdAt: 1,
          networkId: 'n',
          networkName: 'net',
          endpointId: 'e',
          attached: true,
          attachedAt: 2,
          startedAt: null,
          restartCount: 0,
          aliases: ['a'],
          lost: 'replaced',
          unproven: 1,
          settings: {
            ipv4: '10.0.5.20',
            ipv6: null,
            linkLocal: [],
            driverOptions: { a: 'b' },
            gatewayPriority: 3,
          },
          proof: { rung: 'wired', at: 1 },
          unreachable: { reason: 'unresolved', detail: 'supabase-db does not resolve inside it', hint: null, since: 1 },
          asked: { at: 1, doubt: 'a doubt' },
          reattached: { attempts: 1, until: 1 },
          takenOff: { since: 1, lostAt: 1, changedAt: 1, members: '', removed: false },
        },
      },
    },
  },
  matched: ['pms-backend'],
  connected: [{ containerId: 'abc', networkId: 'n' }],
  unmatched: [{ selector: 'a', network: 'net', near: [{ container: 'ab', selector: '"ab"' }] }],
  detaches: [
    {
      key: 'id|net',
      container: 'pms-backend',
      network: 'net',
      at: 3,
      cause: 'network-recreated',
      excused: 'pause',
      evidence: {
        containerId: 'abc',
        previousId: null,
        networkId: null,
        previousNetworkId: 'n',
        lastAttachedAt: null,
        lostAt: null,
        startedAt: 4,
        exitCode: 128,
        coolify: true,
        deployment: 'd',
      },
    },
  ],
  loops: [
    {
      key: 'id|net',
      kind: 'restart-loop',
      container: 'c',
      network: null,
      cause: 'restarted',
      source: 'outside-restart',
      count: 3,
      since: 1,
      last: 2,
      every: null,
    },
  ],
  starts: { abc: { container: 'c', identity: 'i', times: [1, 2] } },
  engineStarts: [1, 2],
  restarts: { i: [1] },
  backoffs: { 'id|net': { attempts: 1, until: 9, fingerprint: 'f', code: 'engine-refused', error: 'no' } },
  deployments: [{ id: 'd', firstSeen: 1, lastSeen: 2 }],
  problems: ['log: full'],
  heartbeatDay: '2025-12-29',
  daemon: { pid: 4711, since: 2 },
  host: { namespace: 'net:[4026531840]', bridges: ['br-0123456789ab'] },
}

export const FULL_NOTICES: Notices = {
  incidents: [
    {
      key: 'loop id|net',
      kind: 'loop',
      group: 'loop detach-loop explicit supabase',
      container: 'pms-backend',
      network: 'supabase',
      since: 1,
      seenAt: 4,
      toldAt: null,
      over: 5,
      returns: 1,
      title: 'pms-backend lost supabase 3 times',
      lines: ['cause: explicit'],
      remedy: 'look in cron',
    },
  ],
  outbox: [
    {
      notice: {
        id: 'n1',
        kind: 'recovered',
        phase: 'closed',
        incident: 'loop',
        at: 6,
        since: 1,
        container: 'pms-backend',
        network: 'supabase',
        title: 'over',
        lines: ['a line'],
        remedy: null,
        severity: 'info',
        target: null,
        thread: 't1',
      },
      target: 'slack-1',
      attempts: 2,
      due: 9,
      refused: true,
    },
  ],
  targets: {
    'slack-1': {
      ...{ recent: [6], heldBack: { count: 1, titles: ['b'] }, delivered: 4, givenUp: 1 },
      failing: { since: 7, error: 'HTTP 404', refused: true },
    },
  },
}

export const FULL_COUNTS: Counts = {
  passes: 7,
  failedPasses: 1,
  attachments: {
    'id|net': {
      container: 'pms-backend',
      network: 'supabase',
      detaches: { explicit: 2, replaced: 1, 'network-recreated': 0, 'network-removed': 0, 'start-failed': 0 },
      heals: 3,
      failures: 1,
      buckets: [1, 2, 0],
      seconds: 0.25,
      outage: { min: 0.5, max: 60 },
    },
  },
}

export const FULL_STORED: Stored = { state: FULL, notices: FULL_NOTICES, counts: FULL_COUNTS }
