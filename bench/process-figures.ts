// What the kernel says about a running process: CPU to the nanosecond, resident memory. Linux only.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Milliseconds of CPU that its threads have used; those of threads that have ended are not in it (a daemon's do not end). */
export function cpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map(id => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]))
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6
}

/** MiB that are resident now. */
export function residentOf(pid: number): number {
  return mebibytes(pid, 'VmRSS')
}

/** The most MiB that ever were. */
export function peakOf(pid: number): number {
  return mebibytes(pid, 'VmHWM')
}

function mebibytes(pid: number, field: string): number {
  const [, kibibytes] =
    new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no ${field}`)
  return Number(kibibytes) / 1024
}

/** What `getconf CLK_TCK` says on every Linux that Node runs on. */
const TICKS = 100

/**
 * Milliseconds of CPU, to ten of them, of every process in that one's PID namespace, with those of the children that they have
 * waited for: an engine with all that it starts, what it runs inside containers too.
 */
export function cpuOfNamespace(pid: number): number {
  const namespace = readlinkSync(`/proc/${pid}/ns/pid`)
  let ticks = 0
  for (const id of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${id}/ns/pid`) !== namespace) continue
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
      // After the name, which may hold anything: utime, stime, cutime and cstime are the fields 14 to 17.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    } catch {
      // It has ended meanwhile: then its parent has its time.
    }
  }
  return (ticks / TICKS) * 1_000
}
