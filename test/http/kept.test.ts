// What is costly is made once for all who ask, and not for ever.
import { expect, test } from 'vitest'
import { kept } from '../../src/http/kept.ts'

function counted(clock: { now: number }, took = 0) {
  const made: number[] = []
  const get = kept(
    async () => {
      clock.now += took
      made.push(clock.now)
      return made.length
    },
    { monotonic: () => clock.now },
    5_000,
  )
  return { get, made }
}

test('those who ask at once get the same, and so do those who ask soon', async () => {
  const clock = { now: 0 }
  const { get, made } = counted(clock)
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1])
  clock.now = 4_999
  expect(await get()).toBe(1)
  clock.now = 5_000
  expect(await get()).toBe(2)
  expect(made).toHaveLength(2)
})

test('what took long to make is kept for longer, and yet not for ever', async () => {
  const clock = { now: 0 }
  const { get } = counted(clock, 1_000)
  await get()
  clock.now = 1_000 + 18_999
  expect(await get()).toBe(1)
  clock.now = 1_000 + 19_000
  expect(await get()).toBe(2)
  const slow = { now: 0 }
  const other = counted(slow, 600_000)
  await other.get()
  slow.now += 30_000
  expect(await other.get()).toBe(2)
})

test('a failure is told to all who asked, and is not kept', async () => {
  let fails = true
  const get = kept(
    async () => {
      if (fails) throw new Error('no')
      return 'yes'
    },
    { monotonic: () => 0 },
    5_000,
  )
  expect(await Promise.allSettled([get(), get()])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  fails = false
  expect(await get()).toBe('yes')
})
