// Many items, some at a time: no more than allowed, each once, the results in order, and an end at the first error.
import { expect, test } from 'vitest'
import { mapBounded } from '../../src/concurrency/map-bounded.ts'

/** Items whose work ends when the test says so. */
class Bench {
  readonly begun: number[] = []
  readonly #open = new Map<number, PromiseWithResolvers<string>>()

  work = (item: number): Promise<string> => {
    const result = Promise.withResolvers<string>()
    this.begun.push(item)
    this.#open.set(item, result)
    return result.promise
  }

  async end(item: number): Promise<void> {
    this.#open.get(item)?.resolve(`item ${item}`)
    await settled()
  }

  async fail(item: number, error: Error): Promise<void> {
    this.#open.get(item)?.reject(error)
    await settled()
  }
}

/** Whatever follows from what has happened has happened, too. */
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

test('as many as are allowed are at work, and the results come in the order of the items', async () => {
  const bench = new Bench()
  const all = mapBounded([1, 2, 3, 4], 2, bench.work)
  expect(bench.begun).toEqual([1, 2])
  await bench.end(2)
  expect(bench.begun).toEqual([1, 2, 3])
  await bench.end(3)
  await bench.end(4)
  await bench.end(1)
  expect(await all).toEqual(['item 1', 'item 2', 'item 3', 'item 4'])
})

test('no items are no work', async () => {
  const bench = new Bench()
  expect(await mapBounded([], 16, bench.work)).toEqual([])
  expect(bench.begun).toEqual([])
})

test('the first error is the error of all, and nothing more is begun', async () => {
  const bench = new Bench()
  const all = mapBounded([1, 2, 3, 4], 2, bench.work)
  const error = new Error('no')
  const rejected = expect(all).rejects.toBe(error)
  await bench.fail(1, error)
  await rejected
  await bench.end(2)
  expect(bench.begun).toEqual([1, 2])
})
