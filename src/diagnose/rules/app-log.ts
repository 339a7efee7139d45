// What the log of an app's current run says about its pools, its start and its database, read line by line. Pure, and of
// constant size: whatever is listed is bounded, whatever is more is counted.
import { assertNever } from '../../core/errors.ts'
import { type PoolCreation, type Saying, sayingsOf } from './pool-line.ts'

/** A line worth showing: when, and its beginning. */
export interface Quote {
  readonly at: number
  readonly text: string
}

export interface SeenPool extends PoolCreation {
  readonly quote: Quote
  /** How often "Started server process" had been said before it, in this run. */
  readonly startup: number
  /** Degraded mode, or a background reconnection, stood between the pool before and this one. */
  readonly reconnected: boolean
}

/** What the database is to the app, by the last line that says so. */
export type DatabaseMode = 'unknown' | 'starting' | 'normal' | 'degraded' | 'failed'

/** So often, with the first and the last of it. */
export interface Seen {
  readonly count: number
  readonly first: Quote
  readonly last: Quote
}

export interface SeenSymptom extends Seen {
  readonly table: string | null
  readonly column: string | null
}

export interface AppLog {
  readonly lines: number
  /** The time of the first line: late where the engine has thrown the beginning away (log rotation). Null: no line. */
  readonly firstAt: number | null
  /** The oldest first; `pools` counts those that are not listed, too. */
  readonly creations: readonly SeenPool[]
  readonly pools: number
  readonly mode: DatabaseMode
  /** Since when it is so. */
  readonly modeSince: Quote | null
  /** Attempts that failed, and the error of the last one. */
  readonly attempts: Seen | null
  readonly lastError: string | null
  /** Seconds that the start tries for; null: not said. */
  readonly maxWait: number | null
  /** Attempts that began anew at 1, without a background reconnection that would explain it, beyond the first. */
  readonly extraSequences: number
  readonly lastAttempt: number | null
  readonly degraded: Seen | null
  readonly creationFailed: Seen | null
  readonly backgroundAttempts: Seen | null
  readonly backgroundSuccess: Seen | null
  /** Seconds. */
  readonly backgroundEvery: number | null
  readonly resets: Seen | null
  readonly closings: Seen | null
  readonly joined: Seen | null
  /** "Started server process [N]": how often for each N. */
  readonly startups: ReadonlyMap<number, number>
  readonly startupLines: Seen | null
  readonly startupComplete: Seen | null
  readonly reloads: Seen | null
  readonly parents: Seen | null
  readonly celery: Seen | null
  readonly cancelled: Seen | null
  /** DB_POOL_DEBUG: who asked for a pool. */
  readonly callsites: readonly string[]
  readonly symptoms: readonly SeenSymptom[]
  /** A background reconnection has been announced and no attempt was counted since. */
  readonly isBackground: boolean
  /** Degraded or background since the last pool. */
  readonly wasDegraded: boolean
}

export const MOST_POOLS = 50
const MOST_PROCESSES = 50
const MOST_CALLSITES = 10
const MOST_SYMPTOMS = 20
const LONGEST_QUOTE = 400

export const EMPTY_LOG: AppLog = {
  lines: 0,
  firstAt: null,
  creations: [],
  pools: 0,
  mode: 'unknown',
  modeSince: null,
  attempts: null,
  lastError: null,
  maxWait: null,
  extraSequences: 0,
  lastAttempt: null,
  degraded: null,
  creationFailed: null,
  backgroundAttempts: null,
  backgroundSuccess: null,
  backgroundEvery: null,
  resets: null,
  closings: null,
  joined: null,
  startups: new Map(),
  startupLines: null,
  startupComplete: null,
  reloads: null,
  parents: null,
  celery: null,
  cancelled: null,
  callsites: [],
  symptoms: [],
  isBackground: false,
  wasDegraded: false,
}

/** The log with one more line. `line.at` in milliseconds since the epoch. */
export function withLine(log: AppLog, line: Quote): AppLog {
  const sayings = sayingsOf(line.text)
  const counted: AppLog = { ...log, lines: log.lines + 1, firstAt: log.firstAt ?? line.at }
  if (sayings.length === 0) return counted
  const quote = { at: line.at, text: line.text.slice(0, LONGEST_QUOTE) }
  return sayings.reduce((so, saying) => withSaying(so, saying, quote), counted)
}

function withSaying(log: AppLog, saying: Saying, quote: Quote): AppLog {
  switch (saying.kind) {
    case 'pool-created':
      return withPool(log, saying.pool, quote)
    case 'pool-creating':
      return { ...inMode(log, log.mode === 'degraded' ? 'degraded' : 'starting', quote), lastAttempt: null }
    case 'attempt-failed':
      return withAttempt(log, saying.attempt, saying.error, quote)
    case 'max-wait':
      return { ...log, maxWait: saying.seconds }
    case 'last-error':
      return { ...log, lastError: saying.error }
    case 'gave-up':
      return inMode(log, 'failed', quote)
    case 'degraded':
      return { ...inMode(log, 'degraded', quote), degraded: seen(log.degraded, quote), wasDegraded: true }
    case 'service-degraded': {
      const counted = { ...log, degraded: seen(log.degraded, quote) }
      return log.mode === 'normal' ? counted : { ...inMode(counted, 'degraded', quote), wasDegraded: true }
    }
    case 'creation-failed':
      return {
        ...inMode(log, log.mode === 'degraded' ? 'degraded' : 'failed', quote),
        creationFailed: seen(log.creationFailed, quote),
        lastError: saying.error ?? log.lastError,
      }
    case 'background-every':
      return { ...log, backgroundEvery: saying.seconds }
    case 'background-attempt': {
      const tried = {
        ...log,
        backgroundAttempts: seen(log.backgroundAttempts, quote),
        isBackground: true,
        wasDegraded: true,
      }
      return log.mode === 'normal' ? tried : inMode(tried, 'degraded', quote)
    }
    case 'background-success':
      return {
        ...inMode(log, 'normal', quote),
        backgroundSuccess: seen(log.backgroundSuccess, quote),
        isBackground: false,
      }
    case 'pool-reset':
      return { ...log, resets: seen(log.resets, quote) }
    case 'pool-closing':
      return { ...log, closings: seen(log.closings, quote) }
    case 'joined':
      return { ...log, joined: seen(log.joined, quote) }
    case 'server-started':
      return withStartup(log, saying.pid, quote)
    case 'startup-complete':
      return { ...log, startupComplete: seen(log.startupComplete, quote) }
    case 'reloading':
      return { ...log, reloads: seen(log.reloads, quote) }
    case 'parent-started':
      return { ...log, parents: seen(log.parents, quote) }
    case 'celery':
      return { ...log, celery: seen(log.celery, quote) }
    case 'cancelled':
      return { ...log, cancelled: seen(log.cancelled, quote) }
    case 'callsite': {
      const isKnown = log.callsites.includes(saying.callsite) || log.callsites.length >= MOST_CALLSITES
      return isKnown ? log : { ...log, callsites: [...log.callsites, saying.callsite] }
    }
    case 'schema':
      return { ...log, symptoms: withSymptom(log.symptoms, saying.symptom, quote) }
    default:
      return assertNever(saying)
  }
}

function withPool(log: AppLog, pool: PoolCreation, quote: Quote): AppLog {
  const startup = log.startupLines?.count ?? 0
  const creation = { ...pool, quote, startup, reconnected: log.wasDegraded }
  return {
    ...inMode(log, 'normal', quote),
    pools: log.pools + 1,
    creations: log.creations.length < MOST_POOLS ? [...log.creations, creation] : log.creations,
    lastAttempt: null,
    isBackground: false,
    wasDegraded: false,
  }
}

function withAttempt(log: AppLog, attempt: number, error: string | null, quote: Quote): AppLog {
  // "Expected: single sequence. NOT multiple sequences starting from attempt=1": but each background reconnection begins one.
  const again =
    attempt === 1 && (log.attempts !== null || log.pools > 0) && !log.isBackground && log.mode !== 'degraded'
  const next = {
    ...log,
    attempts: seen(log.attempts, quote),
    lastError: error ?? log.lastError,
    lastAttempt: attempt,
    extraSequences: log.extraSequences + (again ? 1 : 0),
  }
  return log.mode === 'degraded' || log.isBackground ? next : inMode(next, 'starting', quote)
}

function withStartup(log: AppLog, pid: number, quote: Quote): AppLog {
  const times = (log.startups.get(pid) ?? 0) + 1
  const isListed = times > 1 || log.startups.size < MOST_PROCESSES
  return {
    ...log,
    startupLines: seen(log.startupLines, quote),
    startups: isListed ? new Map([...log.startups, [pid, times]]) : log.startups,
  }
}

function withSymptom(
  symptoms: readonly SeenSymptom[],
  { table, column }: Pick<SeenSymptom, 'table' | 'column'>,
  quote: Quote,
): readonly SeenSymptom[] {
  const known = symptoms.findIndex(s => s.table === table && s.column === column)
  const before = symptoms[known]
  if (before !== undefined) return symptoms.with(known, { ...before, count: before.count + 1, last: quote })
  if (symptoms.length >= MOST_SYMPTOMS) return symptoms
  return [...symptoms, { table, column, count: 1, first: quote, last: quote }]
}

function inMode(log: AppLog, mode: DatabaseMode, quote: Quote): AppLog {
  return log.mode === mode ? log : { ...log, mode, modeSince: quote }
}

function seen(before: Seen | null, quote: Quote): Seen {
  return before === null ? { count: 1, first: quote, last: quote } : { ...before, count: before.count + 1, last: quote }
}
