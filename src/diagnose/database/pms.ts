// The runbook's questions to the application's database, one after the other over one connection at a time: a database in
// trouble is not asked everything at once.

import type { Container } from '../../core/world.ts'
import type { Context } from '../context.ts'
import { excerpt } from '../excerpt.ts'
import type { Finding } from '../rules/finding.ts'
import type { DatabaseProbe } from '../rules/probe.ts'
import { appliedMigrations } from './applied.ts'
import { cancelledByFindings } from './cancelled-by.ts'
import { CATALOG_QUESTION, catalogOf } from './catalog.ts'
import { failureFinding } from './failure.ts'
import { migrationFindings } from './migrations.ts'
import { askPsql, type Desk } from './psql.ts'
import { schemaFindings } from './schema.ts'
import { syncLogFindings } from './sync-logs.ts'

export async function pmsFindings(
  probe: DatabaseProbe,
  container: Container,
  { engine, migrations }: Pick<Context, 'engine' | 'migrations'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const desk: Desk = { probe, container, engine }
  const answer = await askPsql(desk, `(${CATALOG_QUESTION})`, signal)
  if (answer.kind !== 'told') return [failureFinding(desk, 'its schema', answer)]
  const catalog = catalogOf(answer.value)
  if (catalog === null) {
    const odd = { kind: 'failed', exitCode: 0, output: JSON.stringify(answer.value) } as const
    return [failureFinding(desk, 'its schema', odd)]
  }
  const applied = await appliedMigrations(desk, catalog, signal)
  return [
    {
      ...{ topic: 'database', code: 'database-reachable', verdict: 'well', subject: probe.name },
      summary: `${container.name} answers: PostgreSQL ${excerpt(catalog.version, 40)}`,
      evidence: [],
      remedy: [],
    },
    ...schemaFindings(desk, catalog, applied),
    ...(await migrationFindings(desk, applied, migrations, signal)),
    ...(await syncLogFindings(desk, catalog, signal)),
    ...(await cancelledByFindings(desk, catalog, signal)),
  ]
}
