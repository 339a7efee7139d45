// How long an attachment was not there: from last seen, or from the event, to there again.
import { describe, expect, test } from 'vitest'
import { findDetaches } from '../../src/core/detach.ts'
import { outageOf, outageText } from '../../src/core/outage.ts'
import { outageFrom } from '../../src/history/rules/entry-text.ts'
import { backend, coolify, host, id, lookAt, MINUTE, NOW, on, rule, run, supabase } from './builders.ts'
import { evidenceOf } from './logged.ts'
import { watcher } from './watcher.ts'

const SECOND = 1_000
const ATTACHED = backend('running', [on(coolify), on(supabase)])
const DETACHED = backend('running', [on(coolify)])

describe('bounds', () => {
  test('seen by looks only: at least since it was noticed, at most since it was last seen attached', () => {
    const loss = { at: NOW - 106, evidence: evidenceOf(NOW - 46 * SECOND) }
    expect(outageOf(loss, NOW)).toEqual({ min: 106, max: 46 * SECOND })
    expect(outageText(outageOf(loss, NOW))).toBe('off for 106 ms to 46 s')
  })

  test('told by an event: both are the same', () => {
    const loss = { at: NOW - 30, evidence: evidenceOf(NOW - 5 * MINUTE, { lostAt: NOW - 40 }) }
    expect(outageOf(loss, NOW)).toEqual({ min: 40, max: 40 })
    expect(outageText(outageOf(loss, NOW))).toBe('off for 40 ms')
  })

  test('a clock that was set back makes nothing negative', () => {
    expect(outageOf({ at: NOW + MINUTE, evidence: evidenceOf(NOW + MINUTE) }, NOW)).toEqual({ min: 0, max: 0 })
  })

  test('what the log says of it is read back, and no other note is', () => {
    for (const outage of [
      { min: 106, max: 46 * SECOND },
      { min: 40, max: 40 },
      { min: 3 * MINUTE, max: 60 * MINUTE },
    ])
      expect(outageFrom(outageText(outage))).toEqual(outage)
    for (const note of ['before its first process', 'off for good', 'off for 3 x to 4 s'])
      expect(outageFrom(note)).toBeNull()
  })
})

describe('when it was lost', () => {
  const lostAt = (after: typeof DETACHED, happened: ReadonlyMap<string, readonly number[]> = new Map()) => {
    const watch = watcher([rule()])
    watch.see(host([ATTACHED]), NOW - MINUTE)
    const look = lookAt([rule()], host([after]), { state: watch.state })
    return findDetaches(look.attachments, look.world, watch.state, NOW, happened)[0]?.evidence.lostAt
  }

  test('by the event of the container, or of its network', () => {
    expect(lostAt(DETACHED)).toBeNull()
    expect(lostAt(DETACHED, new Map([[DETACHED.id, [NOW - 20]]]))).toBe(NOW - 20)
    expect(lostAt(DETACHED, new Map([[supabase.id, [NOW - 20]]]))).toBe(NOW - 20)
    expect(lostAt(DETACHED, new Map([[coolify.id, [NOW - 20]]]))).toBeNull()
  })

  test('an event from before it was last seen attached is of another loss', () => {
    expect(lostAt(DETACHED, new Map([[DETACHED.id, [NOW - 2 * MINUTE]]]))).toBeNull()
    expect(lostAt(DETACHED, new Map([[DETACHED.id, [NOW - 2 * MINUTE, NOW - 30, NOW - 20]]]))).toBe(NOW - 30)
  })

  test('a new container misses it from its start on, and not before', () => {
    const made = { id: id('new'), createdAt: NOW - 20 * SECOND }
    const started = run({ startedAt: NOW - 15 * SECOND })
    expect(lostAt(backend('running', [on(coolify)], { ...made, run: started }))).toBe(NOW - 15 * SECOND)
    expect(lostAt(backend('created', [on(coolify)], { ...made, run: run({ startedAt: null }) }))).toBe(NOW)
    expect(lostAt(backend('running', [on(coolify)], { ...made, run: null }))).toBeNull()
  })
})
