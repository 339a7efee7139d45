// `npm run bench -- --json`: the same as the table, for programs. Keys may be added; none of these changes within a version.
import type { Report } from './table.ts'

const version = 2

export function jsonText({ machine, quick, rows }: Report): string {
  const json = {
    version,
    quick,
    machine,
    rows: rows.map(row => {
      const { number, title } = row.row
      if (row.kind !== 'measured') return { row: number, title, kind: row.kind, why: row.why }
      return {
        ...{ row: number, title, kind: row.kind, seconds: row.seconds, notes: row.notes },
        lines: row.lines.map(line => ({
          what: line.what,
          measured: line.measured,
          against: { what: line.against.what, ...line.against.figure },
          ratio: line.ratio,
          runs: line.runs,
          verdict: line.verdict.kind,
          budget: line.verdict.kind === 'no budget' ? null : line.verdict.budget,
        })),
      }
    }),
  }
  return `${JSON.stringify(json, null, 2)}\n`
}
