// The main process of a simulated container: what its command will do. It never runs anything.

import { type Saying, sayingsOf } from './log.ts'

export interface SimProcess {
  /** What it prints at its start. */
  readonly says: readonly Saying[]
  /** Ends by itself after that many milliseconds; null: runs for ever. */
  readonly runsFor: number | null
  readonly exitCode: number
  /** What TERM ends it with; null: it ignores TERM. */
  readonly onTerm: number | null
}

/**
 * Reads the commands that tests use: `sh -c "sleep N; exit C"` ends with C after N seconds, `trap "exit C" TERM` ends
 * with C on TERM, `true` and `false` end at once; before that, `echo` and `printf` (log.ts) print. Everything else runs
 * for ever and ends with `termExit` on TERM.
 */
export function processOf(command: readonly string[], termExit: number | null): SimProcess {
  const script =
    command[0] !== undefined && /(^|\/)sh$/.test(command[0]) && command[1] === '-c' ? command[2] : undefined
  if (script !== undefined) {
    const { sayings, rest } = sayingsOf(script)
    return { says: sayings, ...endOf(rest, termExit) }
  }
  if (command[0] === 'true') return { says: [], runsFor: 0, exitCode: 0, onTerm: termExit }
  if (command[0] === 'false') return { says: [], runsFor: 0, exitCode: 1, onTerm: termExit }
  return { says: [], runsFor: null, exitCode: 0, onTerm: termExit }
}

function endOf(script: string, termExit: number | null): Omit<SimProcess, 'says'> {
  const trap = /trap ["']exit (\d+)["'] TERM/.exec(script)
  if (trap !== null) return { runsFor: null, exitCode: 0, onTerm: Number(trap[1]) }
  const ends = /^\s*(?:sleep ([\d.]+)\s*(?:;|&&)\s*)?exit (\d+)\s*;?\s*$/.exec(script)
  if (ends !== null) return { runsFor: Number(ends[1] ?? 0) * 1000, exitCode: Number(ends[2]), onTerm: termExit }
  const sleeps = /^\s*sleep ([\d.]+)\s*;?\s*$/.exec(script)
  if (sleeps !== null) return { runsFor: Number(sleeps[1]) * 1000, exitCode: 0, onTerm: termExit }
  return { runsFor: null, exitCode: 0, onTerm: termExit }
}
