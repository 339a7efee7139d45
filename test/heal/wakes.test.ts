// Wakes: however many come, one pass follows, and it looks at no less than any of them asked for.
import { expect, test } from 'vitest'
import { openWakes } from '../../src/heal/wakes.ts'

const never = new AbortController().signal

test('wakes that come together are one, with each reason once', async () => {
  const wakes = openWakes()
  wakes.container('a', 'container start')
  wakes.container('a', 'container start')
  wakes.container('b', 'network disconnect')
  const wake = await wakes.next(never)
  expect(wake).toEqual({
    scope: { kind: 'containers', ids: new Set(['a', 'b']) },
    reasons: new Set(['container start', 'network disconnect']),
  })
})

test('a full wake swallows those for single containers', async () => {
  const wakes = openWakes()
  wakes.container('a', 'container start')
  wakes.full('schedule')
  expect((await wakes.next(never))?.scope).toEqual({ kind: 'full' })
})

test('more than 32 containers are a full look: two calls instead of one each', async () => {
  const wakes = openWakes()
  for (let n = 0; n < 32; n += 1) wakes.container(`c${n}`, 'start')
  expect((await wakes.next(never))?.scope.kind).toBe('containers')
  for (let n = 0; n < 33; n += 1) wakes.container(`c${n}`, 'start')
  expect((await wakes.next(never))?.scope).toEqual({ kind: 'full' })
})

test('what comes while a pass works waits for the next', async () => {
  const wakes = openWakes()
  wakes.full('start')
  await wakes.next(never)
  wakes.container('a', 'late')
  expect(await wakes.next(never)).toEqual({
    scope: { kind: 'containers', ids: new Set(['a']) },
    reasons: new Set(['late']),
  })
})

test('a wake rings whoever waits, and nobody is told twice', async () => {
  const wakes = openWakes()
  const waiting = wakes.next(never)
  wakes.full('schedule')
  expect((await waiting)?.reasons).toEqual(new Set(['schedule']))
  const stop = new AbortController()
  const next = wakes.next(stop.signal)
  stop.abort()
  expect(await next).toBeNull()
})

test('after the end there are no more wakes, even where one waits', async () => {
  const wakes = openWakes()
  wakes.full('start')
  expect(await wakes.next(AbortSignal.abort())).toBeNull()
})
