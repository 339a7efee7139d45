// What a disk refused, as a NethealError: what failed on which path, and what the operator does next.
import { dirname } from 'node:path'
import { NethealError } from '../core/errors.ts'

/** Which setting moves the file elsewhere. */
export type Place = 'log' | 'state' | 'lock' | 'metrics'

/**
 * A `record` error. `doing` is the verb and the path, as in `write /var/log/netheal/actions.1.log`.
 * An error that is one already is handed on.
 */
export function recordFault(doing: string, path: string, place: Place, cause: unknown): NethealError {
  if (cause instanceof NethealError) return cause
  const code = codeOf(cause)
  const why = code === null ? messageOf(cause) : `${REASONS[code] ?? messageOf(cause)} (${code})`
  return new NethealError('record', `cannot ${doing} ${path}: ${why}`, {
    hint: hintFor(code, whereOf(doing, path), place),
    cause,
  })
}

/** Why a file that is there could not be used. */
export interface FileNote {
  /** A sentence. */
  readonly text: string
  /** Only because this user may not read it. */
  readonly closed: boolean
}

/** True where this process lacks the permission, and root would not. */
export function isDenied(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'EACCES' || code === 'EPERM'
}

/** The errno code of an error (`ENOSPC`), null where it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EEXIST: 'something else with that name is in the way',
  EISDIR: 'it is a directory',
  ELOOP: 'it is a link',
  ENXIO: 'it is not a file',
  EIO: 'the disk reports an error',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this host',
}

/** The directory that is meant: `write the action log in /var/log/netheal` names it itself. */
function whereOf(doing: string, path: string): string {
  return doing.endsWith(' in') && !path.endsWith('.log') ? path : dirname(path)
}

function hintFor(code: string | null, where: string, place: Place): string {
  const elsewhere =
    place === 'metrics'
      ? 'set metrics.textfile (or NETHEAL_METRICS_TEXTFILE) to a file in another directory'
      : `set ${place}.directory (or NETHEAL_${place.toUpperCase()}_DIRECTORY) to another directory`
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `free some space (df -h ${where}); netheal then continues by itself`
    case 'EROFS':
      return `mount it writable again, or ${elsewhere}`
    case 'EACCES':
    case 'EPERM':
      return `let the user that runs netheal write in ${where}, or ${elsewhere}`
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'ENXIO':
      return `move what is there out of the way, or ${elsewhere}`
    case 'EIO':
      return 'check the disk (dmesg)'
    default:
      return elsewhere
  }
}
