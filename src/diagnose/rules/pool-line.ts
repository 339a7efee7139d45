// What a line of the app's log says about its database pool and its start: the grammar of the runbook's lines, wherever in
// a line they stand (after times, levels, logger names, inside of JSON).
import { type SchemaSymptom, schemaSymptomOf } from './schema-symptom.ts'

/** "Database connection pool created successfully (PID=1, host=supabase-db, generation=1, ...)". Null: the line does not say. */
export interface PoolCreation {
  readonly pid: number | null
  readonly host: string | null
  readonly generation: number | null
  readonly attempt: number | null
  /** Seconds. */
  readonly elapsed: number | null
  /** Python's id() of the pool; as digits. */
  readonly poolId: string | null
  readonly moduleId: string | null
  readonly moduleFile: string | null
}

export type Saying =
  | { readonly kind: 'pool-created'; readonly pool: PoolCreation }
  | { readonly kind: 'pool-creating' }
  | { readonly kind: 'attempt-failed'; readonly attempt: number; readonly error: string | null }
  /** How long the start goes on trying, in seconds. */
  | { readonly kind: 'max-wait'; readonly seconds: number }
  | { readonly kind: 'last-error'; readonly error: string }
  | { readonly kind: 'gave-up' }
  | { readonly kind: 'degraded' }
  /** "Service degraded": so says a request, too, with a pool that is there. */
  | { readonly kind: 'service-degraded' }
  | { readonly kind: 'creation-failed'; readonly error: string | null }
  | { readonly kind: 'background-every'; readonly seconds: number }
  | { readonly kind: 'background-attempt' }
  | { readonly kind: 'background-success' }
  | { readonly kind: 'pool-reset' }
  | { readonly kind: 'pool-closing' }
  | { readonly kind: 'joined' }
  | { readonly kind: 'server-started'; readonly pid: number }
  | { readonly kind: 'startup-complete' }
  | { readonly kind: 'reloading' }
  | { readonly kind: 'parent-started' }
  | { readonly kind: 'celery' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'callsite'; readonly callsite: string }
  | { readonly kind: 'schema'; readonly symptom: SchemaSymptom }

/** Most lines of a log say nothing of this: one look tells. */
const WORTH =
  /pool|attempt|Retrying in|DEGRADED|degraded|Background reconnection|Last error|singleflight|erver process|eloader|parent process|startup complete|eloading|CancelledError|celery@|[Ss]chema|does not exist|Undefined/

/** All that the line says, in the order in which it is told there at best; empty for a line about something else. */
export function sayingsOf(text: string): readonly Saying[] {
  if (!WORTH.test(text)) return []
  const schema = schemaSymptomOf(text)
  return [
    ...beginningOf(text),
    ...attemptsOf(text),
    ...poolsOf(text),
    ...troubleOf(text),
    ...(schema === null ? [] : [{ kind: 'schema', symptom: schema } as const]),
  ]
}

function beginningOf(text: string): readonly Saying[] {
  const sayings: Saying[] = []
  const pid = /Started server process \[(\d{1,10})\]/.exec(text)?.[1]
  if (pid !== undefined) sayings.push({ kind: 'server-started', pid: Number(pid) })
  if (/Application startup complete/.test(text)) sayings.push({ kind: 'startup-complete' })
  if (/Started reloader process|WatchFiles detected changes|StatReload detected|Reloading\.\.\./.test(text))
    sayings.push({ kind: 'reloading' })
  if (/Started parent process \[/.test(text)) sayings.push({ kind: 'parent-started' })
  if (/\bcelery@\S{1,300} (?:v\d|ready)/.test(text)) sayings.push({ kind: 'celery' })
  if (/CancelledError/.test(text)) sayings.push({ kind: 'cancelled' })
  const callsite = /\[DB_POOL_DEBUG\] Creating pool init task.*?callsite=([^\s,)"\\]{1,200})/.exec(text)?.[1]
  if (callsite !== undefined) sayings.push({ kind: 'callsite', callsite })
  return sayings
}

function attemptsOf(text: string): readonly Saying[] {
  const sayings: Saying[] = []
  const attempt = /Database connection attempt[ =]+(\d{1,6}) failed(?:\s*\((.{1,300}?)\)(?:[.\s"\\]|$))?/.exec(text)
  if (attempt !== null)
    sayings.push({ kind: 'attempt-failed', attempt: Number(attempt[1]), error: attempt[2]?.trim() ?? null })
  const max =
    /Retrying in [\d.]+\s*s.*?\bmax[:=]\s*([\d.]{1,10})\s*s/.exec(text) ?? /max_wait=([\d.]{1,10})s/.exec(text)
  if (max !== null) sayings.push({ kind: 'max-wait', seconds: Number(max[1]) })
  if (/Database connection failed after \d+ attempts/.test(text)) sayings.push({ kind: 'gave-up' })
  // A message of several lines is one line in a JSON log, with the two characters \n between them.
  const error = /Last error: (.{1,300}?)(?:\\n|\.?\s*$|\.?["'}]|\. App will)/.exec(text)?.[1]
  if (error !== undefined) sayings.push({ kind: 'last-error', error: error.replace(/\.$/, '') })
  return sayings
}

function poolsOf(text: string): readonly Saying[] {
  const sayings: Saying[] = []
  const at = text.indexOf('pool created successfully')
  if (at !== -1) sayings.push({ kind: 'pool-created', pool: poolOf(text, at) })
  else if (/Creating database connection pool/.test(text)) sayings.push({ kind: 'pool-creating' })
  if (/Resetting pool state/.test(text)) sayings.push({ kind: 'pool-reset' })
  if (/Closing database connection pool/.test(text)) sayings.push({ kind: 'pool-closing' })
  if (/joining existing task \(singleflight\)/.test(text)) sayings.push({ kind: 'joined' })
  return sayings
}

function troubleOf(text: string): readonly Saying[] {
  const sayings: Saying[] = []
  const failed = /pool creation FAILED(?:\s*(?:[:(-]|after)\s*(.{1,300}?)(?:\\n|"\s*[},]|'\}|$))?/.exec(text)
  if (failed !== null) sayings.push({ kind: 'creation-failed', error: failed[1]?.trim() || null })
  if (/in DEGRADED MODE/.test(text)) sayings.push({ kind: 'degraded' })
  if (/\bService degraded\b/.test(text)) sayings.push({ kind: 'service-degraded' })
  const every = /Background reconnection will retry every ([\d.]{1,10})s/.exec(text)?.[1]
  if (every !== undefined) sayings.push({ kind: 'background-every', seconds: Number(every) })
  if (/Background reconnection: SUCCESS/.test(text)) sayings.push({ kind: 'background-success' })
  else if (/Background reconnection: attempting/.test(text)) sayings.push({ kind: 'background-attempt' })
  return sayings
}

/** `name=value`, or `"name": "value"` where a log keeps fields beside the message. */
function field(name: string, value: string, flags = ''): RegExp {
  return new RegExp(`(?<!\\w)${name}\\\\?["']?\\s*[=:]\\s*\\\\?["']?(${value})`, flags)
}

const NUMBER = '\\d{1,12}(?:\\.\\d{1,6})?'
const WORD = '[^\\s,)"\'\\\\]{1,400}'
const FIELDS = {
  pid: field('PID', NUMBER, 'i'),
  host: field('host', WORD),
  generation: field('generation', NUMBER),
  attempt: field('attempt', NUMBER),
  elapsed: field('elapsed', NUMBER),
  poolId: field('pool_id', '\\d{1,40}'),
  moduleId: field('module_id', '\\d{1,40}'),
  moduleFile: field('module_file', WORD),
}

/** What the message itself says comes first: a log may have a `pid=` or `host=` of its own before it. */
function poolOf(text: string, at: number): PoolCreation {
  const message = text.slice(at)
  const word = (name: keyof typeof FIELDS): string | null =>
    (FIELDS[name].exec(message) ?? FIELDS[name].exec(text))?.[1] ?? null
  const number = (name: keyof typeof FIELDS): number | null => {
    const value = word(name)
    return value === null ? null : Number(value)
  }
  return {
    pid: number('pid'),
    host: word('host'),
    generation: number('generation'),
    attempt: number('attempt'),
    elapsed: number('elapsed'),
    poolId: word('poolId'),
    moduleId: word('moduleId'),
    moduleFile: word('moduleFile'),
  }
}
