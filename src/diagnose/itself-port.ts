// What netheal knows of itself on this host: its config, its places, its healer, its lock, its heartbeat. Data only;
// cli/diagnose/itself.ts gathers it.
import type { NethealError } from '../core/errors.ts'

/** All times in milliseconds since the epoch. */
export interface Itself {
  readonly config: ItsConfig
  /** Why the state cannot be used; null where it can, or where there is none. `closed`: only because of permissions. */
  readonly state: { readonly note: string | null; readonly closed: boolean }
  readonly healer: ItsHealer
  readonly lock: ItsLock
  /** `note`: why a pause that is written there does not count. */
  readonly pause: {
    readonly until: number | null
    readonly reason: string | null
    readonly note: { readonly text: string; readonly closed: boolean } | null
  }
  readonly heartbeat: ItsHeartbeat
  /** Log, state and lock directory. */
  readonly places: readonly ItsPlace[]
  /** What starts it: units, and lines of cron. Empty: nothing that is known of. */
  readonly units: readonly ItsUnit[]
  /** What its service's user may not use; null: no unit starts it at boot, or its user is not known. */
  readonly service: ItsService | null
}

export type ItsConfig =
  | { readonly kind: 'valid'; readonly file: string }
  /** Nobody has written one. */
  | { readonly kind: 'none'; readonly file: string }
  /** It is there, and this user may not read it: neither its rules nor its places are known. */
  | { readonly kind: 'closed'; readonly file: string; readonly error: NethealError }
  | { readonly kind: 'bad'; readonly file: string; readonly error: NethealError }

export interface ItsHealer {
  readonly alive: boolean
  /** Null: none that is known of. */
  readonly mode: 'daemon' | 'once' | null
  readonly pid: number | null
  readonly lastPassAt: number | null
  readonly lastPassOk: boolean | null
  /** A last pass older than this is too old; null: there is no schedule. */
  readonly oldest: number | null
}

export type ItsLock =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly pid: number; readonly mode: 'daemon' | 'once'; readonly since: number }
  | { readonly kind: 'unknown'; readonly why: string }

export type ItsHeartbeat =
  | { readonly kind: 'none'; readonly file: string }
  | { readonly kind: 'unreadable'; readonly file: string; readonly why: string }
  /** Its last line, and when that was written. `due`: when the line of this UTC day is due. */
  | {
      readonly kind: 'line'
      readonly file: string
      readonly at: number
      readonly well: boolean
      readonly text: string
      readonly due: number
    }

export interface ItsPlace {
  readonly what: 'log' | 'state' | 'lock'
  readonly directory: string
  readonly found: ItsDirectory
}

export type ItsDirectory =
  | { readonly kind: 'missing' }
  /** Something else stands there, or it may not be looked at. */
  | { readonly kind: 'unseen'; readonly why: string }
  | {
      readonly kind: 'directory'
      /** By whoever runs netheal. */
      readonly writable: boolean
      /** Who that is: `netheal (pid 812)`. */
      readonly by: string
      readonly readOnly: boolean
      /** Bytes that may still be written. */
      readonly free: number
      /** Files that may still be made; null: this file system does not count them. */
      readonly files: number | null
    }

export interface ItsUnit {
  /** `netheal.service`, `netheal-once.timer`, `cron`. */
  readonly name: string
  readonly file: string
  /** Started at boot. */
  readonly enabled: boolean
  /** Why it does not start netheal though it should; empty: nothing was found. */
  readonly faults: readonly UnitFault[]
  /** In systemd's words; null: never, or not known. */
  readonly lastRun: string | null
}

export interface ItsService {
  /** Of its unit. */
  readonly user: string
  /** Groups that its unit asks for, and this host does not have. */
  readonly missingGroups: readonly string[]
  /** The config, or a folder above it, that it may not read; null: it may. */
  readonly config: Closed | null
  /** The engine's socket, or a folder above it, that it may not use; null: it may, or the engine is elsewhere. */
  readonly socket: Closed | null
}

export interface Closed {
  readonly path: string
  readonly owner: string
  readonly group: string
  readonly mode: string
  /** Its group may read it. */
  readonly isGroups: boolean
}

export type UnitFault =
  /** Whom the file belongs to, and its mode: cron runs only root's own that nobody else may change. */
  | { readonly kind: 'owner'; readonly uid: number }
  | { readonly kind: 'mode'; readonly mode: string }
  /** Debian's cron passes over names with a dot, and over files without a line end. */
  | { readonly kind: 'name' }
  | { readonly kind: 'line-end' }
  /** No line of it runs netheal. */
  | { readonly kind: 'no-line' }
  | { readonly kind: 'no-user'; readonly user: string }
  /** `path`: where a bare name was looked for. */
  | { readonly kind: 'no-command'; readonly command: string; readonly path: string | null }
  | { readonly kind: 'not-executable'; readonly command: string }
  | { readonly kind: 'no-cron' }
  | { readonly kind: 'masked' }
  | { readonly kind: 'inactive'; readonly state: string }
  /** systemd could not start it, or ended it: `status 203`, `start-limit-hit`, `timeout`. */
  | { readonly kind: 'not-run'; readonly unit: string; readonly result: string }
