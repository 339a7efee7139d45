// Which migrations the database says were applied: public.pms_schema_migrations, a page at a time, because the output of a
// command is cut at 64 KiB.
import type { Finding } from '../rules/finding.ts'
import type { Catalog } from './catalog.ts'
import { failureFinding } from './failure.ts'
import { askPsql, type Desk } from './psql.ts'

const PAGE = 200
const MOST_PAGES = 30

export type Applied =
  /** `rows`: file name -> its checksum as it was written down, null where none was. `cut`: there are more. */
  | { readonly kind: 'tracked'; readonly rows: ReadonlyMap<string, string | null>; readonly cut: boolean }
  /** There is no such table. */
  | { readonly kind: 'untracked' }
  | { readonly kind: 'unseen'; readonly finding: Finding }

export async function appliedMigrations(desk: Desk, catalog: Catalog, signal: AbortSignal): Promise<Applied> {
  const table = catalog.tables.get('pms_schema_migrations')
  if (table === undefined || !table.columns.has('filename')) return { kind: 'untracked' }
  const rows = new Map<string, string | null>()
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await askPsql(desk, pageQuestion(page, table.columns.has('sha256')), signal)
    if (answer.kind !== 'told') return { kind: 'unseen', finding: failureFinding(desk, 'applied migrations', answer) }
    const found = Array.isArray(answer.value) ? answer.value : []
    for (const row of found) {
      if (!Array.isArray(row)) continue
      const [name, sha256] = row as readonly unknown[]
      if (typeof name === 'string') rows.set(name, typeof sha256 === 'string' ? sha256 : null)
    }
    if (found.length < PAGE) return { kind: 'tracked', rows, cut: false }
  }
  return { kind: 'tracked', rows, cut: true }
}

/** @param checked older tables have no column for the checksum */
function pageQuestion(page: number, checked: boolean): string {
  return `(SELECT coalesce(jsonb_agg(jsonb_build_array(p.name, p.sha256)), '[]') FROM (
    SELECT left(filename::text, 255) AS name, ${checked ? 'left(sha256::text, 100)' : 'NULL::text'} AS sha256
    FROM public.pms_schema_migrations ORDER BY filename::text COLLATE "C" LIMIT ${PAGE} OFFSET ${page * PAGE}) AS p)`
}
