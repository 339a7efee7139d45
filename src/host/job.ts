// One command that this host runs by itself, before anything is known about what it does.
import type { Trigger } from '../diagnose/rules/automation.ts'

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
  /** What its unit starts, where that may be the application itself: `docker start -a app`. */
  readonly starts?: readonly string[]
}

/** One place that jobs come from: a crontab, a folder of units. Whoever may write there can make it too much to read. */
export interface JobSource {
  readonly file: string
  /** Every command of it. What cannot be read is in the disk's `unread`. */
  readonly jobs: () => Promise<readonly Job[]>
}
