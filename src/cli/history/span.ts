// A span of the history, as requested: the input of its view and its JSON.

import type { ReadLog } from '../../history/log-reader.ts'
import type { Story } from '../../history/rules/story.ts'
import type { ContainerMatch } from './container-match.ts'

export interface History {
  /** Milliseconds since the epoch, both included. */
  readonly since: number
  readonly until: number
  readonly now: number
  /** What happened in that span. */
  readonly story: Story
  readonly log: ReadLog
  /** Where the log is, for messages. */
  readonly place: string
  /** Null: all containers. */
  readonly matches: ContainerMatch | null
}
