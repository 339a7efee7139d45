// One after another: in order, past an error, each with its own result.
import { expect, test } from 'vitest'
import { serialQueue } from '../../src/concurrency/serial-queue.ts'

test('work begins when the work before it is over, well or not, and has its own result', async () => {
  const inTurn = serialQueue()
  const story: string[] = []
  const first = Promise.withResolvers<void>()
  const one = inTurn(async () => {
    story.push('one begins')
    await first.promise
    story.push('one fails')
    throw new Error('one')
  })
  const two = inTurn(async () => {
    story.push('two begins')
    return 2
  })
  await Promise.resolve()
  expect(story).toEqual(['one begins'])
  first.resolve()
  await expect(one).rejects.toThrow('one')
  expect(await two).toBe(2)
  expect(story).toEqual(['one begins', 'one fails', 'two begins'])
})
