// How many pools the current run has made, and why there is more than one: the runbook's "Diagnosis Decision Tree" for
// "Multiple Pools Created in Same PID", and what surrounds it there.
import type { SeenPool } from '../rules/app-log.ts'
import { grepOf, LOST, lostBeginning, quoted, type RunAnswer, type Said, times } from './words.ts'

const CREATED = 'pool created successfully'
const MOST_SHOWN = 6

/** Empty where the log has no pool: mode.ts says why, if anything does. */
export function churnSaid(run: RunAnswer): readonly Said[] {
  const { log } = run
  if (log.pools === 0) return []
  const byProcess = Map.groupBy(withoutEchoes(log.creations), pool => pool.pid)
  const crowded = [...byProcess.values()].filter(pools => pools.length > 1)
  const isMore = log.pools > log.creations.length
  if (crowded.length > 0) {
    const [worst = log.creations] = crowded.toSorted((x, y) => y.length - x.length)
    return [severalInOne(run, worst, byProcess.size === 1 && isMore ? log.pools : worst.length)]
  }
  return byProcess.size > 1
    ? [onePerProcess(run, isMore ? log.pools : byProcess.size)]
    : [single(run, [...byProcess.values()].flat()[0])]
}

/** Milliseconds. Older images log no ids: then two lines that are alike in all else and as close as this are one. */
const ECHO = 100

/** The same pool told twice: a logger with two handlers. The runbook's churn has another id each time. */
function withoutEchoes(pools: readonly SeenPool[]): readonly SeenPool[] {
  return pools.filter((pool, index) => !pools.slice(0, index).some(before => isEcho(pool, before)))
}

function isEcho(pool: SeenPool, before: SeenPool): boolean {
  if (pool.pid !== before.pid || pool.poolId !== before.poolId || pool.generation !== before.generation) return false
  if (pool.poolId !== null) return true
  const isClose = Math.abs(pool.quote.at - before.quote.at) < ECHO
  return isClose && pool.elapsed !== null && pool.elapsed === before.elapsed && pool.attempt === before.attempt
}

function single(run: RunAnswer, pool: SeenPool | undefined): Said {
  const { label, log, before } = run
  const evidence = shown(pool === undefined ? [] : [pool])
  const generation = pool?.generation ?? 1
  // Of a forked worker it is its parent's, plus one.
  if (generation > 1 && pool?.reconnected !== true && log.degraded === null && !isCelery(run)) {
    const isLost = lostBeginning(run)
    return {
      code: 'pool-generation',
      verdict: isLost ? 'note' : 'wrong',
      summary: `${label} shows one pool in this run, but it is of generation ${generation}: ${isLost ? 'the log lines of the earlier ones are gone' : 'others were created before it without a log line, and no background reconnection explains it'}`,
      evidence: [...evidence, ...(isLost ? [LOST] : [])],
      remedy: debugSteps(run),
    }
  }
  if (before === null || before.pools === 0) {
    return { code: 'pool-single', verdict: 'well', summary: `${label} created exactly one pool in this run`, evidence }
  }
  return {
    code: 'pool-single',
    verdict: 'well',
    summary: `${label} created exactly one pool in this run; docker logs shows ${before.cut ? 'at least ' : ''}${before.pools} more, from earlier runs`,
    evidence: [...evidence, `this run began ${new Date(run.details.startedAt ?? 0).toISOString()} (StartedAt)`],
  }
}

/** "Celery workers create own pool (generation increments per worker - expected)". */
function onePerProcess(run: RunAnswer, processes: number): Said {
  const { label, log } = run
  const whose = isCelery(run) ? 'celery workers create their own' : 'processes do not share one'
  return {
    code: 'pool-per-process',
    verdict: 'well',
    summary: `${label} created one pool in each of ${processes} processes, as expected: ${whose}`,
    evidence: shown(log.creations),
  }
}

function isCelery({ log, details }: RunAnswer): boolean {
  return log.celery !== null || details.argv.some(word => /(?:^|[\s/])celery\b/.test(word))
}

/** @param count more than are listed, where the log has more than are kept */
function severalInOne(run: RunAnswer, pools: readonly SeenPool[], count: number): Said {
  const { label } = run
  const pid = pools[0]?.pid ?? null
  const where = pid === null ? '' : ` in PID ${pid}`
  const what = `${label} created ${count} pools${where} in this run`
  const ids = distinct(pools, pool => pool.poolId)
  const modules = distinct(pools, pool => pool.moduleId)
  const files = distinct(pools, pool => pool.moduleFile)
  const generations = pools.map(pool => pool.generation)
  const evidence = [
    ...shown(pools),
    `pool_id: ${ids.length === 0 ? 'not logged' : `${ids.length} different`}; generation: ${generations.map(g => g ?? '?').join(', ')}; module_id: ${modules.length === 0 ? 'not logged' : `${modules.length} different`}`,
    ...(files.length > 1 ? [`module_file: ${files.join(', ')}`] : []),
    ...problem(run),
  ]
  if (increments(generations) && modules.length <= 1) return reconnected(run, pools, what, evidence)
  if (modules.length > 1) {
    return {
      code: 'pool-duplicate-modules',
      verdict: 'wrong',
      summary: `${what}, each from another instance of the database module (module_id changes): a reimport or a circular import`,
      evidence,
      remedy: [
        'Check import paths, remove circular imports',
        'Review all import statements: grep for `from.*database import` or `import.*database`',
        'Standardize to single import path: `from app.core.database import ...`',
        'Remove circular imports (use TYPE_CHECKING for type hints)',
        "Verify sys.path doesn't contain duplicate entries",
      ],
    }
  }
  if (modules.length === 1) {
    return {
      code: 'pool-reset',
      verdict: 'wrong',
      summary: `${what}, all from one instance of the database module (module_id is constant): the pool is being closed or reset during operation`,
      evidence,
      remedy: resetSteps(run),
    }
  }
  return {
    code: 'pool-duplicate',
    verdict: 'wrong',
    summary: `${what}, and the generation does not increment; its log has no module_id, so it is unknown whether the module is loaded twice or the pool is closed and created again`,
    evidence,
    remedy: [
      'Deploy an image with the diagnostics and the singleflight fix of 2026-01-04: module_id in the pool line tells the two apart',
      'If module_id changes: multiple module instances exist: check import paths, remove circular imports',
      ...resetSteps(run),
    ],
  }
}

/** Tree 3: "Background reconnect working correctly (not a bug). Verify degraded mode preceded this". */
function reconnected(run: RunAnswer, pools: readonly SeenPool[], what: string, evidence: readonly string[]): Said {
  const unasked = pools.slice(1).filter(pool => !pool.reconnected)
  if (unasked.length === 0) {
    return {
      code: 'pool-reconnected',
      verdict: 'well',
      summary: `${what}, generation by generation, and degraded mode preceded each: the background reconnect works (not a bug)`,
      evidence,
    }
  }
  return {
    code: 'pool-reconnected',
    verdict: 'wrong',
    summary: `${what}: the generation increments, but no degraded mode and no background reconnection preceded ${unasked.length === 1 ? 'one' : unasked.length} of them`,
    evidence,
    remedy: ['Verify degraded mode preceded this (expected behavior); here it did not', ...resetSteps(run)],
  }
}

/** What stands between the pools and explains them. */
function problem({ log }: RunAnswer): readonly string[] {
  return [
    ...(log.resets === null ? [] : [`${quoted(log.resets.last)} (${times(log.resets.count)} in this run)`]),
    ...(log.closings === null ? [] : [`${quoted(log.closings.last)} (${times(log.closings.count)} in this run)`]),
    ...(log.extraSequences === 0
      ? []
      : [`the connection attempts started again at 1 ${times(log.extraSequences)} without a background reconnection`]),
    ...(log.joined === null
      ? []
      : [`${times(log.joined.count)} "joining existing task (singleflight)": correct behavior`]),
    ...(log.callsites.length === 0 ? [] : [`DB_POOL_DEBUG: pools were requested by ${log.callsites.join(', ')}`]),
  ]
}

function resetSteps(run: RunAnswer): readonly string[] {
  return [
    'Check for unauthorized pool.close() or _pool=None assignments',
    grepOf(run, 'Resetting pool state\\|Closing database connection pool'),
    'Celery: `reset_pool_state()` must reset `_pool`, `_pool_pid`, AND `_init_task`',
    ...debugSteps(run),
  ]
}

function debugSteps(run: RunAnswer): readonly string[] {
  if (run.log.callsites.length > 0) return [grepOf(run, '\\[DB_POOL_DEBUG\\]')]
  return [
    `Restart with DB_POOL_DEBUG=true, then: ${grepOf(run, '\\[DB_POOL_DEBUG\\]')} (shows which code path creates the pool)`,
  ]
}

function shown(pools: readonly SeenPool[]): readonly string[] {
  const lines = pools.slice(0, MOST_SHOWN).map(pool => quoted(pool.quote))
  return pools.length > MOST_SHOWN ? [...lines, `and ${pools.length - MOST_SHOWN} more "${CREATED}"`] : lines
}

/** Each above the one before. Unknown ones do not. */
function increments(generations: readonly (number | null)[]): boolean {
  return generations.every((g, i) => g !== null && (i === 0 || g > (generations[i - 1] ?? Number.POSITIVE_INFINITY)))
}

function distinct(pools: readonly SeenPool[], of: (pool: SeenPool) => string | null): readonly string[] {
  return [...new Set(pools.flatMap(pool => of(pool) ?? []))]
}
