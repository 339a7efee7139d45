// A span of the history, as a command was asked for it: what its view and its JSON are made of.

import type { ReadLog } from '../../history/log-reader.ts'
import type { Story } from '../../history/rules/story.ts'
import type { ContainerMatch } from './container-match.ts'

export interface History {
  /** Milliseconds since the epoch, both ends in it. */
  readonly since: number
  readonly until: number
  readonly now: number
  /** What of it touches that span. */
  readonly story: Story
  readonly log: ReadLog
  /** Where the log is, for messages. */
  readonly place: string
  /** Null: every container was asked for. */
  readonly matches: ContainerMatch | null
}
