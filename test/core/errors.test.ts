import { expect, test } from 'vitest'
import { assertNever, type ErrorCode, exitCodeOf, isEngineAbsent, NethealError } from '../../src/core/errors.ts'

test.each<[ErrorCode, number, boolean]>([
  ['usage', 2, false],
  ['config', 2, false],
  ['engine-unreachable', 4, true],
  ['engine-forbidden', 4, true],
  ['engine-timeout', 4, true],
  ['engine-too-old', 4, false],
  ['engine-refused', 3, false],
  ['denied', 3, false],
  ['not-connected', 3, false],
  ['endpoint-exists', 3, false],
  ['address-in-use', 3, false],
  ['unknown-network', 3, false],
  ['unknown-container', 3, false],
  ['not-attachable', 3, false],
  ['not-found', 3, false],
  ['log-unreadable', 3, false],
  ['undelivered', 3, false],
  ['locked', 3, false],
  ['record', 3, false],
])('%s: exit %i, the engine is absent: %s', (code, exit, absent) => {
  const error = new NethealError(code, 'what failed on what')
  expect(exitCodeOf(error)).toBe(exit)
  expect(isEngineAbsent(error)).toBe(absent)
  expect(error.hint).toBeNull()
})

test('an error that is no NethealError is a bug of ours', () => {
  expect(exitCodeOf(new TypeError('x'))).toBe(1)
  expect(exitCodeOf('x')).toBe(1)
  expect(isEngineAbsent(new Error('x'))).toBe(false)
})

test('an error keeps its hint and its cause', () => {
  const cause = new Error('below')
  const error = new NethealError('record', 'x', { hint: 'do this', cause })
  expect([error.hint, error.cause]).toEqual(['do this', cause])
  expect(() => assertNever('x' as never)).toThrow('unreachable: "x"')
})
