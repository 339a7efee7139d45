// The memory as a value: nothing in it lies in the future, and it is plain JSON.
import { expect, test } from 'vitest'
import { clampedTo, EMPTY_STATE, mapValues, withContainer } from '../../src/core/state.ts'
import { FULL } from '../record/states.ts'
import { NOW } from './builders.ts'

const LATEST = 10

test('the state stays the very same with the clock as it was, or later', () => {
  expect(clampedTo(FULL, LATEST)).toBe(FULL)
  expect(clampedTo(FULL, NOW)).toBe(FULL)
  expect(clampedTo(EMPTY_STATE, -1)).toBe(EMPTY_STATE)
})

test('nothing in the state lies in the future after the clock was set back', () => {
  const clamped = clampedTo(FULL, 0)
  expect(clamped.detaches.map(d => d.at)).toEqual([0])
  expect(clamped.loops).toMatchObject([{ since: 0, last: 0 }])
  expect(clamped.starts).toMatchObject({ abc: { times: [0, 0] } })
  expect(clamped.restarts).toEqual({ i: [0] })
  expect(clamped.attachments['id|net']?.since).toBe(0)
  expect(clamped.deployments).toEqual([{ id: 'd', firstSeen: 0, lastSeen: 0 }])
  expect(clamped.daemon).toEqual({ pid: 4711, since: 0 })
  expect(clampedTo(clamped, 0)).toBe(clamped)
})

test('the state survives JSON', () => {
  for (const state of [FULL, EMPTY_STATE, clampedTo(FULL, 1)]) expect(JSON.parse(JSON.stringify(state))).toEqual(state)
})

test('one container of an attachment is changed in the state, and nothing where it is not known', () => {
  expect(withContainer(FULL, 'id|net', 'abc', { unproven: null }).attachments['id|net']?.seen.abc?.unproven).toBeNull()
  expect(withContainer(FULL, 'id|net', 'other', { unproven: null })).toBe(FULL)
  expect(withContainer(FULL, 'other', 'abc', { unproven: null })).toBe(FULL)
  expect(mapValues({ a: 1, b: 2 }, n => n * 2)).toEqual({ a: 2, b: 4 })
})
