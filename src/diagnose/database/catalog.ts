// Which of the runbook's tables, columns and indexes a database has: one question to its catalog, which every user may ask.
import { WANTED } from './wanted.ts'

export interface Table {
  /** Column -> its type, `timestamp with time zone`. Only of the columns that are asked for. */
  readonly columns: ReadonlyMap<string, string>
  /** Columns that a valid index begins with. */
  readonly indexed: ReadonlySet<string>
}

export interface Catalog {
  /** `15.8`, as the server says it. */
  readonly version: string
  /** By name, of the schema `public`. */
  readonly tables: ReadonlyMap<string, Table>
}

const TABLES = [...WANTED.map(({ table }) => table), 'pms_schema_migrations']
const COLUMNS = [
  ...WANTED.flatMap(({ columns, indexed }) => [...columns, ...indexed]),
  // What the other questions need; nothing is wrong with a database without them.
  ...['filename', 'sha256', 'cancelled_by'],
]

/** An expression of type jsonb, for `askPsql`. */
export const CATALOG_QUESTION: string = `SELECT jsonb_build_object(
  'version', current_setting('server_version'),
  'tables', coalesce(jsonb_object_agg(c.relname, jsonb_build_object(
    'columns', (SELECT coalesce(jsonb_object_agg(a.attname, format_type(a.atttypid, NULL)), '{}')
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname IN (${literals(COLUMNS)})),
    'indexed', (SELECT coalesce(jsonb_agg(DISTINCT a.attname), '[]')
      FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = c.oid AND i.indisvalid AND a.attname IN (${literals(COLUMNS)}))
  )), '{}'))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN (${literals(TABLES)})`

/** Names that stand in this program, as SQL literals: none of them comes from outside. */
function literals(names: readonly string[]): string {
  return [...new Set(names)].map(name => `'${name}'`).join(', ')
}

/** Reads the answer to CATALOG_QUESTION; null: it is none. */
export function catalogOf(value: unknown): Catalog | null {
  const { version, tables } = record(value)
  if (typeof version !== 'string' || typeof tables !== 'object') return null
  return {
    version,
    tables: new Map(
      Object.entries(record(tables)).map(([name, table]) => {
        const { columns, indexed } = record(table)
        const types = Object.entries(record(columns)).map(([column, type]) => [column, String(type)] as const)
        return [name, { columns: new Map(types), indexed: new Set(Array.isArray(indexed) ? indexed.map(String) : []) }]
      }),
    ),
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
