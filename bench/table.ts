// The results as text: for a terminal, and as Markdown for docs/benchmarks.md. Pure.
import type { Figure, Line, RowResult, Verdict } from './line.ts'
import { type Machine, machineWords } from './machine-words.ts'
import type { Spread } from './statistics.ts'

export interface Report {
  readonly machine: Machine
  /** Few runs: the harness is proven, the figures are not worth much. */
  readonly quick: boolean
  readonly rows: readonly RowResult[]
}

/** Three digits that count, and no more than two decimals: `0.05`, `1.24`, `38.2`, `1,240`. */
export function numberText(value: number): string {
  const size = Math.abs(value)
  const decimals = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

export function figureText({ value, unit }: Figure): string {
  return unit === '%' ? `${numberText(value)} %` : `${numberText(value)} ${unit}`
}

/** The median, and how far the others went; one figure where there was nothing to spread. */
export function ratioText({ min, median, max }: Spread): string {
  const middle = `×${ratioNumber(median)}`
  return min === max ? middle : `${middle} (${ratioNumber(min)} to ${ratioNumber(max)})`
}

/** Ratios far below 1 keep two digits: `0.0021`. */
function ratioNumber(value: number): string {
  return value > 0 && value < 0.1 ? value.toPrecision(2) : numberText(value)
}

export function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'met':
      return `met (${verdict.budget})`
    case 'not met':
      return `NOT met (${verdict.budget})`
    case 'no budget':
      return 'no budget'
  }
}

const head = ['what', 'measured', 'against', 'ratio', 'runs', 'budget']

function cells(line: Line): readonly string[] {
  return [
    line.what,
    figureText(line.measured),
    `${figureText(line.against.figure)} (${line.against.what})`,
    ratioText(line.ratio),
    numberText(line.runs),
    verdictText(line.verdict),
  ]
}

/** For a terminal: each row under its title, columns as wide as they must be. */
export function textTable({ machine, quick, rows }: Report): string {
  const lines = rows.flatMap(row => (row.kind === 'measured' ? row.lines.map(cells) : []))
  const widths = head.map((name, i) => Math.max(name.length, ...lines.map(line => line[i]?.length ?? 0)))
  const aligned = (line: readonly string[]): string =>
    `   ${line.map((cell, i) => (i === head.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ')}`
  const body = rows.flatMap(row => [
    '',
    `${row.row.number}  ${row.row.title}`,
    ...(row.kind === 'measured'
      ? [aligned(head), ...row.lines.map(line => aligned(cells(line))), ...row.notes.map(note => `   - ${note}`)]
      : [`   ${row.kind}: ${row.why.replaceAll('\n', '\n   ')}`]),
  ])
  return `${[...machineWords(machine, quick), ...body, '', summary(rows)].join('\n')}\n`
}

/** For docs/benchmarks.md. */
export function markdownTable({ machine, quick, rows }: Report): string {
  const body = rows.flatMap(row => [
    '',
    `### ${row.row.number}. ${row.row.title}`,
    '',
    ...(row.kind === 'measured'
      ? [
          `| ${head.join(' | ')} |`,
          `|${head.map(() => '---').join('|')}|`,
          ...row.lines.map(line => `| ${cells(line).map(escaped).join(' | ')} |`),
          ...(row.notes.length === 0 ? [] : ['', ...row.notes.map(note => `- ${note}`)]),
        ]
      : [`${row.kind === 'broken' ? 'Broken' : 'Not run'}: ${escaped(row.why)}`]),
  ])
  return `${[machineWords(machine, quick).join('  \n'), ...body, '', summary(rows)].join('\n')}\n`
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** How many budgets were met, and what was not measured: the last line, so that it is what is seen. */
export function summary(rows: readonly RowResult[]): string {
  const verdicts = rows.flatMap(row => (row.kind === 'measured' ? row.lines.map(line => line.verdict.kind) : []))
  const count = (kind: Verdict['kind']): number => verdicts.filter(it => it === kind).length
  const numbers = (kind: RowResult['kind']): string =>
    rows
      .filter(row => row.kind === kind)
      .map(row => row.row.number)
      .join(', ')
  return [
    `budgets: ${count('met')} met, ${count('not met')} not met; lines without one: ${count('no budget')}`,
    ...(numbers('not run') === '' ? [] : [`not run: ${numbers('not run')}`]),
    ...(numbers('broken') === '' ? [] : [`BROKEN: ${numbers('broken')}`]),
  ].join('; ')
}
