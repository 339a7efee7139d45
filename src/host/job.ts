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
