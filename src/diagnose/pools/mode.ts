// Is the database there for the app, by its own log: still trying at the start, degraded, healed by the background task, or
// given up (runbook, "DB DNS / Degraded Mode").
import type { Attachment } from '../../core/attachment.ts'
import { networkLabel } from '../../core/attachment.ts'
import { span } from '../../core/entry.ts'
import { assertNever } from '../../core/errors.ts'
import { excerpt } from '../excerpt.ts'
import { stepsFor } from './reason.ts'
import { counted, LOST, lostBeginning, quoted, type RunAnswer, type Said } from './words.ts'

/** Milliseconds: DB_STARTUP_MAX_WAIT_SECONDS where the log does not say it. */
const MAX_WAIT = 60_000
/** Milliseconds beyond it, for an attempt in hand. */
const PATIENCE = 30_000
/** Characters of an error that stand in a sentence. */
const LONGEST_ERROR = 200

export function modeSaid(run: RunAnswer, attachments: readonly Attachment[]): readonly Said[] {
  const { log, details } = run
  // Of a container that was stopped it only says how it was then.
  const wrong = details.running ? 'wrong' : 'note'
  switch (log.mode) {
    case 'degraded':
      return [{ ...degraded(run, attachments), verdict: wrong }]
    case 'failed':
      return [{ ...failed(run, attachments), verdict: wrong }]
    case 'starting':
      return [starting(run, attachments)]
    case 'normal':
      return log.backgroundSuccess === null && !log.creations.some(pool => pool.reconnected) ? [] : [healed(run)]
    case 'unknown':
      return log.pools > 0 ? [] : [nothing(run)]
    default:
      return assertNever(log.mode)
  }
}

function degraded(run: RunAnswer, attachments: readonly Attachment[]): Omit<Said, 'verdict'> {
  const { label, log, now, details } = run
  const is = log.modeSince === null ? 'is in' : 'has been in'
  const since = log.modeSince === null ? '' : ` for ${span(Math.max(0, now - log.modeSince.at))}`
  const error = lastError(run)
  const tries = log.backgroundAttempts
  return {
    code: 'degraded',
    summary: `${label} ${is} DEGRADED MODE${since}: it has no database pool${error === null ? '' : ` (${error})`}`,
    evidence: [
      ...(log.modeSince === null ? [] : [quoted(log.modeSince)]),
      ...(error === null ? [] : [`last error: ${error}`]),
      tries === null ? 'no background reconnection was tried' : counted(tries),
    ],
    remedy: [
      ...mendSteps(run, attachments),
      tries === null && log.backgroundEvery === null
        ? `this image does not reconnect in the background, or DB_BACKGROUND_RECONNECT_ENABLED=false: once the name resolves, docker restart ${details.name} to recreate pool`
        : `When DB becomes available: pool is created automatically (no restart needed), every ${log.backgroundEvery ?? 30} s it is tried`,
    ],
  }
}

function failed(run: RunAnswer, attachments: readonly Attachment[]): Omit<Said, 'verdict'> {
  const { label, log, details } = run
  const line = log.creationFailed?.last ?? log.modeSince
  const error = lastError(run)
  return {
    code: 'pool-creation-failed',
    summary: `${label} could not create its database pool${error === null ? '' : ` (${error})`}, and has made none since`,
    evidence: [...(line === null ? [] : [quoted(line)]), ...(log.attempts === null ? [] : [counted(log.attempts)])],
    remedy: [...mendSteps(run, attachments), `Restart container to recreate pool: docker restart ${details.name}`],
  }
}

/** "If you see 503 immediately after deploy, wait up to 60s before investigating". */
function starting(run: RunAnswer, attachments: readonly Attachment[]): Said {
  const { label, log, now, details } = run
  const max = log.maxWait === null ? MAX_WAIT : log.maxWait * 1000
  const age = Math.max(0, now - (log.modeSince?.at ?? details.startedAt ?? now))
  const evidence = [
    ...(log.modeSince === null ? [] : [quoted(log.modeSince)]),
    ...(log.attempts === null ? [] : [counted(log.attempts)]),
  ]
  const tried = log.attempts === null ? 'it has begun to' : `${log.attempts.count} attempts have failed`
  if (age <= max + PATIENCE || !details.running) {
    return {
      code: 'starting-retrying',
      verdict: 'note',
      summary: `${label} is still connecting to its database (${tried}): it tries for up to ${max / 1000} s before it enters degraded mode`,
      evidence,
      remedy: [`If you see 503 immediately after deploy, wait up to ${max / 1000}s before investigating`],
    }
  }
  return {
    code: 'starting-stuck',
    verdict: 'wrong',
    summary: `${label} started to connect to its database ${span(age)} ago (${tried}) and has not logged a result; it should have given up after ${max / 1000} s`,
    evidence,
    remedy: mendSteps(run, attachments),
  }
}

function healed(run: RunAnswer): Said {
  const { label, log } = run
  const success = log.backgroundSuccess
  return {
    code: 'degraded-healed',
    verdict: 'note',
    summary: `${label} was in degraded mode in this run, but has its database again: the background task created a pool, without a restart`,
    evidence: [
      ...(log.degraded === null ? [] : [quoted(log.degraded.first)]),
      ...(success === null ? [] : [counted(success)]),
      ...(log.backgroundAttempts === null ? [] : [`${log.backgroundAttempts.count} background attempts`]),
    ],
  }
}

function nothing(run: RunAnswer): Said {
  const { label, log } = run
  return {
    code: 'no-pool-lines',
    verdict: 'note',
    summary: `the log of ${label} does not mention a database pool in this run (${log.lines} lines): it is another kind of program or an older image, or its log level hides it`,
    evidence: [
      ...(log.startupLines === null ? [] : [quoted(log.startupLines.last)]),
      ...(lostBeginning(run) ? [LOST] : []),
    ],
  }
}

/** The app's own words, which may hold a connection string. */
function lastError({ log }: RunAnswer): string | null {
  return log.lastError === null ? null : excerpt(log.lastError, LONGEST_ERROR)
}

/** By the error that it logged, where that is no matter of the network; else as the runbook has it. */
function mendSteps(run: RunAnswer, attachments: readonly Attachment[]): readonly string[] {
  const database = attachments[0]?.rule.resolve[0] ?? 'supabase-db'
  return stepsFor(run.log.lastError, database) ?? attachSteps(run, attachments)
}

/** Runbook, "Verify" and "Fix", with the names of the rules where there are any. */
function attachSteps({ details }: RunAnswer, attachments: readonly Attachment[]): readonly string[] {
  const first = attachments[0]
  const network = first === undefined ? null : networkLabel(first)
  const database = first?.rule.resolve[0] ?? 'supabase-db'
  // Nobody is sent at night to attach what is attached.
  if (first?.network.kind === 'found' && details.addresses[first.network.network.name] !== undefined) {
    return [
      `it is on ${network}: docker exec ${details.name} getent hosts ${database} shows whether the name resolves (if empty/error: DNS resolution failed)`,
      `if it resolves, look at the database itself: docker ps -a --filter name=${database}; docker logs --tail 50 $(docker ps -aq -n 1 -f name=${database})`,
    ]
  }
  return [
    `Check container networks: docker inspect ${details.name} --format '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}'${network === null ? '' : ` (expected: ${network} among them)`}`,
    `Test DNS resolution inside container: docker exec ${details.name} getent hosts ${database} (if empty/error: DNS resolution failed)`,
    network === null
      ? `Attach container to Supabase network: docker network connect NETWORK ${details.name}`
      : `Attach container to Supabase network: sudo netheal once, or docker network connect ${network} ${details.name}`,
  ]
}
