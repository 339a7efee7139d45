// Who holds the lock, as written into its file: for people and for `netheal status`. What keeps a second healer away is the
// kernel's lock (lock.ts), never this text.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { codeOf, recordFault } from './fault.ts'
import { seesAllProcesses, startTimeOf } from './procfs.ts'

export const LOCK_FILE = 'netheal.lock'

export interface LockHolder {
  readonly pid: number
  readonly mode: 'daemon' | 'once'
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** `unknown`: the file or the process may not be looked at (permissions, hidepid); `why` says which. */
export type LockState =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly by: LockHolder }
  | { readonly kind: 'unknown'; readonly why: string }

const shape = z.object({
  pid: z.number().check(z.int(), z.gt(0)),
  // As /proc has it, to tell the holder from a later process with its pid.
  started: z.nullable(z.string()),
  mode: z.enum(['daemon', 'once']),
  since: z.number(),
})

/** That another healer has the lock, in words. `by`: null when it may not be seen, or has not said yet who it is. */
export function lockTakenText(by: LockHolder | null): string {
  const who = by === null ? 'another netheal' : `netheal ${by.mode === 'daemon' ? 'run' : 'once'} (pid ${by.pid})`
  return `${who} is already healing this host`
}

/** The holder as one line for the lock file. */
export function holderText(holder: LockHolder): string {
  return `${JSON.stringify({ ...holder, started: startTimeOf(holder.pid) })}\n`
}

/**
 * Whether a healer lives, without touching its lock: reads the file and /proc, makes nothing. Never throws.
 * The holder of another PID namespace (a container) counts as dead.
 */
export function readLock(options: { readonly directory: string }): LockState {
  const path = join(options.directory, LOCK_FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'free' }
    return { kind: 'unknown', why: recordFault('read', path, 'lock', error).message }
  }
  const holder = parsed(text)
  if (holder === null) return { kind: 'free' }
  const started = startTimeOf(holder.pid)
  if (started !== null && (holder.started === null || started === holder.started)) {
    return { kind: 'held', by: { pid: holder.pid, mode: holder.mode, since: holder.since } }
  }
  if (started === null && !seesAllProcesses()) {
    return { kind: 'unknown', why: `/proc hides process ${holder.pid} from this user` }
  }
  return { kind: 'free' }
}

function parsed(text: string): z.infer<typeof shape> | null {
  try {
    // The first line: a shorter one may just have been written over a longer one.
    return shape.safeParse(JSON.parse(text.split('\n')[0] ?? '')).data ?? null
  } catch {
    return null
  }
}
