// How often the app started within one run of its container: once, or the application's life runs twice in it (runbook,
// "Multiple pool_id Within One Runtime": reload, worker restart, double-init).
import { counted, quoted, type RunAnswer, type Said, times } from './words.ts'

export function startupSaid(run: RunAnswer): readonly Said[] {
  const { log } = run
  if (log.startupLines === null) return []
  const again = [...log.startups].filter(([, count]) => count > 1)
  if (again.length > 0 || (log.reloads !== null && log.startupLines.count > 1)) return [twice(run, again)]
  if (log.startups.size > 1) return [severalWorkers(run)]
  return []
}

function twice(run: RunAnswer, again: readonly (readonly [number, number])[]): Said {
  const { label, log, details } = run
  const flags = flagsOf(run)
  const [pid, count] = again[0] ?? [null, log.startupLines?.count ?? 0]
  const what = pid === null ? 'server processes were started' : `"Started server process [${pid}]" was logged`
  const why =
    flags.length > 0
      ? `: it runs with ${flags.join(' and ')}`
      : log.reloads === null
        ? ''
        : ': its reloader restarts it'
  return {
    code: 'startup-twice',
    verdict: 'wrong',
    summary: `${label} started ${times(count)} within one run of its container (${what} after StartedAt)${why}; a restart from outside does not look like this`,
    evidence: [
      ...(log.startupLines === null ? [] : [quoted(log.startupLines.first), quoted(log.startupLines.last)]),
      ...(log.startupComplete === null ? [] : [`"Application startup complete" ${times(log.startupComplete.count)}`]),
      ...(log.reloads === null ? [] : [counted(log.reloads)]),
      ...(log.cancelled === null ? [] : [counted(log.cancelled)]),
      `StartedAt ${details.startedAt === null ? 'never' : new Date(details.startedAt).toISOString()}, RestartCount ${details.restartCount}`,
      flags.length > 0 ? `its command has ${flags.join(', ')}` : 'its command has no --reload and no --workers flag',
    ],
    remedy: [
      'Application startup running twice (reload, worker restart, double-init): expected is exactly one startup sequence',
      ...(flags.length > 0
        ? [`remove ${flags.join(' and ')} from the start command (NO --reload or --workers flags)`]
        : []),
      `Check process tree shows single process: docker exec ${details.name} ps aux`,
      `Verify no reload or workers flags: docker exec ${details.name} cat /proc/1/cmdline | tr '\\0' ' '`,
    ],
  }
}

/** Each of another PID, once: workers of one server. Each has its own pool. */
function severalWorkers(run: RunAnswer): Said {
  const { label, log, details } = run
  const flags = flagsOf(run)
  return {
    code: 'several-workers',
    verdict: 'note',
    summary: `${label} runs ${log.startups.size} server processes${flags.length > 0 ? ` (${flags.join(', ')})` : ''}: each has its own pool; the runbook expects a single uvicorn process`,
    evidence: [
      `PIDs ${[...log.startups.keys()].slice(0, 10).join(', ')}`,
      ...(log.parents === null ? [] : [counted(log.parents)]),
    ],
    remedy: [`Verify no reload or workers flags: docker exec ${details.name} cat /proc/1/cmdline | tr '\\0' ' '`],
  }
}

/** Only the flags: the rest of a command may hold secrets. Words of a shell's line count, too. */
function flagsOf({ details }: RunAnswer): readonly string[] {
  const found = details.argv.flatMap(word => [...word.matchAll(/(?:^|\s)(--reload|--workers(?:[= ]\d+)?)(?=\s|$)/g)])
  return [...new Set(found.map(match => match[1] ?? ''))].filter(flag => flag !== '')
}
