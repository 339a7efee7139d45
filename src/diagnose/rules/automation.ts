// What of this host's own automation touches containers, as data: one finding a line of a script, and what runs it.
// Read as text by host/scan.ts. `init` reports it, `diagnose` judges by it; nothing here was ever run.

/**
 * What a line does. `engine-restart` stops and starts every container; `prune` removes what is not in use at that moment;
 * `engine-call` is a writing call that has no name here.
 */
export type DockerVerb =
  | 'connect'
  | 'disconnect'
  | 'restart'
  | 'stop'
  | 'start'
  | 'kill'
  | 'remove'
  | 'compose-up'
  | 'compose-restart'
  | 'compose-down'
  | 'network-remove'
  | 'prune'
  | 'engine-restart'
  | 'engine-call'

/** What runs a script, and so what there is to take away. Paths are those of the host, without the root of a test. */
export type Trigger =
  /** `owner`: whose own crontab it is, null for the system's. `alone`: the file holds no other job. */
  | {
      readonly kind: 'cron'
      readonly file: string
      readonly line: number
      readonly owner: string | null
      readonly alone: boolean
    }
  /** A script in /etc/cron.daily and the like is its own entry. */
  | { readonly kind: 'cron-folder'; readonly file: string }
  /** A job of at(1), which runs once. `job`: its number for atrm, null where the file's name does not tell. */
  | { readonly kind: 'at'; readonly file: string; readonly job: number | null }
  /**
   * `files`: the timer's and the service's, main files and drop-ins. `user`: whose own systemd, null for the system's,
   * EVERY_USER for a unit in /etc/systemd/user.
   */
  | {
      readonly kind: 'timer'
      readonly unit: string
      readonly service: string
      readonly files: readonly string[]
      readonly user: string | null
    }
  | { readonly kind: 'service'; readonly unit: string; readonly files: readonly string[]; readonly user: string | null }
  /** A line that somebody added to a unit of the distribution's: docker.service itself, say. */
  | { readonly kind: 'drop-in'; readonly unit: string; readonly file: string }

/** No account can be called so. */
export const EVERY_USER = '*'

export interface AutomationFinding {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The line itself, trimmed and shortened, with what looks like a secret masked. */
  readonly text: string
  readonly kind: DockerVerb
  /** In the words of its source: `0 * * * *`, `OnUnitActiveSec=30s`, `hourly`, `Restart=always`; null for none. */
  readonly schedule: string | null
  /** As far as they can be told from the text; for compose these are services. */
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  /** What stands where a name should, and could not be told: `$NETWORK`, `$(docker ps -q)`. */
  readonly unresolved: readonly string[]
  readonly via: Trigger
}

/** A file or folder that could not be looked at. It may hold anything. */
export interface Unread {
  readonly file: string
  /** For want of permission: root may read it. */
  readonly closed: boolean
  readonly why: string
}

export interface Automation {
  readonly findings: readonly AutomationFinding[]
  readonly unread: readonly Unread[]
}
