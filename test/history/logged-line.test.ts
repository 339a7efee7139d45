// A line that netheal wrote, in either format, is read back as the facts that it holds.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entry, sentenceOf, span } from '../../src/core/entry.ts'
import { readLine } from '../../src/history/logged-line.ts'
import type { Logged } from '../../src/history/rules/entry-text.ts'
import { lineMaker } from '../../src/record/line.ts'
import { anyEntry } from '../record/any-entry.ts'

const json = await lineMaker('json')
const text = await lineMaker('text')

function entryIn(line: string): Logged {
  const read = readLine(line.replace(/\n$/, ''))
  if (read.kind !== 'entry') throw new Error(`${read.kind}: ${line}`)
  return read.entry
}

test('a JSON line of the log tells all of its entry', () => {
  fc.assert(
    fc.property(anyEntry, entry => void expect(entryIn(json(entry))).toEqual(entry)),
    { numRuns: 500 },
  )
})

/** What a person says of a span, and back. */
function spoken(milliseconds: number): number {
  const [count, unit] = span(milliseconds).split(' ')
  return Number(count) * ({ ms: 1, s: 1e3, min: 6e4, h: 3.6e6, d: 8.64e7 }[unit ?? ''] ?? Number.NaN)
}

/** What the text of an entry holds of it. */
function heldBy(entry: Entry): object {
  const at = Math.floor(entry.at / 1000) * 1000
  switch (entry.kind) {
    case 'fixing':
      return { ...entry, at, evidence: null }
    case 'lost':
      return { ...entry, at, evidence: null }
    case 'returned':
      return { ...entry, at, after: spoken(entry.after) }
    case 'action':
    case 'success': {
      const network = entry.verb === 'connect' || entry.verb === 'repair' ? entry.network : null
      if (entry.kind === 'action') return { ...entry, at, network }
      return { ...entry, at, network, milliseconds: entry.verb === 'prove' ? null : Math.round(entry.milliseconds) }
    }
    case 'failed': {
      const network = entry.verb === 'connect' || entry.verb === 'repair' ? entry.network : null
      const error = entry.hint === null ? entry.error : `${entry.error}; ${entry.hint}`
      return {
        ...entry,
        at,
        network,
        error,
        hint: null,
        retryIn: entry.retryIn === null ? null : spoken(entry.retryIn),
      }
    }
    case 'loop':
      return {
        ...entry,
        at,
        within: spoken(entry.within),
        every: entry.every === null ? null : spoken(entry.every),
      }
    case 'cleared':
      return { ...entry, at, quiet: spoken(entry.quiet) }
    case 'warning':
      return { ...entry, at, container: null, network: null, code: null, message: sentenceOf(entry), hint: null }
  }
}

test('a text line of the log tells all that a person reads in it', () => {
  fc.assert(
    fc.property(anyEntry, entry => void expect(entryIn(text(entry))).toEqual(heldBy(entry))),
    { numRuns: 1000 },
  )
})

test('no line of a log makes the reader throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), line => void readLine(line)))
  fc.assert(fc.property(fc.string(), rest => void readLine(`[2025-12-29 14:32:01 UTC] ${rest}`)))
  fc.assert(fc.property(fc.json(), line => void readLine(line)))
})

describe('warnings that say what they are about', () => {
  test.for([
    [
      'pms-backend cannot be attached to bccg (network-missing); is it called bccg4?',
      { container: 'pms-backend', network: 'bccg', code: 'network-missing' },
    ],
    [
      'pms-backend was not connected to bccg: one of them went away meanwhile',
      { container: 'pms-backend', network: 'bccg', code: 'gone' },
    ],
    [
      'pms-backend is attached to bccg, but supabase-db does not resolve inside it; is it running?',
      { container: 'pms-backend', network: 'bccg', code: 'unresolved' },
    ],
    [
      'pms-backend is attached to bccg; whether supabase-db resolves inside it is not known: HTTP 403',
      { container: 'pms-backend', network: 'bccg', code: 'unproven' },
    ],
    [
      'pms-backend is attached to bccg, but nothing answers at supabase-db:5432 from inside it; something drops it',
      { container: 'pms-backend', network: 'bccg', code: 'unreachable' },
    ],
    [
      'pms-backend is attached to bccg; whether supabase-db:5432 is reached from inside it is not known: HTTP 403',
      { container: 'pms-backend', network: 'bccg', code: 'unproven' },
    ],
    [
      'the default route of pms-backend moves from coolify to bccg: names sort, and this engine has no gateway priorities',
      { container: 'pms-backend', network: 'bccg', code: 'route-moves' },
    ],
    [
      'pms-backend keeps its default route on coolify: this engine has no gateway priorities',
      { container: 'pms-backend', network: null, code: 'gateway-priority' },
    ],
    [
      'pms-backend gets no alias api on bccg: other already has that name',
      { container: 'pms-backend', network: 'bccg', code: 'alias-taken' },
    ],
    ['pms-backend is not restarted: 2 an hour at most', { container: 'pms-backend', code: 'restart-refused' }],
    [
      'no other container is running on bccg: its stack is gone or stopped',
      { container: null, network: 'bccg', code: 'network-empty' },
    ],
    // The version before wrote these.
    [
      'pms-backend keeps its default route on coolify: this engine knows no gateway priority',
      { container: 'pms-backend', network: null, code: 'gateway-priority' },
    ],
    [
      'pms-backend gets no alias api on bccg: other answers to it already',
      { container: 'pms-backend', network: 'bccg', code: 'alias-taken' },
    ],
    [
      'bccg has no running member but ours: its stack is gone, or stopped',
      { container: null, network: 'bccg', code: 'network-empty' },
    ],
    ['the disk is full', { container: null, network: null, code: null }],
  ] as const)('a warning of the log that tells what it is about: %s', ([sentence, expected]) => {
    expect(entryIn(`[2025-12-29 14:32:01 UTC] WARNING: ${sentence}`)).toMatchObject({
      ...expected,
      kind: 'warning',
      message: sentence,
    })
  })
})

describe('the old script', () => {
  const at = Date.UTC(2025, 11, 29, 14, 32, 1)

  test.for([
    '[2025-12-29 14:32:01 UTC] ====== PMS Supabase Network Auto-Attach Check ======',
    '[2025-12-29 14:32:05 UTC] OK: pms-worker-v2 already attached to bccg4gs4o4kgsowocw08wkw4',
    '[2025-12-29 00:00:01 UTC] OK: Daily heartbeat - pms-backend and pms-worker-v2 healthy',
    '[2025-12-29 14:32:05 UTC] ====== Check Complete ======',
  ])('a line of the old script that tells nothing: %s', line => {
    expect(readLine(line)).toEqual({ kind: 'quiet' })
  })

  test.for([
    ['FIXING: pms-backend not attached to bccg', { kind: 'fixing', network: 'bccg', cause: null }],
    ['ACTION: Connecting pms-backend to bccg...', { kind: 'action', verb: 'connect', network: 'bccg' }],
    ['SUCCESS: Connected pms-backend to bccg', { kind: 'success', network: 'bccg', milliseconds: null }],
    ['ACTION: Restarting pms-backend...', { kind: 'action', verb: 'restart', network: null }],
    ['SUCCESS: Restarted pms-backend', { kind: 'success', verb: 'restart', milliseconds: null }],
    ['FAILED: could not connect pms-backend', { kind: 'failed', verb: 'connect', network: null }],
  ] as const)('a line of the old script: %s', ([said, expected]) => {
    expect(entryIn(`[2025-12-29 14:32:01 UTC] ${said}`)).toMatchObject({ at, container: 'pms-backend', ...expected })
  })
})

test.for([
  '',
  'Error response from daemon: no such container',
  '[2025-13-29 14:32:01 UTC] SUCCESS: Connected a to b',
  '[2025-12-29 14:32:01 UTC] SUCCESS: Connected a',
  '[2025-12-29 14:32:01 UTC] SOMETHING: else',
  '{"level":"info","time":"2025-12-29T14:32:01.000Z","word":"FIX',
  '{"time":"2025-12-29T14:32:01.000Z","kind":"lost","container":"a"}',
  '{"time":"never","kind":"cleared","container":"a","network":null,"loop":"restart-loop","quiet":1}',
])('a line that no log has: %s', line => {
  expect(readLine(line)).toEqual({ kind: 'unreadable' })
})
