// What the page shows, as data: everything is in here, so that the page is a function of it alone.
import type { KnownReach } from '../core/known-reach.ts'
import type { AttachmentStatus, Loop } from '../core/state.ts'
import type { HeartbeatDay, Story } from '../history/rules/story.ts'

/** All times in milliseconds since the epoch. */
export interface PageModel {
  readonly generatedAt: number
  /** Of the program. */
  readonly program: string
  /** The host's name; null: not known. */
  readonly host: string | null
  /** Seconds after which a browser asks for it again; null: it is a file, and stays as it is. */
  readonly refresh: number | null
  readonly healer: {
    readonly alive: boolean
    readonly mode: 'daemon' | 'once' | null
    readonly pid: number | null
    readonly lastPassAt: number | null
    readonly lastPassOk: boolean | null
    /** What made the last pass fail, null for nothing. */
    readonly lastError: string | null
  }
  /** Null: healing is not paused. */
  readonly paused: { readonly until: number; readonly reason: string | null } | null
  /** What could not be written down, or else needs the operator. */
  readonly problems: readonly string[]
  readonly attachments: readonly ShownAttachment[]
  /** Those that are flagged now. */
  readonly loops: readonly StandingLoop[]
  /** What the story is about. `to` is now. */
  readonly span: { readonly from: number; readonly to: number }
  /** Within the span. */
  readonly story: Story
  readonly heartbeats: readonly HeartbeatDay[]
  /** What could not be read, in words: then the page says less than there was. */
  readonly unreadable: readonly string[]
}

export interface ShownAttachment {
  readonly container: string
  readonly network: string
  readonly state: AttachmentStatus
  readonly since: number
  readonly lastDetach: { readonly at: number; readonly cause: string } | null
  /** Why it is blocked (`network-missing`), or what else was last written down about it; null for nothing. */
  readonly reported: string | null
  /** How far it is proven that it works, and what it does not reach; only of what is attached. */
  readonly reach: KnownReach
}

export interface StandingLoop extends Loop {
  /** When the container was started from outside, for a restart loop; empty for a detach loop, whose losses are in the story. */
  readonly starts: readonly number[]
}
