import { expect, test } from 'vitest'
import { until } from './until.ts'

test('until resolves with the first answer that says something', async () => {
  const answers = [null, undefined, false, 0]
  expect(await until(() => answers.shift(), { every: 1 })).toBe(0)
})

test('until gives up with what was seen last', async () => {
  const options = { what: 'Godot', deadline: 5, every: 1 }
  await expect(until(() => false, options)).rejects.toThrow('waited 5 ms for Godot in vain; last answer: false')
  const fail = () => Promise.reject(new Error('he is late'))
  await expect(until(fail, options)).rejects.toThrow('last error: Error: he is late')
})

test('until gives up on a question that is never answered', async () => {
  const never = () => new Promise<never>(() => undefined)
  await expect(until(never, { deadline: 5 })).rejects.toThrow('it never answered')
})
