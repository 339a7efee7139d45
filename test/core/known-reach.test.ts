// How far it is proven that an attachment reaches what it is attached for: over all of its containers, and in words.
import { expect, test } from 'vitest'
import { knownReachOf, proofText, unreachableIn } from '../../src/core/known-reach.ts'
import type { Rung } from '../../src/core/proof.ts'
import { healthOf } from '../../src/core/verdict.ts'
import { MINUTE, NOW, observed, remembered, SUPABASE, state, UNRESOLVED } from './builders.ts'

const proven = (rung: Rung, minutes = 3) => observed({ proof: { rung, at: NOW - minutes * MINUTE } })
const words = (...seen: Parameters<typeof remembered>[0]): string => proofText(knownReachOf(remembered(seen)), NOW)

test('the rung of an attachment is the lowest of its containers, and the older proof of two', () => {
  expect(words(proven('named'))).toBe('proven: named, 3 min ago')
  expect(words(proven('reached'), proven('joined', 4))).toBe('proven: joined, 4 min ago')
  expect(words(proven('named', 4), proven('named', 5))).toBe('proven: named, 5 min ago')
  expect(words(proven('reached'), observed())).toBe('proven: listed')
  // The clock was set back.
  expect(words(proven('wired', -3))).toBe('proven: wired, 0 ms ago')
})

test('a container that is not attached proves nothing, and takes nothing away', () => {
  expect(words(proven('named'), observed({ attached: false }))).toBe('proven: named, 3 min ago')
  const gone = remembered([proven('named')], { state: 'detached' })
  expect(knownReachOf(gone)).toEqual({ proof: null, isPending: false, unreachable: null, doubt: null })
})

test('a proof that has been asked for is pending until it says something', () => {
  expect(words(observed({ unproven: 0 }))).toBe('proven: listed, the next proof is pending')
  expect(knownReachOf(remembered([observed({ unproven: 2, unreachable: UNRESOLVED })])).isPending).toBe(false)
})

test('what was asked and got no answer is said', () => {
  const asked = { at: NOW, doubt: 'whether db resolves inside it is not known: getent does not end' }
  expect(words(observed({ asked }))).toBe(`proven: listed; ${asked.doubt}`)
})

test('what is unreachable is told as long as a rule asks for it', () => {
  const lost = remembered([observed({ unreachable: UNRESOLVED })])
  const told = { container: 'pms-backend', network: SUPABASE, unreachable: UNRESOLVED }
  expect(unreachableIn(state({ attachments: { a: lost, b: remembered([observed()]) } }))).toEqual([told])
  expect(unreachableIn(state({ attachments: { a: { ...lost, wanted: false } } }))).toEqual([])
})

test('the heartbeat calls nothing healthy while a proof is pending, and says how far the rest is proven', () => {
  const worker = { container: 'pms-worker-v2' }
  const health = (...all: readonly ReturnType<typeof remembered>[]) =>
    healthOf(state({ attachments: Object.fromEntries(all.map((a, i) => [`${i}`, a])) }), null)
  expect(health(remembered([proven('named')]), remembered([proven('joined')], worker))).toEqual({
    well: true,
    isPending: false,
    text: 'pms-backend and pms-worker-v2 healthy (proven: named of pms-backend; joined of pms-worker-v2)',
  })
  expect(health(remembered([observed({ unproven: 0 })]), remembered([proven('joined')], worker))).toEqual({
    well: true,
    isPending: true,
    text: 'pms-worker-v2 healthy (proven: joined); attached, proof pending: pms-backend',
  })
  expect(health(remembered([observed({ unreachable: UNRESOLVED })]), remembered([proven('joined')], worker))).toEqual({
    well: false,
    isPending: false,
    text: `pms-backend is attached to ${SUPABASE}, but supabase-db does not resolve inside it; attached: pms-worker-v2`,
  })
})
