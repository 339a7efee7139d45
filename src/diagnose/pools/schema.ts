// What the log says of a database whose schema is not the code's, and which migration brings what is missing (runbook,
// "Schema Drift").

import { span } from '../../core/entry.ts'
import { runnerSteps } from '../database/remedy.ts'
import { WANTED } from '../database/wanted.ts'
import type { SeenSymptom } from '../rules/app-log.ts'
import type { Probe } from '../rules/probe.ts'
import { counted, type RunAnswer, type Said, times } from './words.ts'

/** Milliseconds. What was not said again for so long was mended, or is asked for by nobody. */
const OLD = 86_400_000
const MOST_SHOWN = 5

export function schemaSaid(run: RunAnswer, probes: readonly Probe[]): readonly Said[] {
  const { label, log, now, details } = run
  const symptoms = log.symptoms.toSorted((a, b) => b.last.at - a.last.at)
  const [latest] = symptoms
  if (latest === undefined) return []
  const count = symptoms.reduce((sum, s) => sum + s.count, 0)
  const named = [...new Set(symptoms.flatMap(s => nameOf(s) ?? []))]
  const missing = named.length === 0 ? '' : `: missing ${named.slice(0, 6).join(', ')}`
  const isOld = now - latest.last.at > OLD || !details.running
  const last = span(Math.max(0, now - latest.last.at))
  const migrations = [...new Set(symptoms.flatMap(s => migrationOf(s) ?? []))]
  const database = probes.find(probe => probe.kind === 'pms-database')
  return [
    {
      code: 'schema-drift',
      verdict: isOld ? 'note' : 'wrong',
      summary: `${label} found a schema that does not match its code${missing} (logged ${times(count)} in this run, last ${last} ago): Database schema is out of sync with application code`,
      evidence: symptoms.slice(0, MOST_SHOWN).map(counted),
      remedy: [
        ...runnerSteps({ migrations: database?.migrations ?? null }),
        ...migrations.map(file => `what is missing is in supabase/migrations/${file}`),
        'Verify with `--status` again',
      ],
    },
  ]
}

function nameOf({ table, column }: SeenSymptom): string | null {
  if (column === null) return table === null ? null : `table ${table}`
  return `column ${table === null ? column : `${table}.${column}`}`
}

/** Columns that only `guests` has by that name: enough where the line has an alias for the table, or nothing. */
const TELLING: ReadonlySet<string> = new Set([
  ...['total_bookings', 'total_spent', 'last_booking_at'],
  ...['first_booking_at', 'average_rating'],
])

function migrationOf({ table, column }: SeenSymptom): string | null {
  const known = WANTED.filter(wanted => wanted.migration !== null)
  if (column === null)
    return known.find(wanted => wanted.table === table && wanted.table !== 'guests')?.migration ?? null
  const having = known.filter(wanted => wanted.columns.includes(column))
  const exact = having.find(wanted => wanted.table === table)
  return (exact ?? (TELLING.has(column) ? having[0] : undefined))?.migration ?? null
}
