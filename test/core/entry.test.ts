// The exact words of every kind of entry: operators grep for them.

import { expect, test } from 'vitest'
import { type DetachCause, remedyFor } from '../../src/core/cause.ts'
import { type Entry, sentenceOf, span, wordOf } from '../../src/core/entry.ts'
import type { Evidence } from '../../src/core/state.ts'
import type { Verb } from '../../src/core/verb.ts'
import { MINUTE, NOW, SUPABASE } from './builders.ts'

const subject = { at: NOW, container: 'pms-backend', network: SUPABASE }
const line = (entry: Entry): string => `${wordOf(entry)}: ${sentenceOf(entry)}`
const evidence: Evidence = {
  containerId: 'a',
  previousId: null,
  networkId: null,
  previousNetworkId: 'n',
  lastAttachedAt: null,
  lostAt: null,
  startedAt: null,
  exitCode: null,
  coolify: false,
  deployment: null,
}
const fixing = (cause: DetachCause | null): Entry => ({
  kind: 'fixing',
  ...subject,
  why: `not attached to ${SUPABASE}`,
  cause,
  evidence: null,
})
const action = (verb: Verb, notes: readonly string[] = []): Entry => ({ kind: 'action', ...subject, verb, notes })
const success = (verb: Verb, notes: readonly string[] = []): Entry => ({
  kind: 'success',
  ...subject,
  verb,
  milliseconds: 35.4,
  notes,
})
const failed = (verb: Verb, hint: string | null, retryIn: number | null): Entry => ({
  kind: 'failed',
  ...subject,
  verb,
  error: 'no address left',
  hint,
  retryIn,
})

test.each<[string, Entry]>([
  [`FIXING: pms-backend not attached to ${SUPABASE} (cause: replaced)`, fixing('replaced')],
  [`FIXING: pms-backend not attached to ${SUPABASE}`, fixing(null)],
  [`ACTION: Connecting pms-backend to ${SUPABASE}...`, action('connect')],
  [`ACTION: Connecting pms-backend to ${SUPABASE}... (as api, backend)`, action('connect', ['as api, backend'])],
  [`ACTION: Repairing pms-backend on ${SUPABASE}...`, action('repair')],
  ['ACTION: Restarting pms-backend...', action('restart')],
  ['ACTION: Starting pms-backend...', action('start')],
  ['ACTION: Resolving names in pms-backend...', action('prove')],
  [`SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms`, success('connect')],
  [
    `SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms (before its first process)`,
    success('connect', ['before its first process']),
  ],
  [`SUCCESS: Repaired pms-backend on ${SUPABASE} in 35 ms (a; b)`, success('repair', ['a', 'b'])],
  ['SUCCESS: Restarted pms-backend in 35 ms', success('restart')],
  ['SUCCESS: Started pms-backend in 35 ms', success('start')],
  [
    'SUCCESS: pms-backend resolves supabase-db (172.18.0.2), redis (172.18.0.3)',
    success('prove', ['supabase-db (172.18.0.2)', 'redis (172.18.0.3)']),
  ],
  [`FAILED: Could not connect pms-backend to ${SUPABASE}: no address left`, failed('connect', null, null)],
  [
    `FAILED: Could not connect pms-backend to ${SUPABASE}: no address left; free some; next try in 4 s`,
    failed('connect', 'free some', 4_000),
  ],
  [
    `FAILED: Could not repair pms-backend on ${SUPABASE}: no address left; next try in 5 min`,
    failed('repair', null, 5 * MINUTE),
  ],
  ['FAILED: Could not restart pms-backend: no address left', failed('restart', null, null)],
  ['FAILED: Could not start pms-backend: no address left', failed('start', null, null)],
  ['FAILED: Could not resolve names in pms-backend: no address left', failed('prove', null, null)],
  [
    `LOST: pms-backend is off ${SUPABASE} (cause: explicit): netheal is paused`,
    { kind: 'lost', ...subject, cause: 'explicit', evidence, why: 'netheal is paused' },
  ],
  [
    `LOOP: pms-backend lost ${SUPABASE} 3 times in 4 min, every ~120 s (cause: explicit, source: outside-detach): ${remedyFor('outside-detach')}`,
    {
      kind: 'loop',
      ...subject,
      loop: 'detach-loop',
      cause: 'explicit',
      source: 'outside-detach',
      count: 3,
      within: 4 * MINUTE,
      every: 2 * MINUTE,
      remedy: remedyFor('outside-detach'),
    },
  ],
  [
    'LOOP: pms-backend was stopped and started from outside 4 times in 15 min (cause: restarted, source: outside-restart): look',
    {
      kind: 'loop',
      ...subject,
      network: null,
      loop: 'restart-loop',
      cause: 'restarted',
      source: 'outside-restart',
      count: 4,
      within: 15 * MINUTE,
      every: null,
      remedy: 'look',
    },
  ],
  [
    `CLEARED: pms-backend on ${SUPABASE}: detach-loop is over, quiet for 15 min`,
    { kind: 'cleared', ...subject, loop: 'detach-loop', quiet: 15 * MINUTE },
  ],
  [
    'CLEARED: pms-backend: restart-loop is over, quiet for 16 min',
    { kind: 'cleared', ...subject, network: null, loop: 'restart-loop', quiet: 16 * MINUTE },
  ],
  ['WARNING: it is so', { kind: 'warning', ...subject, code: 'x', message: 'it is so', hint: null }],
  [
    'WARNING: it is so; do this',
    { kind: 'warning', at: NOW, container: null, network: null, code: 'x', message: 'it is so', hint: 'do this' },
  ],
])('%s', (expected, entry) => {
  expect(line(entry)).toBe(expected)
})

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [999.6, '1000 ms'],
  [1_000, '1 s'],
  [12_400, '12 s'],
  [120_000, '120 s'],
  [179_000, '179 s'],
  [180_000, '3 min'],
  [15 * MINUTE, '15 min'],
  [179 * MINUTE, '179 min'],
  [180 * MINUTE, '3 h'],
  [71 * 60 * MINUTE, '71 h'],
  [72 * 60 * MINUTE, '3 d'],
])('%d ms is %s', (milliseconds, expected) => {
  expect(span(milliseconds)).toBe(expected)
})
