// What a line of a log says about a database whose schema is not the code's: the words of the app, of asyncpg and of
// PostgreSQL itself (runbook, "Schema Drift").

export interface SchemaSymptom {
  /** Null: the line names none. */
  readonly table: string | null
  readonly column: string | null
}

const WORTH = /[Ss]chema|does not exist|Undefined(?:Table|Column)/
/** A quote, plain, escaped in JSON, or none. */
const Q = `(?:\\\\?["'\`])?`
const NAME = '([A-Za-z_][\\w$]{0,62})'
const QUALIFIED = `(?:[A-Za-z_][\\w$]{0,62}\\.)?${NAME}`

const COLUMN_OF = new RegExp(`column ${Q}${NAME}${Q} of relation ${Q}${QUALIFIED}${Q} does not exist`, 'i')
const COLUMN = new RegExp(`column ${Q}(?:${NAME}\\.)?${NAME}${Q} does not exist`, 'i')
const RELATION = new RegExp(`(?:relation|table) ${Q}${QUALIFIED}${Q} does not exist(?!, skipping)`, 'i')
const MISSING_TABLE = new RegExp(`schema not installed \\(missing table: ${Q}${QUALIFIED}`, 'i')
const MISSING_COLUMN = new RegExp(`schema out of date \\(missing column: ${Q}(?:${NAME}\\.)?${NAME}`, 'i')
const WORDS =
  /schema (?:is )?(?:not installed|out of date|out of sync)|\bUndefined(?:Table|Column)(?:Error)?\b|Relation does not exist/i

/** Null for a line that says nothing of the kind. */
export function schemaSymptomOf(text: string): SchemaSymptom | null {
  if (!WORTH.test(text)) return null
  const of = COLUMN_OF.exec(text)
  if (of !== null) return { table: of[2] ?? null, column: of[1] ?? null }
  const column = COLUMN.exec(text) ?? MISSING_COLUMN.exec(text)
  if (column !== null) return { table: column[1] ?? null, column: column[2] ?? null }
  const table = MISSING_TABLE.exec(text) ?? RELATION.exec(text)
  if (table !== null) return { table: table[1] ?? null, column: null }
  return WORDS.test(text) ? { table: null, column: null } : null
}
