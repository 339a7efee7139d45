// A deadline for each call, beside the root signal, and nothing left of either afterwards.
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { withDeadline } from '../../src/docker/deadline.ts'

const never = new AbortController().signal
const hang = () => new Promise<never>(() => undefined)

test('a call that is answered in time gives the answer', async () => {
  await expect(withDeadline('GET /x', 60_000, never, async () => 7)).resolves.toBe(7)
})

test('a call without an answer in time fails, even one that looks at no signal', async () => {
  await expect(withDeadline('GET /x at unix:///s', 20, never, hang)).rejects.toMatchObject({
    code: 'engine-timeout',
    message: 'GET /x at unix:///s: no answer within 0.02 s',
    hint: 'the engine hangs or is very slow; to wait longer: docker.timeout in the config',
  })
})

test('a call whose deadline is over is told to give up', async () => {
  const told = Promise.withResolvers<void>()
  const ask = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => told.resolve())
    return hang()
  }
  await expect(withDeadline('GET /x', 20, never, ask)).rejects.toThrow()
  await told.promise
})

test('the root signal ends a call at once, and that is no fault of the engine', async () => {
  const root = new AbortController()
  const asked = withDeadline('GET /x', 600_000, root.signal, hang)
  root.abort()
  await expect(asked).rejects.toMatchObject({
    code: 'engine-timeout',
    message: 'GET /x: cancelled, netheal is stopping',
  })
  await expect(withDeadline('GET /x', 600_000, root.signal, hang)).rejects.toThrow('netheal is stopping')
})

test('what a call throws is thrown on', async () => {
  await expect(withDeadline('GET /x', 60_000, never, () => Promise.reject(new TypeError('a bug')))).rejects.toThrow(
    TypeError,
  )
})

test('ten thousand calls leave no listener on the root signal', async () => {
  const root = new AbortController()
  for (let n = 0; n < 100; n += 1) {
    await Promise.all(Array.from({ length: 100 }, () => withDeadline('GET /x', 60_000, root.signal, async () => n)))
  }
  expect(getEventListeners(root.signal, 'abort')).toEqual([])
})

test('an answer in time leaves no timer that would wake an idle process', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter(it => it === 'Timeout').length
  const before = timers()
  await withDeadline('GET /x', 60_000, never, async () => 7)
  await expect(withDeadline('GET /x', 60_000, never, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(timers()).toBe(before)
})

test('a hundred calls at once cause no warning', async () => {
  const warnings: Error[] = []
  const heard = (warning: Error): void => void warnings.push(warning)
  process.on('warning', heard)
  const root = new AbortController()
  const calls = Promise.allSettled(Array.from({ length: 100 }, () => withDeadline('GET /x', 60_000, root.signal, hang)))
  root.abort()
  await calls
  await new Promise(resolve => setImmediate(resolve))
  process.off('warning', heard)
  expect(warnings).toEqual([])
})
