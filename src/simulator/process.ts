// The main process of a simulated container: what its command will do. It never runs anything.

export interface SimProcess {
  /** Ends by itself after that many milliseconds; null: runs for ever. */
  readonly runsFor: number | null
  readonly exitCode: number
  /** What TERM ends it with; null: it ignores TERM. */
  readonly onTerm: number | null
}

/**
 * Reads the commands that tests use: `sh -c "sleep N; exit C"` ends with C after N seconds, `trap "exit C" TERM` ends
 * with C on TERM, `true` and `false` end at once. Everything else runs for ever and ends with `termExit` on TERM.
 */
export function processOf(command: readonly string[], termExit: number | null): SimProcess {
  const script =
    command[0] !== undefined && /(^|\/)sh$/.test(command[0]) && command[1] === '-c' ? command[2] : undefined
  if (script !== undefined) {
    const trap = /trap ["']exit (\d+)["'] TERM/.exec(script)
    if (trap !== null) return { runsFor: null, exitCode: 0, onTerm: Number(trap[1]) }
    const ends = /^\s*(?:sleep ([\d.]+)\s*(?:;|&&)\s*)?exit (\d+)\s*;?\s*$/.exec(script)
    if (ends !== null) return { runsFor: Number(ends[1] ?? 0) * 1000, exitCode: Number(ends[2]), onTerm: termExit }
    const sleeps = /^\s*sleep ([\d.]+)\s*;?\s*$/.exec(script)
    if (sleeps !== null) return { runsFor: Number(sleeps[1]) * 1000, exitCode: 0, onTerm: termExit }
  }
  if (command[0] === 'true') return { runsFor: 0, exitCode: 0, onTerm: termExit }
  if (command[0] === 'false') return { runsFor: 0, exitCode: 1, onTerm: termExit }
  return { runsFor: null, exitCode: 0, onTerm: termExit }
}
