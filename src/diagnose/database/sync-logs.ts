// Runbook, "Optional: Cleanup Stale Sync Logs": logs that are still `running` an hour after they were begun.

import type { Finding } from '../rules/finding.ts'
import type { Catalog } from './catalog.ts'
import { failureFinding } from './failure.ts'
import { askPsql, type Desk } from './psql.ts'
import { session } from './remedy.ts'

const QUESTION = `(SELECT jsonb_build_object('count', count(*), 'age', floor(extract(epoch FROM now() - min(created_at))))
  FROM public.channel_sync_logs WHERE status::text = 'running' AND created_at < now() - interval '1 hour')`

/** Nothing where the table or its columns are missing: that is schema drift, and said there. */
export async function syncLogFindings(desk: Desk, catalog: Catalog, signal: AbortSignal): Promise<readonly Finding[]> {
  const columns = catalog.tables.get('channel_sync_logs')?.columns
  if (columns === undefined || !columns.has('status') || !columns.has('created_at')) return []
  const answer = await askPsql(desk, QUESTION, signal)
  if (answer.kind !== 'told') return [failureFinding(desk, 'stale sync logs', answer)]
  const { count, age } = answer.value as { readonly count?: unknown; readonly age?: unknown }
  const about = { topic: 'database', subject: desk.probe.name } as const
  if (count === 0) {
    return [
      {
        ...{ ...about, code: 'sync-logs-fresh', verdict: 'well', evidence: [], remedy: [] },
        summary: 'no sync log has been running for more than an hour',
      },
    ]
  }
  return [
    {
      ...{ ...about, code: 'stale-sync-logs', verdict: 'wrong' },
      summary: `${Number(count)} sync ${count === 1 ? 'log is' : 'logs are'} running for more than an hour in ${desk.container.name}: workers that crashed, or an outage`,
      evidence: [`the oldest has been running for ${ageText(Number(age))}`],
      remedy: [
        'first make sure that the workers are running, and that none of these tasks really takes that long',
        `review them: ${session(desk.probe, desk.container)}`,
        "SELECT * FROM channel_sync_logs WHERE status = 'running' AND created_at < NOW() - INTERVAL '1 hour' ORDER BY created_at LIMIT 20;",
        "UPDATE channel_sync_logs SET status = 'failed', error = 'Task timed out or worker crashed (auto-cleaned)', updated_at = NOW() WHERE status = 'running' AND created_at < NOW() - INTERVAL '1 hour';",
      ],
    },
  ]
}

/** @param age in seconds */
function ageText(age: number): string {
  const hours = Math.floor(age / 3600)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}
