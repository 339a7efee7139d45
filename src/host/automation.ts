// What of this host's own automation touches containers, as data: one finding a line of a script, and what runs it.
// Read as text by scan.ts. `init` reports it, `diagnose` judges by it; nothing here was ever run.

/** What a line does. `engine-restart` stops and starts every container; `engine-call` is a writing call that has no name here. */
export type Deed =
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
  /** `files`: the timer's and the service's, main files and drop-ins. */
  | { readonly kind: 'timer'; readonly unit: string; readonly service: string; readonly files: readonly string[] }
  | { readonly kind: 'service'; readonly unit: string; readonly files: readonly string[] }
  /** A line that somebody added to a unit of the distribution's: docker.service itself, say. */
  | { readonly kind: 'drop-in'; readonly unit: string; readonly file: string }

/** One command that this host runs by itself, before anything is known about what it does. */
export interface Job {
  readonly file: string
  readonly line: number
  /** As a shell would read it. */
  readonly command: string
  readonly schedule: string | null
  readonly env: Readonly<Record<string, string>>
  /** Files of variables that are read for it, and were not looked into. */
  readonly envFiles: readonly string[]
  readonly via: Trigger
}

export interface Finding {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The line itself, trimmed and shortened, with what looks like a secret masked. */
  readonly text: string
  readonly kind: Deed
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
  readonly why: string
}

export interface Automation {
  readonly findings: readonly Finding[]
  readonly unread: readonly Unread[]
}
