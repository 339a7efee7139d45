// Runbook, "Legacy bookings.cancelled_by Strings": values like 'host' and 'guest' where the UUID of a user belongs.

import { excerpt } from '../excerpt.ts'
import type { Finding } from '../rules/finding.ts'
import type { Catalog } from './catalog.ts'
import { failureFinding } from './failure.ts'
import { askPsql, type Desk } from './psql.ts'
import { session } from './remedy.ts'

const SHOWN = 10
/** What the runbook's UPDATE takes away. */
const LEGACY = new Set(['host', 'guest'])

/** The runbook's pattern takes no capital letters, no version above 5 and any tail: all of these are told apart here. */
const QUESTION = `(SELECT jsonb_build_object('count', coalesce(sum(v.rows), 0), 'values', coalesce(
    jsonb_agg(jsonb_build_array(v.value, v.rows) ORDER BY v.rows DESC, v.value) FILTER (WHERE v.place <= ${SHOWN}), '[]'),
    'distinct', count(*))
  FROM (SELECT left(cancelled_by::text, 80) AS value, count(*) AS rows,
      row_number() OVER (ORDER BY count(*) DESC, left(cancelled_by::text, 80)) AS place
    FROM public.bookings
    WHERE cancelled_by::text !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' GROUP BY 1) AS v)`

/** Nothing where there are no bookings: that is schema drift, and said there. */
export async function cancelledByFindings(
  desk: Desk,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const bookings = catalog.tables.get('bookings')
  if (bookings === undefined) return []
  const about = { topic: 'database', subject: desk.probe.name } as const
  const nothing = { ...about, evidence: [], remedy: [] } as const
  const type = bookings.columns.get('cancelled_by')
  if (type === undefined) {
    const summary = 'public.bookings has no column cancelled_by, so there are no legacy values'
    return [{ ...nothing, code: 'cancelled-by-absent', verdict: 'note', summary }]
  }
  if (type === 'uuid') {
    const summary = 'cancelled_by is a UUID column, so there are no legacy values'
    return [{ ...nothing, code: 'cancelled-by-clean', verdict: 'well', summary }]
  }
  const answer = await askPsql(desk, QUESTION, signal)
  if (answer.kind !== 'told') return [failureFinding(desk, 'legacy values of cancelled_by', answer)]
  const { count, values, distinct } = answer.value as Readonly<Record<string, unknown>>
  if (count === 0) {
    return [
      { ...nothing, code: 'cancelled-by-clean', verdict: 'well', summary: 'every cancelled_by is a UUID, or empty' },
    ]
  }
  const rows = Array.isArray(values) ? (values as readonly (readonly [unknown, unknown])[]) : []
  const others = Number(distinct) - rows.length
  const foreign = others > 0 || rows.some(([value]) => !LEGACY.has(String(value)))
  return [
    {
      ...{ ...about, code: 'cancelled-by-non-uuid', verdict: 'wrong' },
      summary: `${Number(count)} ${count === 1 ? 'booking has' : 'bookings have'} a cancelled_by that is not a UUID in ${desk.container.name}`,
      evidence: [
        ...rows.map(([value, times]) => `${JSON.stringify(excerpt(String(value), 80))}: ${Number(times)}`),
        ...(others > 0 ? [`and ${others} other values`] : []),
      ],
      remedy: [
        session(desk.probe, desk.container),
        "BEGIN; UPDATE public.bookings SET cancelled_by = NULL WHERE cancelled_by IN ('host', 'guest'); COMMIT;",
        ...(foreign ? ["this clears only 'host' and 'guest': decide about the other values yourself"] : []),
      ],
    },
  ]
}
