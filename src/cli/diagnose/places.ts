// The directories that netheal writes to, as its user finds them: existing, writable, not read-only, with free space. Its user
// is the daemon's, else the owner of the state, else the caller. Nothing that stays is written to find out.
import { readFileSync, statSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { ItsDirectory, ItsPlace } from '../../diagnose/itself-port.ts'
import { codeOf, recordFault } from '../../record/fault.ts'
import type { LockState } from '../../record/lock-holder.ts'
import { writeRefusal } from '../../record/write-refusal.ts'

interface Runner {
  readonly uid: number
  readonly groups: readonly number[]
  readonly by: string
}

/** Never rejects. */
export async function placesOf({ log, state, lock }: Config, held: LockState): Promise<readonly ItsPlace[]> {
  const places = [
    { what: 'log', directory: log.directory },
    { what: 'state', directory: state.directory },
    { what: 'lock', directory: lock.directory },
  ] as const
  const me = processOf('self')
  const runner = runnerOf(state.directory, held, me)
  return await Promise.all(places.map(async p => ({ ...p, found: await directoryOf(p.directory, p.what, runner, me) })))
}

function runnerOf(stateDirectory: string, held: LockState, me: Runner | null): Runner | null {
  if (held.kind === 'held') {
    const runner = processOf(held.by.pid)
    if (runner !== null) return { ...runner, by: `${runner.by} (pid ${held.by.pid})` }
  }
  const owner = ownerOf(join(stateDirectory, 'state.json')) ?? ownerOf(stateDirectory)
  if (owner === null || owner.uid === me?.uid) return me
  return { uid: owner.uid, groups: [owner.gid], by: `${nameOf(owner.uid)}, who owns the state` }
}

/** Null: missing, or not readable. */
function ownerOf(path: string): { readonly uid: number; readonly gid: number } | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

/** The user and groups of a process; null: gone, or hidden from us. */
function processOf(pid: number | 'self'): Runner | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const lines = status.split('\n').map(line => line.split(/\s+/))
    const numbers = (key: string): readonly number[] =>
      (lines.find(([name]) => name === `${key}:`) ?? []).slice(1).filter(Boolean).map(Number)
    // Real, effective, saved, of the file system.
    const [, uid] = numbers('Uid')
    if (uid === undefined) return null
    return { uid, groups: [...numbers('Gid').slice(1, 2), ...numbers('Groups')], by: nameOf(uid) }
  } catch {
    return null
  }
}

function nameOf(uid: number): string {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    return lines.map(l => l.split(':')).find(l => l[2] === String(uid))?.[0] ?? `user ${uid}`
  } catch {
    return `user ${uid}`
  }
}

async function directoryOf(
  directory: string,
  what: ItsPlace['what'],
  runner: Runner | null,
  me: Runner | null,
): Promise<ItsDirectory> {
  try {
    const found = await stat(directory)
    if (!found.isDirectory()) return { kind: 'unseen', why: 'it is not a directory' }
    const refused = await writeRefusal(directory)
    const { bavail, bsize, files, ffree } = await statfs(directory)
    // access(2) answers for us only; for other users the mode bits count.
    const isWritable = runner === null || runner.uid === me?.uid ? refused === null : mayWrite(found, runner)
    return {
      kind: 'directory',
      readOnly: refused === 'EROFS',
      writable: refused !== 'EROFS' && isWritable,
      by: runner?.by ?? 'you',
      // As df says it: a part is kept for root.
      free: bavail * bsize,
      files: files === 0 ? null : ffree,
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'missing' }
    return { kind: 'unseen', why: recordFault('look at', directory, what, error).message }
  }
}

/** Creating a file takes write and execute permission. */
function mayWrite(
  { uid, gid, mode }: { readonly uid: number; readonly gid: number; readonly mode: number },
  runner: Runner,
): boolean {
  if (runner.uid === 0) return true
  const shift = runner.uid === uid ? 6 : runner.groups.includes(gid) ? 3 : 0
  return ((mode >> shift) & 0o3) === 0o3
}
