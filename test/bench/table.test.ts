import { expect, test } from 'vitest'
import { jsonText } from '../../bench/json.ts'
import type { Line, RowResult } from '../../bench/line.ts'
import { machineWords } from '../../bench/machine-words.ts'
import { figureText, markdownTable, numberText, type Report, ratioText, summary, textTable } from '../../bench/table.ts'

const machine: Report['machine'] = {
  ...{ cores: 4, memoryGiB: 8, platform: 'linux x64', node: '24.21.0' },
  engine: { version: '28.5.2', apiVersion: '1.51', storageDriver: 'overlay2', own: true },
  loadPerCore: 0.1,
}

const met: Line = {
  what: 'detach to attached, p50',
  measured: { value: 38.21, unit: 'ms' },
  against: { what: "the engine's connect", figure: { value: 34.4, unit: 'ms' } },
  ratio: { min: 0.9, median: 1.11, max: 2.5 },
  runs: 200,
  verdict: { kind: 'met', budget: 'connect + 5 ms' },
}
const notMet: Line = { ...met, what: 'p99', verdict: { kind: 'not met', budget: 'connect + 15 ms' } }
const free: Line = { ...met, what: 'memory', ratio: { min: 2, median: 2, max: 2 }, verdict: { kind: 'no budget' } }

const rows: readonly RowResult[] = [
  {
    kind: 'measured',
    row: { number: 1, title: 'detach' },
    seconds: 12,
    lines: [met, notMet, free],
    notes: ['a note'],
  },
  { kind: 'not run', row: { number: 2, title: 'replaced' }, why: 'there is no docker | here' },
  { kind: 'broken', row: { number: 3, title: 'once' }, why: 'Error: no\n    at there' },
]
const report: Report = { machine, quick: false, rows }

test.for([
  [1234.5, '1,235'],
  [123.4, '123'],
  [38.21, '38.2'],
  [1.234, '1.23'],
  [0.05, '0.05'],
  [200, '200'],
  [0, '0'],
] as const)('%d is written %s', ([value, text]) => {
  expect(numberText(value)).toBe(text)
})

test('figures have their unit, ratios their spread', () => {
  expect(figureText({ value: 75, unit: '%' })).toBe('75 %')
  expect(figureText({ value: 2.5, unit: 's a day' })).toBe('2.50 s a day')
  expect(ratioText({ min: 0.9, median: 1.11, max: 2.5 })).toBe('×1.11 (0.90 to 2.50)')
  expect(ratioText({ min: 2, median: 2, max: 2 })).toBe('×2')
  expect(ratioText({ min: 0.0021, median: 0.0021, max: 0.0021 })).toBe('×0.0021')
})

test('the table hides nothing: what is not met, not run, broken', () => {
  const text = textTable(report)
  expect(text).toContain('met (connect + 5 ms)')
  expect(text).toContain('NOT met (connect + 15 ms)')
  expect(text).toContain('not run: there is no docker | here')
  expect(text).toContain('broken: Error: no\n       at there')
  expect(text).toContain('- a note')
  expect(text.trimEnd().split('\n').at(-1)).toBe(
    'budgets: 1 met, 1 not met; lines without one: 1; not run: 2; BROKEN: 3',
  )
  expect(summary([])).toBe('budgets: 0 met, 0 not met; lines without one: 0')
})

test('columns of all rows stand below each other', () => {
  const starts = textTable(report)
    .split('\n')
    .filter(line => /^ {3}(what|detach|p99|memory)/.test(line))
    .map(line => line.search(/against|34\.4/))
  expect(new Set(starts).size).toBe(1)
  expect(starts).toHaveLength(4)
})

test('as Markdown no cell breaks the table', () => {
  const text = markdownTable(report)
  expect(text).toContain('### 1. detach')
  expect(text).toContain(
    "| detach to attached, p50 | 38.2 ms | 34.4 ms (the engine's connect) | ×1.11 (0.90 to 2.50) | 200 | met (connect + 5 ms) |",
  )
  expect(text).toContain('Not run: there is no docker \\| here')
  expect(text).toContain('Broken: Error: no     at there')
})

test('a machine is told by its kind; others at work and few runs are said first', () => {
  const line =
    '4 cores, 8 GiB, linux x64 · Node 24.21.0 · Docker Engine 28.5.2 (API 1.51, overlay2, private) · load at the start 0.1 a core'
  expect(machineWords(machine, false)).toEqual([line])
  expect(machineWords({ ...machine, engine: null, loadPerCore: 2 }, true)).toEqual([
    '4 cores, 8 GiB, linux x64 · Node 24.21.0 · load at the start 2.0 a core',
    expect.stringContaining('Others were at work'),
    expect.stringContaining('--quick'),
  ])
})

test('the JSON has a version, and every line with its verdict', () => {
  const json = JSON.parse(jsonText(report))
  expect(json).toMatchObject({ version: 2, quick: false, machine })
  expect(json.rows.map((row: { row: number; kind: string }) => [row.row, row.kind])).toEqual([
    [1, 'measured'],
    [2, 'not run'],
    [3, 'broken'],
  ])
  expect(json.rows[0].lines[1]).toEqual({
    what: 'p99',
    measured: { value: 38.21, unit: 'ms' },
    against: { what: "the engine's connect", value: 34.4, unit: 'ms' },
    ratio: { min: 0.9, median: 1.11, max: 2.5 },
    runs: 200,
    verdict: 'not met',
    budget: 'connect + 15 ms',
  })
  expect(json.rows[0].lines[2]).toMatchObject({ verdict: 'no budget', budget: null })
})
