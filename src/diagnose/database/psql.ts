// One question to PostgreSQL through the psql of its container, and its answer as JSON.
//
// Read-only twice over: the connection's transactions are read-only by default, and each statement stands in one that says
// so itself and is rolled back. No shell, and nothing that was not written here ever becomes SQL.

import type { Container } from '../../core/world.ts'
import type { Context } from '../context.ts'
import type { DatabaseProbe } from '../rules/probe.ts'
import { type ExecAnswer, execWithin } from './exec.ts'

/** Before the answer: whatever else psql says (a warning about collations, say) does not begin so. */
const MARK = 'netheal-answer '

/** Below the probe's deadline, so that the database itself ends what takes too long. */
const OF_DEADLINE = 0.8

export type Answer =
  | { readonly kind: 'told'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly exitCode: number; readonly output: string }
  | Exclude<ExecAnswer, { kind: 'exited' }>

/** Where a probe asks: the container whose psql it is. */
export interface Desk {
  readonly probe: DatabaseProbe
  readonly container: Container
  readonly engine: Context['engine']
}

/**
 * @param expression an SQL expression of type jsonb, a constant of this program: names in it are found in pg_catalog, so
 * that nothing in the database can stand in for a function, and tables need their schema
 */
export async function askPsql(
  { probe, container, engine }: Desk,
  expression: string,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await execWithin(engine, container.id, psqlCommand(probe, expression), probe.timeout, signal)
  return answer.kind === 'exited' ? answerOf(answer) : answer
}

/** Program and arguments. */
export function psqlCommand(
  probe: Pick<DatabaseProbe, 'user' | 'database' | 'timeout'>,
  expression: string,
): readonly string[] {
  return [
    ...['psql', '--no-psqlrc', '--no-password', '--quiet', '--no-align', '--tuples-only'],
    ...['--set=ON_ERROR_STOP=1', '--set=VERBOSITY=verbose'],
    `--dbname=${connection(probe)}`,
    '--command=BEGIN TRANSACTION READ ONLY',
    `--command=SELECT '${MARK}' || (${expression})::text`,
    '--command=ROLLBACK',
  ]
}

/** A connection string rather than `-U` and `-d`: so it can carry the settings, and needs no `env` in the image. */
function connection({ user, database, timeout }: Pick<DatabaseProbe, 'user' | 'database' | 'timeout'>): string {
  const settings = {
    default_transaction_read_only: 'on',
    statement_timeout: Math.ceil(timeout * OF_DEADLINE),
    search_path: 'pg_catalog',
    client_min_messages: 'error',
    // Rows that a policy would hide are an error, and not an answer without them.
    row_security: 'off',
  }
  const words = {
    user,
    dbname: database,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    // In whole seconds, and libpq makes 2 of 1.
    connect_timeout: Math.max(2, Math.ceil((timeout * OF_DEADLINE) / 1000)),
    application_name: 'netheal',
    client_encoding: 'UTF8',
  }
  return Object.entries(words)
    .map(([name, value]) => `${name}='${String(value).replace(/[\\']/g, '\\$&')}'`)
    .join(' ')
}

function answerOf({ exitCode, output }: { readonly exitCode: number; readonly output: string }): Answer {
  if (exitCode !== 0) return { kind: 'failed', exitCode, output }
  // jsonb is one line whatever the values hold; output is cut at some length, and half an answer is none.
  const line = output.split('\n').findLast(l => l.startsWith(MARK))
  try {
    return { kind: 'told', value: JSON.parse(line?.slice(MARK.length) ?? '') }
  } catch {
    return { kind: 'failed', exitCode, output: line === undefined ? output : 'the answer was cut short' }
  }
}
