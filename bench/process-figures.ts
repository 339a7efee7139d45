// What the kernel says about a running process: CPU to the nanosecond, resident memory. Linux only.
import { readdirSync, readFileSync } from 'node:fs'

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
