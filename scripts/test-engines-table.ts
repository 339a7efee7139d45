// What `npm run test:engines` prints at its end, from what each run came to. Pure: a test says what is a failure.
import type { EngineResult } from '../test/support/engine.reporter.ts'

export type Ran =
  | { readonly kind: 'not-brought'; readonly name: string; readonly why: string }
  | { readonly kind: 'not-run'; readonly name: string; readonly why: string; readonly notes: readonly string[] }
  | {
      readonly kind: 'ran'
      readonly name: string
      readonly result: EngineResult
      /** vitest's: not 0 also where something was left behind on the engine. */
      readonly code: number
      readonly seconds: number
      readonly notes: readonly string[]
    }

const HEAD = ['engine', 'version', 'API', 'passed', 'failed', 'skipped', 'time']

/** The table and the lines below it; `ok` only where every engine was there and every test that ran on it passed. */
export function formatSummary(ran: readonly Ran[]): { readonly lines: readonly string[]; readonly ok: boolean } {
  const rows = [HEAD, ...ran.map(rowOf)]
  // A reason may be long, and has the rest of its line to itself.
  const cells = (column: number): readonly string[] =>
    rows.filter(row => column === 0 || row.length > 2).map(row => row[column] ?? '')
  const widths = HEAD.map((_, column) => Math.max(...cells(column).map(cell => cell.length)))
  const line = (row: readonly string[]): string =>
    row.length === 2 ? `${pad(row[0], widths[0])}  ${row[1]}` : row.map((cell, i) => pad(cell, widths[i])).join('  ')
  return {
    lines: [...rows.map(row => line(row).trimEnd()), '', ...ran.flatMap(below)],
    ok: ran.length > 0 && ran.every(isWell),
  }
}

const pad = (text = '', width = 0): string => text.padEnd(width)

function rowOf(it: Ran): readonly string[] {
  switch (it.kind) {
    case 'not-brought':
      return [it.name, `NOT BROUGHT: ${it.why}`]
    case 'not-run':
      return [it.name, `NOT RUN: ${it.why}`]
    case 'ran': {
      const { version, apiVersion, passed, failed, skipped } = it.result
      const counts = [passed, failed, skipped.length].map(String)
      return [nameOf(it), version ?? '?', apiVersion ?? '?', ...counts, inWords(it.seconds)]
    }
  }
}

function isWell(it: Ran): boolean {
  return it.kind === 'ran' && it.code === 0 && it.result.failed === 0 && it.result.passed > 0
}

/** What an engine says it is counts, not what its suite had when this was written. */
function nameOf({ name, result }: Extract<Ran, { kind: 'ran' }>): string {
  const { version } = result
  if (version === null || !/^\d/.test(name) || version === name || version.startsWith(`${name}.`)) return name
  return version.split('.')[0] ?? name
}

function below(it: Ran): readonly string[] {
  if (it.kind === 'not-brought') return []
  const lines = it.notes.map(note => `  ${note}`)
  if (it.kind === 'not-run') return [`${it.name}:`, ...lines]
  const actual = nameOf(it)
  const moved =
    actual === it.name ? [] : [`  NOT ${it.name}: its suite brings ${it.result.version} now; that was tested`]
  const left = it.code !== 0 && it.result.failed === 0 ? [`  vitest ended with ${it.code} all the same; see above`] : []
  const skipped = it.result.skipped.map(test => `  skipped: ${test}`)
  return [`${actual}:`, ...moved, ...left, ...lines, ...skipped]
}

function inWords(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
