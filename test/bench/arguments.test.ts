/** The command line of `npm run bench`: which rows and how many, and each mistake in words. */
import { expect, test } from 'vitest'
import { argumentsOf, usage } from '../../bench/arguments.ts'

const rows = [
  { number: 1, name: 'detach', title: 'a detach' },
  { number: 2, name: 'replacement', title: 'a replacement' },
  { number: 3, name: 'once', title: 'a one-shot' },
]
const engines = ['26', '28']
const parsed = (...argv: string[]) => argumentsOf(argv, rows, engines)

test('without arguments the benchmark measures every row in full, as text', () => {
  expect(parsed()).toEqual({
    ...{ wanted: rows, quick: false, output: 'text', help: false },
    ...{ count: null, engine: null, compose: null },
  })
})

test('rows are named by number or by name, and measured in the order of the table', () => {
  expect(parsed('once', '1').wanted.map(row => row.name)).toEqual(['detach', 'once'])
})

test('count, engine, compose and output are taken from their flags', () => {
  expect(parsed('replacement', '--count', '5', '--engine', '28', '--compose', '/c', '--markdown')).toMatchObject({
    ...{ count: 5, engine: '28', compose: '/c', output: 'markdown' },
  })
})

test.for([
  [['8'], '8 is no row: detach, replacement, once'],
  [['--only', '2'], "'--only'"],
  [['--count', 'many'], '--count many is not a whole number'],
  [['--count', '0'], '--count 0 is not a whole number'],
  [['--engine', '19'], '--engine 19 is not one of 26, 28'],
  [['--json', '--markdown'], 'not both'],
] as const)('the arguments %j are a mistake that is named', ([argv, complaint]) => {
  expect(() => parsed(...argv)).toThrow(complaint)
})

test('the usage names every row and every engine', () => {
  const text = usage(rows, engines)
  for (const word of ['detach', 'replacement', 'once', '26, 28']) expect(text).toContain(word)
})
