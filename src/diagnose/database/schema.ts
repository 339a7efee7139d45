// Schema drift: what the runbook says the database has, and it has not. For each migration that would bring it, one finding.

import { shellWord } from '../excerpt.ts'
import type { Finding } from '../rules/finding.ts'
import type { Applied } from './applied.ts'
import type { Catalog } from './catalog.ts'
import type { Desk } from './psql.ts'
import { byHand, repositoryOf, runnerSteps } from './remedy.ts'
import { WANTED, type Wanted } from './wanted.ts'

interface Gap {
  readonly migration: string | null
  /** Tables and columns: the app answers 503 without them. */
  readonly missing: readonly string[]
  /** Columns without an index: the app is slow without them. */
  readonly unindexed: readonly string[]
}

export function schemaFindings(desk: Desk, catalog: Catalog, applied: Applied): readonly Finding[] {
  const groups = Map.groupBy(WANTED, ({ migration }) => migration)
  const gaps = [...groups].map(([migration, wanted]) => gapOf(migration, wanted, catalog))
  const findings = gaps.flatMap(gap => gapFindings(desk, gap, applied))
  if (findings.length > 0) return findings
  return [
    {
      ...{ topic: 'database', code: 'schema-complete', verdict: 'well', subject: desk.probe.name },
      summary: 'every table, column and index of the runbook exists',
      evidence: [],
      remedy: [],
    },
  ]
}

function gapOf(migration: string | null, wanted: readonly Wanted[], { tables }: Catalog): Gap {
  const missing: string[] = []
  const unindexed: string[] = []
  for (const { table, columns, indexed } of wanted) {
    const found = tables.get(table)
    if (found === undefined) {
      // A table that another entry asks for is missed there, and its columns with it.
      if (migration === null || !WANTED.some(w => w.table === table && w.migration === null))
        missing.push(`public.${table}`)
      continue
    }
    missing.push(...columns.filter(c => !found.columns.has(c)).map(c => `public.${table}.${c}`))
    unindexed.push(
      ...indexed.filter(c => found.columns.has(c) && !found.indexed.has(c)).map(c => `public.${table} (${c})`),
    )
  }
  return { migration, missing, unindexed }
}

function gapFindings(desk: Desk, { migration, missing, unindexed }: Gap, applied: Applied): readonly Finding[] {
  const name = desk.container.name
  const about = { topic: 'database', subject: desk.probe.name, verdict: 'wrong' } as const
  const remedy = remedyFor(desk, migration, applied)
  const findings: Finding[] = []
  if (missing.length > 0) {
    findings.push({
      ...{ ...about, code: 'schema-missing', remedy, evidence: missing.map(what => `missing: ${what}`) },
      summary: `${name} lacks ${missing.join(', ')}${broughtBy(migration, missing)}`,
    })
  }
  if (unindexed.length > 0) {
    findings.push({
      ...{
        ...about,
        code: 'index-missing',
        remedy,
        evidence: unindexed.map(what => `there is no index that begins with ${what}`),
      },
      summary: `${name} has no index on ${unindexed.join(', ')}${broughtBy(migration, unindexed)}`,
    })
  }
  return findings
}

function broughtBy(migration: string | null, what: readonly string[]): string {
  return migration === null ? '' : ` (${migration} brings ${what.length === 1 ? 'it' : 'them'})`
}

function remedyFor(desk: Desk, migration: string | null, applied: Applied): readonly string[] {
  const { probe, container } = desk
  if (migration === null) {
    return [
      ...runnerSteps(probe),
      'if there is nothing to apply, check whether an old backup was restored; the migration files are in /app/migrations/ or supabase/migrations/',
    ]
  }
  const alone = byHand(probe, container, migration)
  // The runner goes by names: what it has noted as applied, it never applies again.
  if (applied.kind === 'tracked' && applied.rows.has(migration)) {
    return [
      `public.pms_schema_migrations says it is applied, so the runner skips it: check whether a backup was restored or the schema was changed by hand`,
      `cd ${shellWord(repositoryOf(probe.migrations))}`,
      alone,
    ]
  }
  return [...runnerSteps(probe), `or this file alone: ${alone}`]
}
