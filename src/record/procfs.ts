// Which processes live, as /proc tells it. A pid alone proves nothing: it is used again. A pid with its start time does.
import { readFileSync, readlinkSync, statSync } from 'node:fs'

/** Our own pid as this PID namespace counts it. */
export function ownPid(): number {
  return Number(readlinkSync('/proc/self'))
}

/** Clock ticks between the boot and the start of the process (field 22 of /proc/PID/stat); null: no such process to be seen. */
export function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The command's name, in brackets, may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie (field 3) has closed its files, and with them its lock.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** False where /proc hides the processes of others (hidepid): then "not to be seen" does not mean dead. */
export function seesAllProcesses(): boolean {
  return statSync('/proc/1/stat', { throwIfNoEntry: false }) !== undefined
}
