// A memory in which every field is filled.
import type { Memory } from '../../src/core/memory.ts'

export const FULL: Memory = {
  version: 1,
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
        },
      },
    },
  },
  detaches: [
    {
      key: 'id|net',
      container: 'pms-backend',
      network: 'net',
      at: 3,
      cause: 'network-recreated',
      evidence: {
        containerId: 'abc',
        previousId: null,
        networkId: null,
        previousNetworkId: 'n',
        lastAttachedAt: null,
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
  restarts: { i: [1] },
  backoffs: { 'id|net': { attempts: 1, until: 9, fingerprint: 'f' } },
  deployments: [{ id: 'd', firstSeen: 1, lastSeen: 2 }],
  problems: ['log: full'],
  heartbeatDay: '2025-12-29',
}
